/** Why a machine is not running any more, or not for now. */

export type Stop =
  /** The step it was to run until is reached. */
  | { readonly kind: 'limit' }
  /** Somebody who watches asked for it (Machine.break). */
  | { readonly kind: 'break' }
  /** A value was written to the power port. */
  | { readonly kind: 'power'; readonly status: number }
  /** A trap was raised and TVEC is 0: nothing was changed, pc is at the instruction. */
  | { readonly kind: 'unhandled'; readonly cause: number; readonly value: number }
  /** `hlt` waits, and no line can ever become pending. */
  | { readonly kind: 'forever' }
  /** `hlt` waits for console input or for a frame, which has not come yet but still can. */
  | { readonly kind: 'input' }
  /** A trap was taken and the machine's ring-0 software is its host (see Machine.hosted). */
  | { readonly kind: 'trap' };
