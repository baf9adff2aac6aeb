/** What every part of a machine that has state can do: give its state as plain data, and take it back. */

/** The state as plain data. It is a copy: it does not change when the part runs on. */
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
  /** Sets the state to one that `save` returned, from this part or another of the same class. */
  restore(state: State): void;
}
