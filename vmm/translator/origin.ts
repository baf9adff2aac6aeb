/** An entry of the reverse map: what a word of the translation cache was translated from. */
import type { Link } from './links.ts';

/** What the monitor must do when the word traps as a callout. */
export type Request =
  /** Execute the instruction for the guest, and count an exit of that name. */
  | { readonly kind: 'execute'; readonly name: string }
  /** Continue at a guest address for which no translation is linked yet. */
  | { readonly kind: 'link'; readonly link: Link }
  /** Continue at the address in t0: an indirect jump whose target is not in the table. */
  | { readonly kind: 'target'; readonly slot: Link }
  /** Nothing: the unit was dropped, so this word must never be executed. */
  | { readonly kind: 'stale' };

export interface Origin {
  /** The guest's pc when this word is reached. */
  readonly pc: number;
  /** Whether the guest is exactly before `pc` here, so that no instruction is half done. */
  readonly boundary: boolean;
  /**
   * Real steps of a half-done instruction so far, without those that `tp` has counted already. They
   * are not guest steps.
   */
  readonly uncounted: number;
  /** Guest registers whose values are in the save area at this word. */
  readonly spilled: readonly { readonly register: number; readonly slot: number }[];
  /** Set when the word is a callout. */
  readonly request?: Request;
}

/** The origin of a word that is reached exactly before the instruction at `pc`. */
export function boundary(pc: number, request?: Request): Origin {
  return { pc, boundary: true, uncounted: 0, spilled: [], ...(request ? { request } : {}) };
}
