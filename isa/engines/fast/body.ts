/**
 * The function of a region while it is being written: its locals, the blocks that are open, and its exits.
 *
 * An exit stores the registers that may have changed (registers.ts). Execution then continues at PC, either in the
 * engine or, through the jump cache, in another region.
 */
import { firstFreeLocal, SCRATCH } from './access.ts';
import type { Block } from './blocks.ts';
import { Code, OP, VOID } from './emitter.ts';
import { findJump, sampleJump, takeJump } from './jumps.ts';
import { SITE, SLOT } from './layout.ts';
import { type Places, registersIn } from './registers.ts';

/** Locals. FUEL is the parameter; registers follow firstFreeLocal. */
export const FUEL = 0;
export const PC = 1;
export const WAY = 2;

/**
 * The values of WAY at an exit. 0: return to the engine. HOP: continue in another region if the jump cache has it. A larger
 * value: like HOP, and the exit is the indirect jump at address WAY - 1.
 */
export const HOP = 1;

export type Frame =
  | { readonly kind: 'end' | 'if' }
  | { readonly kind: 'out'; readonly dirty: number }
  | { readonly kind: 'loop' | 'after'; readonly block: Block };

export class Body {
  readonly code = new Code();
  /** Where the registers are at the current instruction. */
  places: Places = { memory: 0, dirty: 0 };
  /**
   * Fuel that was taken for the current instruction, the rest of its block, and the further rounds of an unrolled
   * loop.
   */
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

  /** The number of locals without the parameters. */
  get locals(): number {
    return this.#localCount - 2;
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

  /** Loads a set of registers from memory. */
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

  /**
   * Writes a block (of `opcode`) around what `inside` writes. Branches to `frame` go to its begin (a loop) or its
   * end.
   */
  within(frame: Frame, inside: () => void, opcode: number = OP.block): void {
    this.code.op(opcode, VOID);
    this.#frames.push(frame);
    inside();
    this.#frames.pop();
    this.code.op(OP.end);
  }

  /** Writes an `if` whose condition is on the stack. */
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
    const index = this.#frames.findLastIndex(wanted);
    if (index < 0) throw new Error('a branch in a region has no target');
    this.code.branch(this.#frames.length - 1 - index);
  }

  // ---- Fuel and exits ----

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

  /** Leaves the region. PC must be set. `way` is the value for WAY (see HOP); with 0, WAY stays as it is. */
  leave(way = 0): void {
    if (way !== 0) this.code.constant(way).set(WAY);
    const { dirty } = this.places;
    const isOurs = (frame: Frame) => frame.kind === 'out' && frame.dirty === dirty;
    const shared = this.#frames.some(isOurs);
    if (!shared) this.store(dirty);
    this.branchTo(shared ? isOurs : ({ kind }) => kind === 'end');
  }

  /** Writes `inside`, and after it the exits that several places share: one for each set of registers to store. */
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

  /**
   * Writes the end of the function, where all registers are stored: continues in another region if WAY asks for it
   * and the jump cache has one.
   */
  end(): void {
    const { code } = this;
    code.constant(0).get(PC).memory(OP.i32_store, SLOT.PC);
    code.get(WAY).op(OP.if, VOID);
    code.get(WAY).constant(HOP).op(OP.i32_ne, OP.if, VOID);
    sampleJump(code, PC, SCRATCH, () =>
      code
        .get(WAY)
        .constant(SITE.SAMPLED - SITE.MISSED)
        .op(OP.i32_add),
    );
    code.op(OP.end);
    findJump(code, PC, SCRATCH);
    code.op(OP.if, VOID);
    takeJump(code, FUEL, SCRATCH);
    code.op(OP.end);
    code.constant(0).get(WAY).memory(OP.i32_store, SLOT.SITE);
    code.op(OP.end).get(FUEL);
  }
}
