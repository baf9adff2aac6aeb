/** What is known about a program in memory: names, source lines, and where its code and data are. */
import type { Image, Section } from './image.ts';
import { type LineRange, linesOf, type SourceLine } from './lines.ts';
import { SymbolTable } from './symbols.ts';

/** A part of a program in memory. */
export interface ProgramPart {
  /** The name of the section, or `segment 1 of the file` if the file has no sections. */
  readonly name: string;
  /** Address of its first byte, unsigned. */
  readonly address: number;
  /** Bytes in memory. */
  readonly size: number;
  /** Whether it contains code. */
  readonly executable: boolean;
}

/** A program's names, lines, code and data, by the addresses at which it was loaded. */
export class ProgramMap {
  /** The program's symbols, by name and by address. */
  readonly symbols: SymbolTable;
  /** The parts of the program in memory: sections, or segments if the file has no sections. */
  readonly parts: readonly ProgramPart[];
  readonly #sections: readonly Section[];
  #lines: readonly LineRange[] | undefined;

  constructor({ symbols, sections, segments }: Pick<Image, 'symbols' | 'sections' | 'segments'>) {
    this.symbols = new SymbolTable(symbols);
    this.#sections = sections;
    const inMemory = sections.filter(({ allocated, size }) => allocated && size > 0);
    this.parts =
      inMemory.length > 0
        ? inMemory
        : segments.map((segment, n) => ({ ...segment, name: `segment ${n + 1} of the file` }));
  }

  /** The part that contains `address`. */
  partAt(address: number): ProgramPart | undefined {
    return this.parts.find((part) => part.address <= address && address < part.address + part.size);
  }

  /** Whether `address` is in the code of the program. */
  isCode(address: number): boolean {
    return this.partAt(address)?.executable === true;
  }

  /** The end of the nearest code before `address`, which itself is not in code. */
  codeEndBefore(address: number): number | undefined {
    const ends = this.parts.filter(({ executable }) => executable).map((part) => part.address + part.size);
    return ends.filter((end) => end <= address).sort((a, b) => b - a)[0];
  }

  /** The lines of its sources, by the addresses of what they became; empty if the file has no table of them. */
  get lines(): readonly LineRange[] {
    this.#lines ??= linesOf({ sections: this.#sections });
    return this.#lines;
  }

  /** The source line of the code at `address`, if the file has a table of them. */
  line(address: number): SourceLine | undefined {
    const found = this.lineRange(address);
    return found && { file: found.file, line: found.line };
  }

  /** As `line`, with the file's folder and all addresses of the line there. */
  lineRange(address: number): LineRange | undefined {
    if (!this.isCode(address)) return undefined;
    return this.lines.find((line) => line.address <= address && address < line.end);
  }
}
