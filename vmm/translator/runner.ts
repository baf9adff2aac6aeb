/**
 * Enters the translation of a guest's supervisor code on the real machine, and handles the trap that ends it. Before and
 * after, the virtual CPU has the guest's exact state.
 *
 * During the run, the state that translated code works on is in the save area.
 * The real timer is set to the number of steps that the guest has left. Every guest instruction
 * takes at least one step, so the timer never goes off too late. If it goes off early, the guest is run again.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { CAUSE } from '../../isa/table/traps.ts';
import { REGION, supervisorRing } from '../guest/compression.ts';
import { enterGuest, goOn, longestTurn } from '../guest/enter.ts';
import { EXIT, type Ledger } from '../guest/ledger.ts';
import type { ShadowTables } from '../memory/shadow.ts';
import { COUNTER, COUNTER_START, surplusOf } from './count.ts';
import { inSavePage, SAVE } from './layout.ts';
import { TARGET } from './links.ts';
import type { Origin, Request } from './origin.ts';
import { readable, writable } from './sequences.ts';
import type { Translator } from './translator.ts';

/** Handles what translated code cannot do. The monitor's dispatcher implements it. */
export interface TrapHandler {
  /** Handles a trap of the guest; the words are signed. Returns the exit's name. */
  handle(trap: { readonly cause: number; readonly value: number }): string;
  /** Executes the instruction at the guest's pc for the guest, and counts an exit of that name. */
  execute(name: string): void;
}

export interface RunnerParts {
  readonly real: Machine;
  readonly cpu: Machine;
  readonly shadow: ShadowTables;
  readonly dispatcher: TrapHandler;
  readonly ledger: Ledger;
  readonly translator: Translator;
  /** Physical address of the page with the save area. */
  readonly savePage: number;
}

export class Runner {
  readonly #parts: RunnerParts;
  /** The page with the save area, as words of real memory. */
  readonly #page: Int32Array;
  /** The real machine's step at which translated code was entered; later, if steps since then were not the code's. */
  #enteredAt = 0;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#page = parts.real.memory.words.subarray(parts.savePage >>> 2, (parts.savePage >>> 2) + 1024);
  }

  /**
   * Sets up the real machine to execute the translation of the guest's code. Returns false if there is none: then one
   * instruction was executed for the guest.
   */
  enter(): boolean {
    const { cpu, real, translator } = this.#parts;
    const at = translator.find();
    if (at === undefined) {
      this.#execute(EXIT.UNTRANSLATED);
      return false;
    }
    this.#enter(at, Math.min(cpu.horizon - cpu.steps, longestTurn));
    this.#enteredAt = real.steps;
    return true;
  }

  /**
   * Handles the trap that the real machine has taken in translated code. Returns false if that was the timer in the middle of a
   * guest instruction: then the real machine goes on to the end of the instruction.
   */
  handleTrap(): boolean {
    const { real, translator } = this.#parts;
    const done = real.steps - this.#enteredAt - 1;
    const where = real.readSystem(SR.EPC) >>> 0;
    const origin = translator.cache.origin(where);
    if (origin === undefined) throw new Error(`no guest instruction belongs to cache address ${where}`);
    if (isInterrupt(real) && !origin.boundary) {
      goOn(real, 1);
      this.#enteredAt += 2; // The trap, and the monitor's return from it.
      return false;
    }
    this.#leave(origin, done);
    this.#handle(origin, where);
    return true;
  }

  #enter(at: number, steps: number): void {
    const { real, cpu, shadow } = this.#parts;
    const page = this.#page;
    page[slot(SAVE.FLAGS)] = cpu.status;
    page[slot(SAVE.TP)] = cpu.x[COUNTER] as number;
    page[slot(SAVE.SAVED)] = 0;
    for (const n of readable) page[slot(SAVE.SYSTEM + 4 * n)] = cpu.readSystem(n);
    cpu.x[COUNTER] = COUNTER_START;
    const own = cpu.ring === 0 ? 0 : cpu.readSystem(SR.LIMIT) >>> 0;
    const limit = own === 0 ? REGION : Math.min(own, REGION);
    const ring = cpu.ring === 3 ? 3 : supervisorRing;
    enterGuest(real, { pc: at, ring, flags: 0, ptbr: shadow.ptbr, limit, base: 0, bound: 0, steps });
  }

  /** Reads back the guest's exact state. `steps` is the number of real steps that were made. */
  #leave(origin: Origin, steps: number): void {
    const { cpu, ledger } = this.#parts;
    const page = this.#page;
    const done = steps - surplusOf(cpu.x[COUNTER] as number) - origin.uncounted;
    cpu.steps += done;
    ledger.direct += done;
    ledger.saved += page[slot(SAVE.SAVED)] as number;
    cpu.pc = origin.request?.kind === 'target' ? (cpu.x[TARGET] as number) >>> 0 : origin.pc;
    for (const { register, slot: at } of origin.spilled) cpu.x[register] = page[slot(at)] as number;
    cpu.x[COUNTER] = page[slot(SAVE.TP)] as number;
    const mine = STATUS.IF | STATUS.UF;
    cpu.status = (cpu.status & ~mine) | ((page[slot(SAVE.FLAGS)] as number) & mine);
    for (const n of writable) {
      const value = page[slot(SAVE.SYSTEM + 4 * n)] as number;
      if (value !== cpu.readSystem(n)) cpu.writeSystem(n, value);
    }
  }

  #handle(origin: Origin, where: number): void {
    const { real, dispatcher } = this.#parts;
    const cause = real.readSystem(SR.ECAUSE);
    const value = real.readSystem(SR.EVAL);
    if (cause === CAUSE.ILLEGAL) this.#callout(origin.request, origin.pc, where);
    else {
      const name = dispatcher.handle({ cause, value });
      if (name === EXIT.TRACE) this.#parts.translator.noteTraced(where, origin.pc);
    }
  }

  #callout(request: Request | undefined, pc: number, where: number): void {
    const { cpu, ledger, translator } = this.#parts;
    switch (request?.kind) {
      case 'execute':
        translator.noteCallout(where);
        this.#execute(request.name);
        return;
      case 'link':
        ledger.exit(EXIT.LINK, cpu.pc);
        if (request.link.kind === 'jump') {
          // The return address is set already; only the jump itself remains to be done.
          cpu.pc = request.link.target;
          cpu.steps += 1;
          ledger.byMonitor += 1;
        }
        translator.want(request.link);
        return;
      case 'target':
        ledger.exit(EXIT.TARGET, cpu.pc);
        translator.wantTarget(request.slot, cpu.pc);
        return;
      default:
        throw new Error(`translated code of ${pc} ran although it is stale`);
    }
  }

  /** Executes an instruction for the guest, unless a debugger wants to stop before it. */
  #execute(name: string): void {
    const { cpu, dispatcher } = this.#parts;
    if (cpu.breaks?.addresses.has(cpu.pc) && cpu.breaks.arrive(cpu.pc)) return;
    dispatcher.execute(name);
  }
}

function isInterrupt(real: Machine): boolean {
  return real.readSystem(SR.ECAUSE) >>> 0 >= CAUSE.INTERRUPT;
}

/** Index of a save-area slot in the words of its page. */
function slot(offset: number): number {
  return inSavePage(offset) >>> 2;
}
