/** Results by their names: written whole or not at all, so that a run that was interrupted goes on where it was. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Results are plain data. */
export class ResultStore<R> {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  get(hash: string): R | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#folder, `${hash}.json`), 'utf8')) as R;
    } catch {
      return undefined;
    }
  }

  put(hash: string, result: R): void {
    const path = join(this.#folder, `${hash}.json`);
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(result)}\n`);
    renameSync(temporary, path);
  }
}
