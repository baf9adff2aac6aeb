/** The function of one block of a batch: its instructions, from the effects in their rows. */
import { WATCH } from '../../../machine/memory.ts';
import type { Effect } from '../../../table/effects.ts';
import type { Instruction } from '../../../table/row.ts';
import { type AddressMode, MISS } from '../access.ts';
import { isIndirect } from '../control.ts';
import { Code, OP, systemFunction, VOID } from '../emitter.ts';
import { emitExpression, isOneInstruction } from '../expression.ts';
import {
  AFTER,
  entryBias,
  flatTable,
  guestMemoryAt,
  SITE,
  SLOT,
  tableClass,
  watchedFlagsAt,
} from '../layout.ts';
import { emitMove, wordMove } from '../moves.ts';
import { loadOps, storeOps } from '../nodes.ts';
import type { FirstBlock } from './blocks.ts';

/** Functions of the module that every batch has, before those of the blocks. */
export const FUNCTION = {
  /** Imported: the interpreter executes the instruction of a site. See RegionBuilder's parts. */
  SYSTEM: systemFunction,
  /** (fuel, pc): returns to the engine. */
  OUT: 1,
  /** (fuel, pc): goes on at pc through the jump cache. */
  HOP: 2,
  /** (fuel, pc, site): as HOP, after a jump through a register; `site` says which one when the engine is to note it. */
  JUMP: 3,
  /** (fuel, pc): the block there is due: goes on in its region, or returns to the engine. */
  DUE: 4,
  /** (fuel, pc, address, what): an access missed in the flat tables. */
  MISS: 5,
  /** (fuel, n): enters the batch in the nth block, from 1 on. */
  ENTER: 6,
  BLOCKS: 7,
} as const;

/** A block and the place of its counter in the buffer, in bytes. */
export interface CountedBlock {
  readonly block: FirstBlock;
  readonly counter: number;
}

/** What a block needs to know of the machine. */
export interface BlockTarget {
  readonly addressing: AddressMode;
  readonly ring: number;
  /** Bytes of guest memory. */
  readonly memorySize: number;
  /** Whether the interpreter is to execute the load or store at `pc` (delegated.ts). */
  readonly delegated: (pc: number) => boolean;
  /** Whether a system instruction traps as privileged, or exits from guest mode. */
  readonly refused: (at: Instruction) => boolean;
  /** Where the access at `pc` notes its address: the place of a word in the buffer, in bytes. */
  readonly noteAt: (pc: number) => number;
  /** Registers an instruction that the interpreter executes; returns its number for `system`. */
  readonly site: (at: Instruction, pc: number) => number;
}

/** Locals: the parameters, of which the second has no meaning, one for addresses, and then registers as they are used. */
const FUEL = 0;
const ADDRESS = 1;
const ENTRY = 2;
const firstRegister = 3;

const stackPointer = 2;

export class BlockEmitter {
  readonly code = new Code();
  readonly #counted: CountedBlock;
  readonly #functions: ReadonlyMap<number, number>;
  readonly #target: BlockTarget;
  /** The local of each general register that has one, by number; 0 = none. */
  readonly #locals = new Uint8Array(32);
  #next = firstRegister;
  /** Steps of the block that are not done yet, the present one included. */
  #rest = 0;

  /** `functions`: the batch's functions by the address of their block. */
  constructor(counted: CountedBlock, functions: ReadonlyMap<number, number>, target: BlockTarget) {
    this.#counted = counted;
    this.#functions = functions;
    this.#target = target;
  }

  /** Writes the function; returns how many locals it has besides the parameters. */
  emit(): number {
    const { pc, instructions, end } = this.#counted.block;
    this.#rest = instructions.length;
    this.#emitEntry(pc, instructions.length);
    for (const [n, at] of instructions.entries()) {
      this.#emit(at, (pc + 4 * n) >>> 0);
      this.#rest -= 1;
    }
    const after = (pc + 4 * instructions.length) >>> 0;
    if (end === 'next') this.#goTo(after);
    else if (end === 'stop') this.#leave(FUNCTION.OUT, after);
    return this.#next - 2;
  }

