/**
 * The interpreter: the definition of Ring32, with which every other way of running is compared.
 * It decodes a word once into a closure (factories.ts), stores the closures by physical page, and
 * drops the closure of a word when the word is written.
 */
import { FAULT, SPLIT } from '../../machine/addressing.ts';
import { REASON } from '../../machine/control-block.ts';
import type { Machine } from '../../machine/machine.ts';
import { WATCH } from '../../machine/memory.ts';
import type { Stop } from '../../machine/stop.ts';
import { PAGE } from '../../machine/storage.ts';
import { FETCH } from '../../machine/translate.ts';
import { type Instruction, type Intercept, interceptOf } from '../../table/row.ts';
import { decode } from '../../table/table.ts';
import { CAUSE } from '../../table/traps.ts';
import { isOn, trapsIn } from '../../table/variants.ts';
import type { Engine } from '../engine.ts';
import { factoryOf } from './factories.ts';
import type { Step } from './print.ts';

const pageShift = 12;
const wordsPerPage = PAGE / 4;

type Page = (Step | undefined)[];

export class Interpreter implements Engine {
  readonly name = 'interpreter';
  readonly #machine: Machine;
  readonly #pages: (Page | undefined)[];

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#pages = Array.from({ length: machine.memory.size / PAGE });
    machine.memory.onWrite((at, length) => this.#drop(at, length));
  }

  /**
   * Runs until step `until` (Infinity = no limit) or until the machine stops. Events and
   * interrupts happen at their exact step. On return `machine.pc` and `steps` are exact.
   */
  run(until: number): Stop {
    const machine = this.#machine;
    for (;;) {
      const stop = machine.settle(until);
      if (stop !== undefined) return stop;
      this.burst();
    }
  }

  /** Executes until the horizon. The caller settles the machine. */
  burst(): void {
    const machine = this.#machine;
    const pages = this.#pages;
    const { breaks } = machine;
    let pc = machine.pc | 0;
    while (machine.steps < machine.horizon) {
      if (breaks?.addresses.has(pc >>> 0) && breaks.arrive(pc >>> 0)) break;
      const at = machine.locate(pc, 4, FETCH, false);
      if (at === FAULT) pc = machine.fault(pc);
      else {
        const step = (at & 3) === 0 ? pages[at >>> pageShift]?.[(at >>> 2) & (wordsPerPage - 1)] : undefined;
        pc = step === undefined ? this.#decode(at)(pc) : step(pc);
      }
      machine.steps += 1;
    }
    machine.pc = pc >>> 0;
  }

  /**
   * Used by the fast engine between two regions. Executes at least one instruction from `pc` (signed), which `locate` has
   * found at `physical`. Ends at the horizon, at a breakpoint after the first instruction, or when `arrives` returns true. It
   * is called with the target of each backward jump, as in loops; with `left`, also with the target of the first jump.
   */
  runBlocks(pc: number, physical: number, left: boolean, arrives: (physical: number) => boolean): number {
    const machine = this.#machine;
    const pages = this.#pages;
    const { breaks } = machine;
    let here = pc;
    let at = physical;
    let reach = left ? 4 : 2 ** 31;
    for (;;) {
      let next: number;
      if (at === FAULT) next = machine.fault(here);
      else {
        const step = (at & 3) === 0 ? pages[at >>> pageShift]?.[(at >>> 2) & (wordsPerPage - 1)] : undefined;
        next = step === undefined ? this.#decode(at)(here) : step(here);
      }
      machine.steps += 1;
      if (machine.steps >= machine.horizon || breaks?.addresses.has(next >>> 0)) return next;
      at = machine.locate(next, 4, FETCH, false);
      if ((next - here - 1) >>> 0 >= reach) {
        if (arrives(at)) return next;
        reach = 2 ** 31;
      }
      here = next;
    }
  }

  /** Executes the instruction at `pc` (signed), which `locate` has found at `physical`; returns where the next one is. */
  executeAt(pc: number, physical: number): number {
    const machine = this.#machine;
    const next =
      physical === FAULT ? machine.fault(pc) : (this.#known(physical) ?? this.#decode(physical))(pc);
    machine.steps += 1;
    return next;
  }

  /** The step of the word at a physical address, if it was made already. */
  #known(at: number): Step | undefined {
    return (at & 3) === 0 ? this.#pages[at >>> pageShift]?.[(at >>> 2) & (wordsPerPage - 1)] : undefined;
  }

