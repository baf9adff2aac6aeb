/** A part of the project, measured by itself. */

export interface Case {
  readonly name: string;
  /** What is counted: "instructions". */
  readonly unit: string;
  /** How many of them one call does. Many: one call of anything costs 4 ns in the measuring alone. */
  readonly count: number;
  /** Does them and returns something that depends on all, so that none can be left out. */
  readonly call: () => number;
}

export interface Part {
  readonly name: string;
  /** Made when the part is measured. */
  readonly cases: () => readonly Case[];
}
