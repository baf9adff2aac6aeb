/** A symbol of one source file. Its definition is found while the file is read, or by the linker. */
import type { Statement } from '../source/statement.ts';
import type { Bound } from './bound.ts';
import type { ObjectSection } from './section.ts';

export type Definition =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'label'; readonly section: ObjectSection; readonly offset: number }
  /** `.set`, `.equ`, `=`. */
  | { readonly kind: 'value'; readonly value: Bound; readonly once: boolean }
  /** `.comm`: the linker reserves it in .bss, once for all files. */
  | { readonly kind: 'common'; readonly size: number; readonly alignment: number }
  /** Defined by another file or by the linker. */
  | { readonly kind: 'elsewhere'; readonly symbol: AsmSymbol };

export type Binding = 'local' | 'global' | 'weak';
export type SymbolType = 'none' | 'object' | 'function';

/**
 * A character that sources cannot contain. It is in the names of numeric labels and of labels in pseudo-instructions.
 */
export const INTERNAL = '\0';

/** Whether a symbol is the assembler's own. */
export function isInternal(name: string): boolean {
  return name.includes(INTERNAL);
}

/** A place in the source: the statement and the offset in it. */
export interface SourcePlace {
  readonly statement: Statement;
  readonly at: number;
}

export class AsmSymbol {
  readonly name: string;
  definition: Definition = { kind: 'undefined' };
  binding: Binding = 'local';
  type: SymbolType = 'none';
  hidden = false;
  /** Named by `.weakref`: it need not be defined. */
  weaklyReferred = false;
  /** Named by `.local`. */
  declaredLocal = false;
  size: Bound | undefined;
  /** The statement that gave the size. */
  sizedBy: Statement | undefined;
  definedAt: SourcePlace | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get isDefined(): boolean {
    return this.definition.kind !== 'undefined';
  }
}
