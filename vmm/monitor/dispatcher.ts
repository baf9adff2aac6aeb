/**
 * The dispatcher: every trap that the real machine takes while a guest runs comes here.
 * The dispatcher decides what kind of trap it is. It may be the monitor's own (the turn ended), or one that the virtual
 * machine takes too (it is reflected), or a privileged instruction of the guest's supervisor
 * (its routine interprets it), or a memory fault (a true fault is reflected, a hidden one is repaired).
 */
import { executeOne, executeWord } from '../../isa/engines/interpreter/interpreter.ts';
import { FAULT } from '../../isa/machine/addressing.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { calls } from '../../isa/machine/paravirtual/calls.ts';
import { type Access, FETCH, LOAD, STORE } from '../../isa/machine/translate.ts';
import type { Instruction, Row } from '../../isa/table/row.ts';
import { decode, encode, rowNamed } from '../../isa/table/table.ts';
import { CAUSE, causeName } from '../../isa/table/traps.ts';
import { isOn } from '../../isa/table/variants.ts';
import type { Entered, ShadowTables } from '../memory/shadow.ts';
import { EXIT, type Ledger } from '../guest/ledger.ts';
import { interpret } from './routines.ts';

/** The contents of the real machine's trap registers, as signed words. */
export interface Trap {
  readonly cause: number;
  readonly value: number;
}

interface Privileged {
  readonly at: Instruction;
  readonly exit: string;
}

/**
 * After so many hidden faults at one guest step the repairs do not help, and the monitor executes the instruction for
 * the guest.
 */
const patience = 4;

const memoryFaults: ReadonlySet<number> = new Set([
  CAUSE.FETCH_ACCESS,
  CAUSE.LOAD_ACCESS,
  CAUSE.STORE_ACCESS,
  CAUSE.FETCH_PAGE,
  CAUSE.LOAD_PAGE,
  CAUSE.STORE_PAGE,
]);

const vmcall = encode(rowNamed('vmcall') as Row, {}) | 0;
/** The register with the number of a call. */
const callNumber = 17;

/** A privileged instruction: the name of its exits, and whether the virtual machine has it. */
interface Privileged {
  readonly at: Instruction;
  readonly exit: string;
  readonly exists: boolean;
}

export class Dispatcher {
  readonly #cpu: Machine;
  readonly #shadow: ShadowTables;
  readonly #ledger: Ledger;
  /**
   * Decoded privileged instructions, by their words, with the names of their exits. Their number is limited, because few
   * words are privileged instructions.
   */
  readonly #privileged = new Map<number, Privileged>();
  #repairs = 0;
  #repairedStep = -1;

  constructor(cpu: Machine, shadow: ShadowTables, ledger: Ledger) {
    this.#cpu = cpu;
    this.#shadow = shadow;
    this.#ledger = ledger;
  }

  /** Forgets repairs, because the guest was moved to another step. */
  forget(): void {
    this.#repairs = 0;
  }

  /** Handles a trap of the guest. The virtual CPU must have the guest's state at the trap. Returns the exit's name. */
  handle({ cause, value }: Trap): string {
    if (cause >>> 0 >= CAUSE.INTERRUPT) return this.#exit(EXIT.TURN);
    if (cause === CAUSE.PRIVILEGED) return this.#privilege(value);
    if (cause === CAUSE.ILLEGAL && this.#isCall(value)) return this.#call();
    return memoryFaults.has(cause) ? this.#fault(cause) : this.#reflect(cause, value);
  }

  /** Whether the illegal instruction `word` is a call to this monitor. */
  #isCall(word: number): boolean {
    return word === vmcall && this.#cpu.ring === 0 && this.#cpu.paravirtual !== undefined;
  }

