/** The types of directives, and the context in which they run. */
import type { Diagnostics } from '../diagnostics.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { Reader } from '../read/reader.ts';
import type { WrittenOperand } from '../syntax/tree.ts';

/** The unit of the file that is being read, and the reader. */
export interface DirectiveContext {
  readonly unit: SourceUnit;
  readonly reader: Reader;
  readonly diagnostics: Diagnostics;
  /** An included file's bytes. Throws SourceProblem if it cannot be read. */
  readFile(path: string, at: number): Uint8Array;
}

/** A use of a directive. */
export interface Use {
  readonly name: string;
  /** Offset of the name in the statement. */
  readonly at: number;
  readonly operands: readonly WrittenOperand[];
}

/** A use of a directive that reads its own text. */
export interface RawUse {
  readonly name: string;
  readonly at: number;
  /** The whole statement. */
  readonly text: string;
  /** Offset of the text after the name. */
  readonly rest: number;
}

/** Runs a directive. Throws SourceProblem. */
export type RunDirective = (context: DirectiveContext, use: Use) => void;
export type RunRawDirective = (context: DirectiveContext, use: RawUse) => void;

/** Directives by name, with the dot. */
export interface DirectiveGroup {
  readonly parsed?: Readonly<Record<string, RunDirective>>;
  /** Directives whose operands are not a plain list. */
  readonly raw?: Readonly<Record<string, RunRawDirective>>;
}
