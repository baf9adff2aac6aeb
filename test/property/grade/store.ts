/** Results by their names: written whole or not at all, so that a run that was interrupted goes on where it was. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Grade } from './grade.ts';

export class ResultStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  get(hash: string): Grade | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#folder, `${hash}.json`), 'utf8')) as Grade;
    } catch {
      return undefined;
    }
  }

  put(hash: string, grade: Grade): void {
    const path = join(this.#folder, `${hash}.json`);
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(grade)}\n`);
    renameSync(temporary, path);
  }
}
