/**
 * The dispatcher: entered by every trap that the real machine takes while a guest runs.
 * It decides whose trap it is: the monitor's own (the turn ended), one that the virtual
 * machine would take too (reflected), a privileged instruction of the guest's supervisor
 * (interpreted by its routine), or a fault (reflected if true, repaired if hidden).
 */
import { executeOne } from '../../isa/engines/interpreter/interpreter.ts';
import { FAULT } from '../../isa/machine/addressing.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { type Access, FETCH, LOAD, STORE } from '../../isa/machine/translate.ts';
import type { Instruction } from '../../isa/table/row.ts';
import { decode } from '../../isa/table/table.ts';
import { CAUSE, causeName } from '../../isa/table/traps.ts';
import type { Entered, ShadowTables } from '../memory/shadow.ts';
import { EXIT, type Ledger } from '../guest/ledger.ts';
import { interpret } from './routines.ts';

/** What the real machine's trap registers say. Words signed. */
export interface Trap {
  readonly cause: number;
  readonly value: number;
}

/** Hidden faults at one guest step after which the instruction is executed for the guest: a repair that does not last. */
const patience = 4;

const memoryFaults: ReadonlySet<number> = new Set([
  CAUSE.FETCH_ACCESS,
  CAUSE.LOAD_ACCESS,
  CAUSE.STORE_ACCESS,
  CAUSE.FETCH_PAGE,
  CAUSE.LOAD_PAGE,
  CAUSE.STORE_PAGE,
]);

export class Dispatcher {
  readonly #cpu: Machine;
  readonly #shadow: ShadowTables;
  readonly #ledger: Ledger;
  /** Privileged instructions met, by their words: no more than there are such words. */
  readonly #privileged = new Map<number, Instruction>();
  #repairs = 0;
  #repairedStep = -1;

  constructor(cpu: Machine, shadow: ShadowTables, ledger: Ledger) {
    this.#cpu = cpu;
    this.#shadow = shadow;
    this.#ledger = ledger;
  }

  /** Forgets repairs: the guest is at another step. */
  forget(): void {
    this.#repairs = 0;
  }

  /** Handles a trap of the guest; the virtual CPU is as it was when the trap came. Returns the exit's name. */
  handle({ cause, value }: Trap): string {
    if (cause >>> 0 >= CAUSE.INTERRUPT) return this.#exit(EXIT.TURN);
    if (cause === CAUSE.PRIVILEGED && this.#cpu.ring === 0) return this.#emulate(value);
    return memoryFaults.has(cause) ? this.#fault(cause) : this.#reflect(cause, value);
  }

  /** Executes the instruction at the guest's pc for it, whatever it is: one guest step, an exit named `name`. */
  execute(name: string): void {
    this.#exit(name);
    const before = this.#cpu.steps;
    const { paging } = this.#cpu;
    executeOne(this.#cpu);
    this.#ledger.byMonitor += this.#cpu.steps - before;
    this.#shadow.flushIfPagingEnded(paging);
  }

  #exit(name: string): string {
    this.#ledger.exit(name, this.#cpu.pc);
    return name;
  }

  #decode(word: number): Instruction {
    const at = decode(word) as Instruction;
    this.#privileged.set(word, at);
    return at;
  }

  /** A privileged instruction of the virtual supervisor: its interpreter routine. */
  #emulate(word: number): string {
    const at = this.#privileged.get(word) ?? this.#decode(word);
    const name = this.#exit(`emulated: ${at.row.name}`);
    interpret({ cpu: this.#cpu, shadow: this.#shadow }, at);
    this.#ledger.byMonitor += 1;
    return name;
  }

  /** A trap that the virtual machine takes as the real one did. */
  #reflect(cause: number, value: number): string {
    const cpu = this.#cpu;
    const name = this.#exit(`reflected: ${causeName(cause)}`);
    this.#takeTrap(() => cpu.trap(cause, value, cpu.pc | 0));
    return name;
  }

  /** The virtual machine takes a trap, which is a guest step unless nobody there handles it. */
  #takeTrap(trap: () => number): void {
    const cpu = this.#cpu;
    const before = cpu.steps;
    cpu.pc = trap() >>> 0;
    cpu.steps += 1;
    this.#ledger.byMonitor += cpu.steps - before;
  }

  /** A memory fault: the virtual machine is asked whether the whole access would pass there. */
  #fault(cause: number): string {
    const cpu = this.#cpu;
    const fetch = cause === CAUSE.FETCH_ACCESS || cause === CAUSE.FETCH_PAGE;
    const access = fetch ? fetchOf(cpu) : dataAccessOf(cpu);
    if (cpu.locate(access.va, access.width, access.kind, access.named) !== FAULT) return this.#repair(access);
    const name = this.#exit(EXIT.TRUE);
    this.#takeTrap(() => cpu.fault(cpu.pc | 0));
    return name;
  }

  /** A hidden fault: the shadow gets its entries, or the monitor executes the instruction for the guest. */
  #repair({ va, width, kind }: MemoryAccess): string {
    const stuck = this.#isStuck() || !this.#shadow.covers;
    const outcome = stuck ? 'stuck' : this.#enter(va >>> 0, width, kind === STORE);
    if (outcome === 'entered') return this.#exit(EXIT.HIDDEN);
    this.execute(exitOf[outcome]);
    return exitOf[outcome];
  }

  /** Enters the page of the access in the shadow, and the second one of an access across two. */
  #enter(va: number, width: number, store: boolean): Entered {
    const last = (va + width - 1) >>> 0;
    const first = this.#shadow.enter(va, store);
    return first !== 'entered' || last >>> 12 === va >>> 12 ? first : this.#shadow.enter(last, store);
  }

  /** Whether repairs at this guest step do not last, as when two pages push each other out. */
  #isStuck(): boolean {
    if (this.#cpu.steps !== this.#repairedStep) this.#repairs = 0;
    this.#repairedStep = this.#cpu.steps;
    this.#repairs += 1;
    return this.#repairs > patience;
  }
}

/** Why the monitor executes an access for the guest. */
const exitOf = {
  traced: EXIT.TRACE,
  compressed: EXIT.COMPRESSED,
  partial: EXIT.EXECUTED,
  stuck: EXIT.EXECUTED,
} as const;

interface MemoryAccess {
  readonly va: number;
  readonly width: number;
  readonly kind: Access;
  readonly named: boolean;
}

function fetchOf(cpu: Machine): MemoryAccess {
  return { va: cpu.pc, width: 4, kind: FETCH, named: false };
}

/** The load or store at the guest's pc, which was fetched already. */
function dataAccessOf(cpu: Machine): MemoryAccess {
  const at = decode(cpu.memory.read(cpu.locate(cpu.pc, 4, FETCH, false), 4));
  const effect = at?.row.effect;
  if (at === undefined || (effect?.kind !== 'load' && effect?.kind !== 'store')) {
    throw new Error('a data fault at an instruction that is no load or store');
  }
  const va = ((cpu.x[at.rs1] as number) + at.imm) | 0;
  return { va, width: effect.width, kind: effect.kind === 'load' ? LOAD : STORE, named: at.rs1 !== 0 };
}
