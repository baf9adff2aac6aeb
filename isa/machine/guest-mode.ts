/**
 * Guest mode: what the machine does differently between `vmrun` and the exit. The machine (machine.ts) asks an object of
 * this class, which exists only in guest mode, whether an instruction or a trap exits, what time the guest sees, and which
 * interrupt lines. How a guest's addresses are translated is in addressing.ts and nested.ts.
 *
 * The guest's system registers are the machine's own while guest mode lasts, so instructions that only move them need
 * no exit. The host's are in the control block (control-block.ts).
 */
import type { Intercept, PortUse } from '../table/row.ts';
import { STATUS } from '../table/sysregs.ts';
import { LINE } from '../table/traps.ts';
import { BLOCK, CONTROL } from './control-block.ts';
import { never, Timer } from './timer.ts';

/** State of guest mode as data. Words are signed. */
export interface GuestModeState {
  /** Physical address of the control block. */
  readonly block: number;
  /** The words that `vmrun` read from it. */
  readonly controls: readonly number[];
  /** Whether the event is still to be injected. */
  readonly injects: boolean;
  /** Pending virtual interrupt lines without the timer's. */
  readonly lines: number;
  /** The step of the machine at which the guest's timer goes off; null if it is off. */
  readonly timerAt: number | null;
  /** Whether the interrupt of the guest's timer is pending. */
  readonly timerPending: boolean;
}

export class GuestMode {
  /** Physical address of the control block. */
  readonly block: number;
  readonly controls: readonly number[];
  /** The guest's TIME minus the machine's steps. */
  readonly offset: number;
  /** Whether the guest has a timer and interrupt lines of its own. */
  readonly isVirtual: boolean;
  /** Whether addresses are translated twice. */
  readonly isNested: boolean;
  /** Physical address of the root of the nested map, or of the shadow page tables. */
  readonly root: number;
  /** The guest's own timer. */
  readonly timer = new Timer();
  /** Whether the event of the block is still to be injected. */
  injects: boolean;
  /** Tells which instructions exit, for those who store code that was made for it. */
  readonly moves: string;
  /** Lines of the machine that are the guest's own, line n in bit n. They do not end guest mode. */
  readonly direct: number;
  /** Pending virtual lines without the timer's and without those. */
  #lines: number;

  /** `controls`: the words of the block (readControls). `now`: the machine's steps at the guest's first instruction. */
  constructor(block: number, controls: readonly number[], now: number) {
    this.block = block;
    this.controls = controls;
    this.offset = (this.#word(BLOCK.TIME_OFFSET) >>> 0) + this.#word(BLOCK.TIME_OFFSET + 4) * 2 ** 32;
    this.isVirtual = this.#has(CONTROL.VIRTUAL);
    this.isNested = this.#has(CONTROL.NESTED);
    this.root = (this.#word(BLOCK.ROOT) & ~0xfff) >>> 0;
    this.injects = this.#word(BLOCK.EVENT) === 1;
    this.moves = controls.slice(0, BLOCK.TRAPS / 4).join(' ');
    this.#lines = this.isVirtual ? this.#word(BLOCK.LINES) & ~(1 << LINE.TIMER) : 0;
    this.direct = this.isVirtual ? this.#word(BLOCK.DIRECT) & ~(1 << LINE.TIMER) : 0;
    const left = this.#word(BLOCK.TIMER) >>> 0;
    if (!this.isVirtual) return;
    if (left !== 0) this.timer.dueAt = now + left;
    this.timer.isPending = (this.#word(BLOCK.LINES) & (1 << LINE.TIMER)) !== 0;
  }

  static restored(state: GuestModeState): GuestMode {
    const guest = new GuestMode(state.block, state.controls, 0);
    guest.injects = state.injects;
    guest.#lines = state.lines;
    guest.timer.dueAt = state.timerAt ?? never;
    guest.timer.isPending = state.timerPending;
    return guest;
  }

  save(): GuestModeState {
    const { block, controls, injects, timer } = this;
    return {
      block,
      controls,
      injects,
      lines: this.#lines,
      timerAt: timer.dueAt === never ? null : timer.dueAt,
      timerPending: timer.isPending,
    };
  }

  #word(offset: number): number {
    return this.controls[offset / 4] as number;
  }

  #has(bit: number): boolean {
    return (this.#word(BLOCK.CONTROL) & bit) !== 0;
  }

  #bit(offset: number, number: number): boolean {
    return (((this.controls[offset / 4 + (number >>> 5)] as number) >>> (number & 31)) & 1) !== 0;
  }

  /** The cause and the value of the event to inject; words signed. */
  get event(): readonly [cause: number, value: number] {
    return [this.#word(BLOCK.EVENT_CAUSE), this.#word(BLOCK.EVENT_VALUE)];
  }

  // ---- Intercepts ----

  /** Whether a system instruction exits. */
  intercepts({ kind, number }: Intercept): boolean {
    if (kind === 'instruction') return this.#bit(BLOCK.INSTRUCTIONS, number);
    return number < 32 && this.#bit(kind === 'read' ? BLOCK.READS : BLOCK.WRITES, number);
  }

  /** Whether an instruction that uses a port (unsigned), and whose intercept is set, exits for this port. */
  interceptsPort(use: PortUse, port: number): boolean {
    if (!this.#has(CONTROL.PORTS) || port >= 64) return true;
    return this.#bit(use === 'output' ? BLOCK.OUTPUTS : BLOCK.INPUTS, port);
  }

  /** Whether a trap exits, by its cause (signed or unsigned), when the guest has this TVEC. */
  interceptsTrap(cause: number, tvec: number): boolean {
    return tvec === 0 || (cause >= 0 && cause < 32 && this.#bit(BLOCK.TRAPS, cause));
  }

  // ---- Time and interrupts ----

  /** Pending virtual lines. */
  get lines(): number {
    return this.#lines | (this.timer.isPending ? 1 << LINE.TIMER : 0);
  }

  /** Pending lines as the guest sees them, when these are the machine's. */
  seen(pending: number): number {
    return this.lines | (pending & this.direct);
  }

  /** Whether something is to be done before the next instruction; `pending`: the machine's pending lines. */
  isDue(status: number, pending: number): boolean {
    if (this.injects) return true;
    return (status & STATUS.IF) !== 0 && (this.exitsInWindow || this.seen(pending) !== 0);
  }

  /** Whether guest mode ends as soon as IF is 1. */
  get exitsInWindow(): boolean {
    return this.#has(CONTROL.WINDOW);
  }

  /** The guest's TIME, 64 bits, when the machine has made so many steps. */
  time(steps: number): number {
    return steps + this.offset;
  }
}
