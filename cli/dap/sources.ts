/** The source files of a program: which addresses a line became, and which line an address came from. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { LineRange } from '../../isa/machine/lines.ts';
import type { ProgramMap } from '../../isa/machine/program-map.ts';

/** A line of a source file on this computer, and where its instructions begin in the guest's memory. */
export interface CodeLine {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  /** Physical addresses, unsigned. */
  readonly starts: readonly number[];
}

export class Sources {
  readonly #program: ProgramMap;
  /** Folders in which a file may be that is not where the table says. */
  readonly #folders: readonly string[];
  readonly #paths = new Map<string, string>();
  /** By path, then by line. */
  readonly #files = new Map<string, Map<number, number[]>>();
  readonly #starts = new Set<number>();

  /** `file` is where the program was loaded from. */
  constructor(program: ProgramMap, file: string) {
    this.#program = program;
    this.#folders = ['.', dirname(file)];
    const ends = new Set<string>();
    for (const range of program.lines) {
      if (!program.isCode(range.address)) continue;
      const path = this.#pathOf(range);
      // Ranges that follow each other are one line.
      const isStart = !ends.has(`${path}:${range.line}:${range.address}`);
      ends.add(`${path}:${range.line}:${range.end}`);
      if (isStart) this.#add(path, range);
    }
  }

  #add(path: string, { line, address }: LineRange): void {
    const lines = this.#files.get(path) ?? new Map<number, number[]>();
    this.#files.set(path, lines);
    const starts = lines.get(line) ?? [];
    lines.set(line, starts.concat(address));
    this.#starts.add(address);
  }

  /** The files, by path. */
  get paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** The first line at `line` or after it that became instructions. */
  lineFrom(path: string, line: number): CodeLine | undefined {
    const whole = resolve(path);
    const lines = this.#files.get(whole);
    const found = [...(lines?.keys() ?? [])].filter((other) => other >= line).sort((a, b) => a - b)[0];
    if (lines === undefined || found === undefined) return undefined;
    return { path: whole, name: basename(whole), line: found, starts: lines.get(found) ?? [] };
  }

  /** The lines of a file between two, both included, that became instructions. */
  linesOf(path: string, from: number, to: number): readonly number[] {
    const lines = [...(this.#files.get(resolve(path))?.keys() ?? [])];
    return lines.filter((line) => line >= from && line <= to).sort((a, b) => a - b);
  }

  /** The line of the instruction at a physical address. */
  at(physical: number): { readonly path: string; readonly name: string; readonly line: number } | undefined {
    const range = this.#program.lineRange(physical);
    if (range === undefined) return undefined;
    const path = this.#pathOf(range);
    return { path, name: basename(path), line: range.line };
  }

  /** Whether a line's instructions begin at a physical address. Those of code without lines do everywhere. */
  isStart(physical: number | undefined): boolean {
    return (
      physical === undefined || this.#starts.has(physical) || this.#program.lineRange(physical) === undefined
    );
  }

  #pathOf({ folder, file }: LineRange): string {
    const key = `${folder}\0${file}`;
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const candidates = this.#folders.flatMap((base) => [resolve(base, folder, file), resolve(base, file)]);
    const path = candidates.find((candidate) => existsSync(candidate)) ?? (candidates[0] as string);
    this.#paths.set(key, path);
    return path;
  }
}
