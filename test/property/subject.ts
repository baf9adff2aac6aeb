/** One guest on whatever is judged: what the properties look at. Made by bare.ts, own.ts and hosted.ts. */
import type { Stop } from '../../isa/machine/stop.ts';
import type { Variant } from '../../isa/table/variants.ts';
import type { GuestState } from './contract.ts';
import type { Program } from './program.ts';

export interface Subject {
  readonly guest: GuestState;
  readonly x: Int32Array;
  /** The guest's memory and disk. */
  readonly memory: Uint8Array;
  readonly disk: Uint8Array;
  readonly printed: readonly number[];
  readonly counts: Counts;
  /**
   * Of a monitor that is ring-0 software itself: it can be seen only when its guest runs, so `run` goes on to the next such
   * step; and not in these system registers.
   */
  readonly unseen?: ReadonlySet<number>;
  /** Runs until the guest's step `until`. Throws whatever the monitor throws; Trespass and Stuck are ours. */
  run(until: number): Stop;
  /** What was touched that is not the guest's, in words, or undefined. */
  trespass(): string | undefined;
  close(): void;
}

/** What the real machine did for a guest. */
export interface Counts {
  /** Steps that the guest made on the real machine, or, of an engine, in compiled code. */
  direct: number;
  /** Traps from the guest to the monitor. */
  exits: number;
  /** The exits by their cause, if that is known. */
  readonly causes?: ReadonlyMap<number, number>;
  /** Steps that compiled code made, of a monitor's engine that has it. */
  readonly compiled?: number;
  /** Where the guest was each time that it was entered, and the steps that it then made directly, if that is known. */
  readonly entries?: (readonly [pc: number, steps: number])[];
}

/** Something that can be judged: it makes a subject for each guest. */
export interface Candidate {
  readonly name: string;
  make(program: Program, variant: Variant, setting: Setting): Subject;
}

export interface Setting {
  /** With poisoned memory and sectors on both sides of what the guest has. What has none anyway may ignore it. */
  readonly surrounded: boolean;
  /** Every state in which the guest is entered is looked at: a wrong one throws Trespass. */
  readonly guarded: boolean;
}

/** The guest was about to have, or had, what it was not given: resource control is lost. */
export class Trespass extends Error {}

/** The guest does not get on: so many exits, and still not there. */
export class Stuck extends Error {}
