/**
 * Where a guest enters the real machine: counts the entries and what the guest does on the machine, and ends a
 * turn that does not get on. It needs nothing but the machine, so a submission's process has one, too.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { type Counts, Stuck, Trespass } from './subject.ts';

/** Exits in one turn, for each step of it, after which the guest is stuck. */
const patience = 8;
/** And so many beside. */
const fewExits = 500;
/** Real steps past the turn's end after which nothing ends it. */
const slack = 64;
/** How many times the real steps of a whole turn may be those that one entry may take. */
const entriesInFull = 4;

export class Gate {
  readonly counts: Counts = { direct: 0, exits: 0 };
  protected readonly real: Machine;
  #entries = 0;
  #allowed = 0;
  #turn = 0;
  #turnBegan = 0;

  constructor(real: Machine) {
    this.real = real;
  }

  /** A turn of `steps` guest steps begins. `levels`: how many exits may stand for one, as in a stack of monitors. */
  begin(steps: number, levels = 1): void {
    this.#entries = 0;
    this.#turn = steps;
    this.#allowed = levels * (patience * steps + fewExits);
    this.#turnBegan = this.real.steps;
  }

  /** Looks at the state that the guest is given the machine in. Throws Trespass if it is given too much. */
  check(): void {}

  /**
   * Runs the guest on the real machine by `run(until)`, an engine's, until it traps. `expansion`: real steps
   * that may stand for one of the guest's. With `all` it makes all entries of the turn that are still to come.
   */
  enter(run: (until: number) => Stop, expansion = 1, all = false): Stop {
    this.#entries += 1;
    if (this.#entries > this.#allowed) {
      throw new Stuck(`the guest does not get on: ${this.#entries} exits in a turn of ${this.#turn} steps`);
    }
    this.check();
    const { real } = this;
    const before = real.steps;
    const most = expansion * this.#turn + slack;
    const left = this.#turnBegan + entriesInFull * most + slack * this.#allowed - before;
    const stop = run(before + (all ? left : Math.min(most, left)));
    this.counts.direct += real.steps - before - (stop.kind === 'trap' ? 1 : 0);
    this.counts.exits += 1;
    if (stop.kind === 'limit') {
      throw new Trespass(
        `nothing ends the guest's turn: it had ${this.#turn} steps and made ${real.steps - before} directly`,
      );
    }
    return stop;
  }
}
