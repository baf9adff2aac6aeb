/** What a system call is: its number, its name and what it does. */
import type { Process } from '../process.ts';

export interface SystemCall {
  readonly number: number;
  readonly name: string;
  /**
   * Arguments are signed words; the result goes to a0, a negated errno for failure. Without a result a0 stays as
   * it is; Linux's calls all have one.
   */
  readonly run: (
    process: Process,
    ...args: readonly [number, number, number, number, number, number]
  ) => number | undefined;
}

/** The system calls of an environment, by number. */
export type CallTable = ReadonlyMap<number, SystemCall>;

/** One entry a call, as the rooms of this folder list them. */
export type CallEntry = readonly [number: number, name: string, run: SystemCall['run']];

/** The table of all entries. Throws TypeError when two have the same number or name. */
export function callTable(entries: readonly CallEntry[]): CallTable {
  const table = new Map(entries.map(([number, name, run]) => [number, { number, name, run }]));
  if (table.size < entries.length || new Set(entries.map(([, name]) => name)).size < entries.length)
    throw new TypeError('two system calls have the same number or name');
  return table;
}