  /** Takes the block's fuel if there is enough and the block is not due. */
  #emitEntry(pc: number, size: number): void {
    const { code } = this;
    const { counter } = this.#counted;
    code.get(FUEL).constant(size).op(OP.i32_lt_s, OP.if, VOID);
    this.#leave(FUNCTION.OUT, pc);
    code.op(OP.end).constant(0).constant(0).memory(OP.i32_load, counter).constant(1).op(OP.i32_sub);
    code.tee(ADDRESS).memory(OP.i32_store, counter);
    code.get(ADDRESS).constant(0).op(OP.i32_lt_s, OP.if, VOID);
    this.#leave(FUNCTION.DUE, pc);
    code.op(OP.end).get(FUEL).constant(size).op(OP.i32_sub).set(FUEL);
  }

  #emit(at: Instruction, pc: number): void {
    const { effect } = at.row;
    if (this.#isInterpreted(at, pc)) {
      this.#emitSystem(at, pc);
      return;
    }
    switch (effect.kind) {
      case 'set':
        this.#emitSet(at, pc, effect);
        return;
      case 'load':
        this.#emitLoad(at, pc, effect);
        return;
      case 'store':
        this.#emitStore(at, pc, effect);
        return;
      case 'branch':
        this.#expression(at, pc, effect.condition);
        this.code.op(OP.if, VOID);
        this.#goTo((pc + at.imm) >>> 0);
        this.code.op(OP.end);
        this.#goTo((pc + 4) >>> 0);
        return;
      case 'jump':
        if (isIndirect(at)) this.#emitIndirect(at, pc, effect);
        else {
          this.#link(at, pc);
          this.#goTo((pc + at.imm) >>> 0);
        }
        return;
      case 'system':
        emitMove(
          this.code,
          at,
          (n) => this.#push(n),
          (n) => this.#set(n),
        );
        return;
      case 'nothing':
      case 'trap':
    }
  }

  // ---- Registers ----

  /** Pushes a general register, which is loaded when it is used first. */
  #push(n: number): void {
    const { code } = this;
    if (n === 0) code.constant(0);
    else if (this.#locals[n] !== 0) code.get(this.#locals[n] as number);
    else
      code
        .constant(0)
        .memory(OP.i32_load, 4 * n)
        .tee(this.#local(n));
  }

  #local(n: number): number {
    if (this.#locals[n] === 0) this.#locals[n] = this.#next++;
    return this.#locals[n] as number;
  }

  /** Sets register rd, which is not x0, to the value on the stack. */
  #set(n: number): void {
    const local = this.#local(n);
    this.code
      .set(local)
      .constant(0)
      .get(local)
      .memory(OP.i32_store, 4 * n);
  }

  #expression(at: Instruction, pc: number, value: Parameters<typeof emitExpression>[1]): void {
    // What is loaded within a part of an expression that is not always executed would be missing after it.
    if (!isOneInstruction(value)) for (const n of [at.rs1, at.rs2]) this.#load(n);
    emitExpression({ code: this.code, at, pc, register: (n) => this.#push(n) }, value);
  }

  #load(n: number): void {
    if (n === 0 || this.#locals[n] !== 0) return;
    this.#push(n);
    this.code.op(OP.drop);
  }

  // ---- Instructions ----

  #emitSet(at: Instruction, pc: number, { value }: Extract<Effect, { kind: 'set' }>): void {
    if (at.rd === 0) return;
    this.#expression(at, pc, value);
    this.#set(at.rd);
  }

  #emitLoad(at: Instruction, pc: number, { width, signed }: Extract<Effect, { kind: 'load' }>): void {
    const offset = this.#emitAddress(at, pc, width, false);
    this.code.memory(loadOps[`${width}${signed || width === 4}`] as number, offset);
    if (at.rd === 0) this.code.op(OP.drop);
    else this.#set(at.rd);
  }

  #emitStore(at: Instruction, pc: number, { width, value }: Extract<Effect, { kind: 'store' }>): void {
    const offset = this.#emitAddress(at, pc, width, true);
    this.#expression(at, pc, value);
    this.code.memory(storeOps[width], offset);
  }

  #emitIndirect(at: Instruction, pc: number, { target }: Extract<Effect, { kind: 'jump' }>): void {
    const { code } = this;
    this.#expression(at, pc, target);
    code.tee(ADDRESS).constant(3).op(OP.i32_and);
    this.#giveUpIf(pc);
    this.#link(at, pc);
    code
      .get(FUEL)
      .get(ADDRESS)
      .constant((pc + SITE.FIRST) | 0);
    this.#call(FUNCTION.JUMP);
  }

  #link({ rd }: Instruction, pc: number): void {
    if (rd !== 0)
      this.code
        .constant(0)
        .constant((pc + 4) | 0)
        .memory(OP.i32_store, 4 * rd);
  }

  /** Whether the interpreter executes an instruction in the block's place. */
  #isInterpreted(at: Instruction, pc: number): boolean {
    const { kind } = at.row.effect;
    if (kind === 'load' || kind === 'store') return this.#target.delegated(pc);
    if (kind !== 'system') return kind === 'trap';
    return wordMove(at) === undefined || this.#target.refused(at);
  }

  /** Has the interpreter execute an instruction, and goes on as it asks (AFTER). It may have changed any register. */
  #emitSystem(at: Instruction, pc: number): void {
    const { code } = this;
    code.constant(this.#target.site(at, pc)).get(FUEL).constant(this.#rest).op(OP.i32_add);
    code.byte(OP.call).unsigned(FUNCTION.SYSTEM).tee(ADDRESS).op(OP.if, VOID);
    for (const way of [FUNCTION.HOP, FUNCTION.OUT]) {
      if (way === FUNCTION.HOP) code.get(ADDRESS).constant(AFTER.HOP).op(OP.i32_eq, OP.if, VOID);
      code
        .get(FUEL)
        .constant(this.#rest - 1)
        .op(OP.i32_add);
      code.constant(0).memory(OP.i32_load, SLOT.PC);
      this.#call(way);
      if (way === FUNCTION.HOP) code.op(OP.end);
    }
    code.op(OP.end);
    this.#locals.fill(0);
  }

  // ---- Addresses ----

  /** Checks an access, and pushes its host address; returns its static offset. */
  #emitAddress(at: Instruction, pc: number, width: number, store: boolean): number {
    const { code } = this;
    this.#push(at.rs1);
    if (at.imm !== 0) code.constant(at.imm).op(OP.i32_add);
    const { addressing } = this.#target;
    if (addressing === 'direct' && store) code.set(ADDRESS);
    else code.tee(ADDRESS);
    if (addressing === 'paged') return this.#emitPaged(at, pc, width, store);
    if (addressing === 'relocated') this.#emitRelocation(at, pc, width);
    else if (!store) {
      code.constant(this.#target.memorySize - width).op(OP.i32_gt_u);
      this.#failIf(pc);
    }
    if (store) this.#emitWatchCheck(pc, width);
    code.get(ADDRESS);
    return guestMemoryAt;
  }

  /** With another R or a LIMIT: compares the address, on the stack, with its bound, and adds the base. */
  #emitRelocation(at: Instruction, pc: number, width: number): void {
    const { code } = this;
    const bound = at.rs1 === 0 ? SLOT.PLAIN_BOUND : SLOT.NAMED_BOUND;
    code.constant(0).memory(OP.i32_load, bound).constant(width).op(OP.i32_sub, OP.i32_gt_u);
    this.#failIf(pc);
    code.get(ADDRESS).constant(0).memory(OP.i32_load, SLOT.BASE).op(OP.i32_add).set(ADDRESS);
  }

  /** Gives up if anybody watches the page of a store, or the next one if the store reaches it. */
  #emitWatchCheck(pc: number, width: number): void {
    const { code } = this;
    code.get(ADDRESS).constant(12).op(OP.i32_shr_u).memory(OP.i32_load8_u, watchedFlagsAt);
    code.tee(ENTRY).op(OP.if, VOID).get(ENTRY).constant(WATCH.NEXT).op(OP.i32_ne);
    this.#pushIsAcross(width);
    code.op(OP.i32_or);
    this.#failIf(pc);
    code.op(OP.end);
  }

  /** Paging on: looks up the page, whose address is on the stack, in the flat table. */
  #emitPaged({ rs1 }: Instruction, pc: number, width: number, store: boolean): number {
    const { code } = this;
    const named = rs1 !== 0;
    code.constant(10).op(OP.i32_shr_u).constant(0x3ffffc).op(OP.i32_and);
    code.memory(OP.i32_load, flatTable(tableClass(this.#target.ring, named), store));
    code.tee(ENTRY).op(OP.i32_eqz);
    if (width > 1) {
      this.#pushIsAcross(width);
      code.op(OP.i32_or);
    }
    this.#failIf(pc, (store ? MISS.STORE : MISS.LOAD) | (named ? MISS.NAMED : 0));
    // Where the stack is, is known without notes.
    if (named && rs1 !== stackPointer)
      code.constant(0).get(ADDRESS).memory(OP.i32_store, this.#target.noteAt(pc));
    code.get(ADDRESS).get(ENTRY).op(OP.i32_add);
    return entryBias;
  }

  /** Pushes whether an access goes across the end of its page. */
  #pushIsAcross(width: number): void {
    this.code.get(ADDRESS).constant(4095).op(OP.i32_and);
    this.code.constant(4096 - width).op(OP.i32_gt_u);
  }

  // ---- Ways out ----

  #call(index: number): void {
    this.code.byte(OP.return_call).unsigned(index);
  }

  /** Ends the block in one of the functions that take fuel and pc. */
  #leave(index: number, pc: number): void {
    this.code.get(FUEL).constant(pc | 0);
    this.#call(index);
  }

  /** All of the block is done: goes on at `pc`. */
  #goTo(pc: number): void {
    const index = this.#functions.get(pc);
    if (index === undefined) this.#leave(FUNCTION.HOP, pc);
    else {
      this.code.get(FUEL).constant(0);
      this.#call(index);
    }
  }

  /** With a condition on the stack: if it holds, ends before the instruction at `pc`. */
  #giveUpIf(pc: number): void {
    const { code } = this;
    code.op(OP.if, VOID);
    this.#pushRest(pc);
    this.#call(FUNCTION.OUT);
    code.op(OP.end);
  }

  /** As giveUpIf, and tells the engine what failed: the check of the access to ADDRESS, or its look-up. */
  #failIf(pc: number, what: number = MISS.CHECK): void {
    const { code } = this;
    code.op(OP.if, VOID);
    this.#pushRest(pc);
    code.get(ADDRESS).constant(what);
    this.#call(FUNCTION.MISS);
    code.op(OP.end);
  }

  /** Pushes the fuel together with what the instructions from `pc` on have taken of it, and `pc`. */
  #pushRest(pc: number): void {
    this.code.get(FUEL).constant(this.#rest).op(OP.i32_add);
    this.code.constant(pc | 0);
  }
}