  /** Makes the step of the word at `at`, and stores it if the word is aligned (with an odd RBASE it is not). */
  #decode(at: number): Step {
    const step = makeStep(this.#machine, fetched(this.#machine, at));
    if ((at & 3) !== 0) return step;
    const number = at >>> pageShift;
    let page = this.#pages[number];
    if (page === undefined) {
      page = [];
      page.length = wordsPerPage;
      this.#pages[number] = page;
      this.#machine.memory.watch(number, WATCH.DECODED);
    }
    page[(at >>> 2) & (wordsPerPage - 1)] = step;
    return step;
  }

  #drop(at: number, length: number): void {
    const last = (at + length - 1) >>> 2;
    for (let word = at >>> 2; word <= last; word++) {
      const page = this.#pages[word >>> (pageShift - 2)];
      // Nothing of that page is kept: on to the next.
      if (page === undefined) word |= wordsPerPage - 1;
      else page[word & (wordsPerPage - 1)] = undefined;
    }
  }
}

/**
 * Executes one instruction without storing its step, for callers that interpret rarely, such as
 * a monitor. The caller has settled the machine; `pc` and `steps` are exact before and after.
 */
export function executeOne(machine: Machine): void {
  const pc = machine.pc | 0;
  const at = machine.locate(pc, 4, FETCH, false);
  const next = at === FAULT ? machine.fault(pc) : stepOf(machine, fetched(machine, at))(pc);
  machine.steps += 1;
  machine.pc = next >>> 0;
}

/** Like `executeOne`, with the word that was fetched already. */
export function executeWord(machine: Machine, word: number): void {
  const next = stepOf(machine, word)(machine.pc | 0);
  machine.steps += 1;
  machine.pc = next >>> 0;
}

/** Steps that `executeOne` made, by machine and word. */
const madeSteps = new WeakMap<Machine, Map<number, Step>>();
const mostKnown = 4096;

function stepOf(machine: Machine, word: number): Step {
  const known = madeSteps.get(machine) ?? new Map<number, Step>();
  if (known.size === 0) madeSteps.set(machine, known);
  const step = known.get(word);
  if (step !== undefined) return step;
  const made = makeStep(machine, word);
  if (known.size >= mostKnown) known.clear();
  known.set(word, made);
  return made;
}

/** The word that `locate` has found at `at`, for a fetch. */
function fetched({ memory }: Machine, at: number): number {
  return at === SPLIT ? memory.readSplit(4) : memory.read(at, 4);
}

/** The step of one word on one machine: its meaning, or the trap that it takes, or in guest mode the exit. */
export function makeStep(machine: Machine, word: number): Step {
  const at = decode(word);
  if (at === undefined || !isOn(at.row, machine.variant))
    return (pc) => machine.trap(CAUSE.ILLEGAL, word, pc);
  const step = factoryOf(at.row)(machine, at);
  if (at.row.effect.kind !== 'system') return step;
  const intercept = interceptOf(at);
  const refused = [0, 1, 2, 3].map((ring) => trapsIn(at.row, ring, machine.variant));
  return (pc) => {
    const { guest } = machine;
    const exits = guest !== undefined && exitsAt(machine, at, intercept);
    // A guest has no guest mode of its own, unless its host makes it one.
    const exists = guest === undefined || at.row.feature === undefined || exits;
    if (refused[machine.ring] && exists) return machine.trap(CAUSE.PRIVILEGED, word, pc);
    return exits ? machine.exitGuest(REASON.INSTRUCTION, { qualification: word }, pc) : step(pc);
  };
}

/** Whether a system instruction exits from guest mode. */
function exitsAt({ guest, x }: Machine, { row, rs1 }: Instruction, intercept: Intercept): boolean {
  if (guest === undefined || !guest.intercepts(intercept)) return false;
  return row.port === undefined || guest.interceptsPort(row.port, (x[rs1] as number) >>> 0);
}
