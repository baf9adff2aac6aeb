/** What every stateful part of a machine can do: hand its state over as plain data, and take it back. */

/** Plain data, of which a copy is kept: nothing in it changes when the part goes on. */
export type Saved =
  | number
  | boolean
  | string
  | null
  | Uint8Array
  | readonly Saved[]
  | { readonly [name: string]: Saved };

export interface Component<State> {
  save(): State;
  /** Takes a state that `save` made, of this part or of another of its kind. */
  restore(state: State): void;
}
