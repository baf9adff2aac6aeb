/** One line a step: where, what, and what it changed. Used by `ringlab trace`. */
import { disassemble, hex } from '../table/disassemble.ts';
import { registerName } from '../table/registers.ts';
import type { Machine } from './machine.ts';
import { describeTrap, peekWord } from './report.ts';
import type { SymbolTable } from './symbols.ts';

/** What one step was. */
export interface StepRecord {
  /** TIME before the step. */
  readonly step: number;
  readonly pc: number;
  readonly ring: number;
  /** The word executed, or undefined when the fetch failed or an interrupt came first. */
  readonly word: number | undefined;
  /** The trap taken, if one was. */
  readonly trap: { readonly cause: number; readonly value: number } | undefined;
  /** General registers that changed, by number. */
  readonly changed: readonly number[];
  /** What a monitor did meanwhile, by name, if there is one. */
  readonly exits: readonly string[];
}

/** Watches a machine step by step. Takes the machine's `onTrap`, and passes it on. */
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

  /** Notes an exit to the monitor, for the step at hand. */
  noteExit(name: string): void {
    this.#exits.push(name);
  }

  /** Runs one step by `run` and says what it was. */
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

/** The record as a line: step, ring, pc, instruction, changes; one more line for each exit to a monitor. */
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
