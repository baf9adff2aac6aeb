/** Why a machine stopped, for good or for now. */

export type Stop =
  /** The step limit of this call was reached. */
  | { readonly kind: 'limit' }
  /** A debugger or other observer asked for it (Machine.break). */
  | { readonly kind: 'break' }
  /** A value was written to the power port. */
  | { readonly kind: 'power'; readonly status: number }
  /** A trap was raised while TVEC is 0. Nothing was changed; pc is at the instruction. */
  | { readonly kind: 'unhandled'; readonly cause: number; readonly value: number }
  /** `hlt` waits, and no interrupt line can ever become pending. */
  | { readonly kind: 'forever' }
  /** `hlt` waits for console input or a frame, which may still come. */
  | { readonly kind: 'input' }
  /** A hosted machine took a trap; its host handles it (see Machine.hosted). */
  | { readonly kind: 'trap' };
