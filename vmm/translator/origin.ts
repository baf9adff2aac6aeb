/** The reverse map's entry: what a word of the translation cache stands for. */
import type { Link } from './links.ts';

/** What the monitor is to do when the word traps as a callout. */
export type Request =
  /** Execute the guest's instruction for it: an exit of that name. */
  | { readonly kind: 'execute'; readonly name: string }
  /** Go on at a guest address for which no translation is linked yet. */
  | { readonly kind: 'link'; readonly link: Link }
  /** Go on at the address in t0: an indirect jump whose table has no entry for it. */
  | { readonly kind: 'target'; readonly slot: Link }
  /** The unit is no more. */
  | { readonly kind: 'stale' };

export interface Origin {
  /** The guest's pc: that of the instruction, or of the next one once this word's is done. */
  readonly pc: number;
  /** Whether the guest is exactly before `pc` here: no instruction is half done. */
  readonly boundary: boolean;
  /**
   * Real steps of a half-done instruction so far, less those that `tp` counted already:
   * they are no guest steps.
   */
  readonly uncounted: number;
  /** Registers that lie in the save area meanwhile. */
  readonly spilled: readonly { readonly register: number; readonly slot: number }[];
  /** Set when the word is a callout. */
  readonly request?: Request;
}

/** Before the instruction at `pc`. */
export function boundary(pc: number, request?: Request): Origin {
  return { pc, boundary: true, uncounted: 0, spilled: [], ...(request ? { request } : {}) };
}
