/**
 * The function of a region while it is written: its locals, the open blocks, and its exits.
 *
 * An exit stores the registers that may have changed (registers.ts). Execution then continues at PC, in the engine
 * or, through the jump cache, in another region.
 */
import { firstFreeLocal, SCRATCH } from './access.ts';
import type { Block } from './blocks.ts';
import { Code, OP, regionType, VOID } from './emitter.ts';
import { jumpCache, SLOT } from './layout.ts';
import { type Places, registersIn } from './registers.ts';

/** Locals. FUEL is the parameter; registers follow firstFreeLocal. */
export const FUEL = 0;
export const PC = 1;
export const WAY = 2;

/** WAY's values out of the region: to the engine; by the jump cache; more: as HOP, at the indirect jump WAY - 1. */
export const HOP = 1;

export type Frame =
  | { readonly kind: 'end' | 'if' }
  | { readonly kind: 'out'; readonly dirty: number }
  | { readonly kind: 'loop' | 'after'; readonly block: Block };

export class Body {
  readonly code = new Code();
  /** Where registers are at the present instruction. */
  places: Places = { memory: 0, dirty: 0 };
  /** Fuel already taken for instructions of the block, and further rounds, that are not done yet, the present one included. */
  ahead = 0;
  /** Local of each register in use, by number. */
  readonly #locals: ReadonlyMap<number, number>;
  #localCount: number;
  readonly #frames: Frame[] = [];

  /** For a region that uses these registers. */
  constructor(registers: number) {
    const used = [...registersIn(registers)];
    this.#locals = new Map(used.map((n, place) => [n, firstFreeLocal + place]));
    this.#localCount = firstFreeLocal + used.length;
  }

  /** Locals but the parameter. */
  get locals(): number {
    return this.#localCount - 1;
  }

  newLocal(): number {
    return this.#localCount++;
  }

  // ---- Registers ----

  /** The local of a general register that is not x0. */
  local(register: number): number {
    return this.#locals.get(register) as number;
  }

  /** Pushes a general register. */
  push(register: number): void {
    if (register === 0) this.code.constant(0);
    else this.code.get(this.local(register));
  }

  /** Loads registers, a set, from memory. */
  load(set: number): void {
    for (const n of registersIn(set))
      this.code
        .constant(0)
        .memory(OP.i32_load, 4 * n)
        .set(this.local(n));
  }

  store(set: number): void {
    for (const n of registersIn(set)) {
      this.code.constant(0).get(this.local(n));
      this.code.memory(OP.i32_store, 4 * n);
    }
  }

  // ---- Structure ----

  /** What `inside` writes, in a block (of `opcode`) that branches to `frame` begin or end. */
  within(frame: Frame, inside: () => void, opcode: number = OP.block): void {
    this.code.op(opcode, VOID);
    this.#frames.push(frame);
    inside();
    this.#frames.pop();
    this.code.op(OP.end);
  }

  /** Code in an `if` whose condition is on the stack. */
  when(then: () => void, otherwise?: () => void): void {
    const both = () => {
      then();
      if (otherwise === undefined) return;
      this.code.op(OP.else);
      otherwise();
    };
    this.within({ kind: 'if' }, both, OP.if);
  }

  branchTo(wanted: (frame: Frame) => boolean): void {
    const depth = this.#frames.toReversed().findIndex(wanted);
    if (depth < 0) throw new Error('a branch in a region has no target');
    this.code.branch(depth);
  }

  // ---- Fuel, and ways out ----

  giveBack(steps: number): void {
    if (steps !== 0) this.code.get(FUEL).constant(steps).op(OP.i32_add).set(FUEL);
  }

  /** Ends before the instruction at `pc`: gives back its fuel and that of the rest of its block. */
  giveUp(pc: number): void {
    this.giveBack(this.ahead);
    this.leaveTo(pc, 0);
  }

  leaveTo(pc: number, way: number): void {
    this.code.constant(pc).set(PC);
    this.leave(way);
  }

  /** Leaves the region; `way` is 0, HOP, or a site, or set already. PC is set. */
  leave(way = 0): void {
    if (way !== 0) this.code.constant(way).set(WAY);
    const { dirty } = this.places;
    const isOurs = (frame: Frame) => frame.kind === 'out' && frame.dirty === dirty;
    const shared = this.#frames.some(isOurs);
    if (!shared) this.store(dirty);
    this.branchTo(shared ? isOurs : ({ kind }) => kind === 'end');
  }

  /** What `inside` writes, and after it what each shared way out stores: sets of registers. */
  withWaysOut(waysOut: readonly number[], inside: () => void): void {
    const [dirty, ...rest] = waysOut;
    if (dirty === undefined) {
      inside();
      return;
    }
    this.within({ kind: 'out', dirty }, () => this.withWaysOut(rest, inside));
    this.store(dirty);
    this.branchTo(({ kind }) => kind === 'end');
  }

  /** All is stored: goes on in another region by the jump cache if that is asked and possible. */
  end(): void {
    const { code } = this;
    code.constant(0).get(PC).memory(OP.i32_store, SLOT.PC);
    code.get(WAY).op(OP.if, VOID);
    this.#findJump();
    this.#isJumpHere();
    code.op(OP.if, VOID);
    this.#enterOther();
    code.op(OP.end);
    code.constant(0).get(WAY).memory(OP.i32_store, SLOT.SITE);
    code.op(OP.end).get(FUEL);
  }

  /** Puts the place of PC's entry in the jump cache into SCRATCH, and leaves it on the stack. */
  #findJump(): void {
    const { code } = this;
    code.get(PC).constant(2).op(OP.i32_shl).constant(0).memory(OP.i32_load, SLOT.SALT).op(OP.i32_add);
    code.constant(jumpCache.mask).op(OP.i32_and).tee(SCRATCH);
  }

  /** Pushes whether the entry there (on the stack, and in SCRATCH) is for PC in this ring and this address space. */
  #isJumpHere(): void {
    const { code } = this;
    code.memory(OP.i32_load, jumpCache.at).get(PC).constant(0).memory(OP.i32_load, SLOT.RING);
    code.op(OP.i32_or, OP.i32_eq).get(SCRATCH);
    code.memory(OP.i32_load, jumpCache.at + 8);
    code.constant(0).memory(OP.i32_load, SLOT.STAMP).op(OP.i32_eq, OP.i32_and);
  }

  /** Goes on in the region of the entry at SCRATCH. */
  #enterOther(): void {
    const { code } = this;
    code.get(FUEL).get(SCRATCH);
    code.memory(OP.i32_load, jumpCache.at + 4);
    code.byte(OP.return_call_indirect).unsigned(regionType).unsigned(0);
  }
}