  /** Answers a call: the virtual CPU does, in one guest step. */
  #call(): string {
    const name = `call: ${calls[this.#cpu.x[callNumber] as number]?.name ?? 'unknown'}`;
    this.execute(name, vmcall);
    return name;
  }

  /**
   * Executes the instruction at the guest's pc for the guest: one guest step. Counts an exit named `name`. `word`: the
   * instruction, if it was fetched already.
   */
  execute(name: string, word?: number): void {
    this.#exit(name);
    const before = this.#cpu.steps;
    const { paging } = this.#cpu;
    if (word === undefined) executeOne(this.#cpu);
    else executeWord(this.#cpu, word);
    this.#ledger.byMonitor += this.#cpu.steps - before;
    this.#shadow.flushIfPagingEnded(paging);
  }

  /**
   * Enters the page of the guest's next instruction in the shadow, if the guest's own tables allow the fetch. The fetch must
   * be what the guest does next.
   */
  enterCode(): void {
    const { va, width, kind, named } = fetchOf(this.#cpu);
    if (this.#cpu.locate(va, width, kind, named) !== FAULT) this.#enter(va >>> 0, width, false);
  }

  /** Handles a privileged instruction. The virtual machine may lack it, if it has fewer features than the real one. */
  #privilege(word: number): string {
    const known = this.#privileged.get(word) ?? this.#decode(word);
    if (!known.exists) return this.#reflect(CAUSE.ILLEGAL, word);
    return this.#cpu.ring === 0 ? this.#emulate(known) : this.#reflect(CAUSE.PRIVILEGED, word);
  }

  #exit(name: string): string {
    this.#ledger.exit(name, this.#cpu.pc);
    return name;
  }

  #decode(word: number): Privileged {
    const at = decode(word) as Instruction;
    const known = { at, exit: `emulated: ${at.row.name}`, exists: isOn(at.row, this.#cpu.variant) };
    this.#privileged.set(word, known);
    return known;
  }

  /** Executes a privileged instruction of the virtual supervisor with its interpreter routine. */
  #emulate({ at, exit }: Privileged): string {
    this.#exit(exit);
    interpret({ cpu: this.#cpu, shadow: this.#shadow }, at);
    this.#ledger.byMonitor += 1;
    return exit;
  }

  /** Reflects a trap: the virtual machine takes the same trap as the real one. */
  #reflect(cause: number, value: number): string {
    const cpu = this.#cpu;
    const name = this.#exit(reflectedExit(cause));
    this.#takeTrap(() => cpu.trap(cause, value, cpu.pc | 0));
    return name;
  }

  /** The virtual machine takes a trap. It is a guest step, unless the guest has no trap handler. */
  #takeTrap(trap: () => number): void {
    const cpu = this.#cpu;
    const before = cpu.steps;
    cpu.pc = trap() >>> 0;
    cpu.steps += 1;
    this.#ledger.byMonitor += cpu.steps - before;
  }

  /** Handles a memory fault: it is a true fault if the access would fault in the virtual machine too. */
  #fault(cause: number): string {
    const cpu = this.#cpu;
    const fetch = cause === CAUSE.FETCH_ACCESS || cause === CAUSE.FETCH_PAGE;
    const access = fetch ? fetchOf(cpu) : dataAccessOf(cpu);
    if (cpu.locate(access.va, access.width, access.kind, access.named) !== FAULT) {
      return access.word === undefined || access.word === fetched(cpu)
        ? this.#repair(access)
        : this.#finish(access.word);
    }
    const name = this.#exit(EXIT.TRUE);
    this.#takeTrap(() => cpu.fault(cpu.pc | 0));
    return name;
  }

  /** Executes an instruction that its own access has just changed, by A or D: it is in the page-table entry of what it accesses. */
  #finish(word: number): string {
    this.execute(EXIT.EXECUTED, word);
    return EXIT.EXECUTED;
  }

  /** Handles a hidden fault: enters the page in the shadow, or executes the instruction for the guest. */
  #repair({ va, width, kind }: MemoryAccess): string {
    const stuck = this.#isStuck() || !this.#shadow.covers;
    const outcome = stuck ? 'stuck' : this.#enter(va >>> 0, width, kind === STORE);
    if (outcome === 'entered') return this.#exit(EXIT.HIDDEN);
    this.execute(exitOf[outcome]);
    return exitOf[outcome];
  }

  /** Enters the page of the access in the shadow, and also the second page if the access crosses into it. */
  #enter(va: number, width: number, store: boolean): Entered {
    const last = (va + width - 1) >>> 0;
    const first = this.#shadow.enter(va, store);
    return first !== 'entered' || last >>> 12 === va >>> 12 ? first : this.#shadow.enter(last, store);
  }

  /** Whether repairs at this guest step do not help, for example because two pages push each other out. */
  #isStuck(): boolean {
    if (this.#cpu.steps !== this.#repairedStep) this.#repairs = 0;
    this.#repairedStep = this.#cpu.steps;
    this.#repairs += 1;
    return this.#repairs > patience;
  }
}

/** Names of the exits of reflected traps, by cause: made once, because they are looked up at each exit. */
const reflected = new Map<number, string>();

function reflectedExit(cause: number): string {
  const name = reflected.get(cause) ?? `reflected: ${causeName(cause)}`;
  reflected.set(cause, name);
  return name;
}

/** The names of exits at which the monitor executes an access for the guest. */
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
  /** The instruction of a load or store, as it was fetched. */
  readonly word?: number;
}

/** The word at the guest's pc, which can be fetched. */
function fetched(cpu: Machine): number {
  return cpu.memory.read(cpu.locate(cpu.pc, 4, FETCH, false), 4);
}

function fetchOf(cpu: Machine): MemoryAccess {
  return { va: cpu.pc, width: 4, kind: FETCH, named: false };
}

/** The load or store at the guest's pc. Its fetch has passed already. */
function dataAccessOf(cpu: Machine): MemoryAccess {
  const word = fetched(cpu);
  const at = decode(word);
  const effect = at?.row.effect;
  if (at === undefined || (effect?.kind !== 'load' && effect?.kind !== 'store')) {
    throw new Error('a data fault at an instruction that is no load or store');
  }
  const va = ((cpu.x[at.rs1] as number) + at.imm) | 0;
  return { va, width: effect.width, kind: effect.kind === 'load' ? LOAD : STORE, named: at.rs1 !== 0, word };
}
