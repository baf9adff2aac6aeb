/**
 * The context for which a translation is valid: one address space, one virtual ring, interrupt lines pending or not.
 */
import type { Instruction } from '../../isa/table/row.ts';
import type { Space } from '../memory/shadow.ts';
import type { Link } from './links.ts';

export interface Context {
  readonly space: Space;
  /** The virtual ring. */
  readonly ring: number;
  /** Whether an interrupt line is pending, and only IF keeps it from being taken. */
  readonly pending: boolean;
  /** Whether the guest's paging is on. */
  readonly paging: boolean;
  /** Cache address of every translated instruction, by the guest's pc. */
  readonly addresses: Map<number, number>;
  readonly units: Set<Unit>;
  /** The address and the slots of its table of indirect targets; undefined until it is needed. */
  table?: { readonly at: number; readonly slots: readonly Link[] };
}

/** A translation unit (Adams and Agesen 2006, section 3). */
export interface Unit {
  readonly context: Context;
  /** The guest's pc at its start. */
  readonly pc: number;
  /** The address of its start in the guest's physical memory. */
  readonly physical: number;
  /** The guest's words with the cache address of each; `instruction` is undefined if the word is no instruction. */
  readonly instructions: {
    readonly at: number;
    readonly instruction: Instruction | undefined;
    readonly word: number;
  }[];
  /** Cache address of its first word. */
  readonly start: number;
  /** Cache address past its last word. */
  end: number;
  readonly links: Link[];
}
