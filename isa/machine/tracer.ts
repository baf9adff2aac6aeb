/** Describes each step in a line: where it was, what it did, what it changed. Used by `ringlab trace`. */
import { disassemble, hex } from '../table/disassemble.ts';
import { registerName } from '../table/registers.ts';
import type { Machine } from './machine.ts';
import { describeTrap, peekWord } from './report.ts';
import type { SymbolTable } from './symbols.ts';

/** What happened in one step. */
export interface StepRecord {
  /** TIME before the step. */
  readonly step: number;
  readonly pc: number;
  readonly ring: number;
  /** The word that was executed; undefined if the fetch failed or an interrupt was taken instead. */
  readonly word: number | undefined;
  /** The trap that was taken, if any. */
  readonly trap: { readonly cause: number; readonly value: number } | undefined;
  /** Numbers and new values of the general registers that changed. */
  readonly changed: readonly number[];
  /** Names of the exits that the monitor handled during the step, if there is a monitor. */
  readonly exits: readonly string[];
}

/** Observes a machine step by step. Replaces `onTrap` of the machine, and still calls the old one. */
export class Tracer {
  readonly #machine: Machine;
  readonly #before = new Int32Array(32);
  #trap: StepRecord['trap'];
  #exits: string[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
    const next = machine.onTrap;
    machine.onTrap = (cause, value, pc) => {
      this.#trap = { cause: cause >>> 0, value: value >>> 0 };
      next?.(cause, value, pc);
    };
  }

  /** Notes an exit to the monitor during the current step. */
  noteExit(name: string): void {
    this.#exits.push(name);
  }

  /** Runs one step by calling `run`, and returns what happened. */
  step<T>(run: (until: number) => T): { readonly stop: T; readonly record: StepRecord } {
    const machine = this.#machine;
    const { steps: step, pc, ring } = machine;
    const word = peekWord(machine, pc);
    this.#before.set(machine.x);
    this.#trap = undefined;
    this.#exits = [];
    const stop = run(step + 1);
    const changed = [...machine.x.keys()].filter((n) => machine.x[n] !== this.#before[n]);
    return { stop, record: { step, pc, ring, word, trap: this.#trap, changed, exits: this.#exits } };
  }
}

/** The record as a line: step, ring, pc, instruction, changes. Each exit to a monitor adds a line. */
export function formatStep(record: StepRecord, x: Int32Array, symbols: SymbolTable): string {
  const { step, pc, ring, word, trap } = record;
  const interrupt = trap !== undefined && trap.cause >= 0x80000000;
  const named = (address: number) => symbols.exact(address) ?? `0x${address.toString(16)}`;
  const text = interrupt || word === undefined ? '' : disassemble(word, pc, named);
  const changes = record.changed.map((n) => `${registerName(n)}=${hex(x[n] as number).slice(2)}`).join(' ');
  const place = `${hex(pc).slice(2)} ${symbols.describe(pc)}`.padEnd(26);
  const note = trap === undefined ? changes : `trap: ${describeTrap(trap.cause, trap.value)}`;
  const line = `${String(step).padStart(8)} ${ring} ${place} ${text.padEnd(24)} ${note}`.trimEnd();
  return [line, ...record.exits.map((name) => `${''.padEnd(11)}monitor: ${name}`)].join('\n');
}
