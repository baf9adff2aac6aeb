/** What a translation is good for: one address space, one virtual ring, interrupt lines pending or not. */
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
  /** The table of indirect targets, once there is one: its address and slots. */
  table?: { readonly at: number; readonly slots: readonly Link[] };
}

/** A translation unit (Adams and Agesen 2006, section 3). */
export interface Unit {
  readonly context: Context;
  /** The guest's pc at its start, and the physical address there (of the guest's memory). */
  readonly pc: number;
  readonly physical: number;
  /** Guest instructions, and the cache address of each; undefined where a word is no instruction. */
  readonly instructions: {
    readonly at: number;
    readonly instruction: Instruction | undefined;
    readonly word: number;
  }[];
  /** Cache addresses: where it begins, and past its last word. */
  readonly start: number;
  end: number;
  readonly links: Link[];
}
