/** Emits single instructions of a region, from the effect in each one's row. compile.ts emits what connects them. */
import type { Effect } from '../../table/effects.ts';
import type { Instruction } from '../../table/row.ts';
import { AccessEmitter, type AccessTarget, SCRATCH } from './access.ts';
import type { Block } from './blocks.ts';
import { type Body, FUEL, PC, WAY } from './body.ts';
import { OP, systemFunction } from './emitter.ts';
import { emitExpression } from './expression.ts';
import { AFTER, SLOT } from './layout.ts';
import { emitMove } from './moves.ts';
import type { Node } from './region.ts';
import { readBy, type RegisterPlan, registersIn, writtenBy } from './registers.ts';

/** The facts about the machine that instructions are compiled for. */
export interface NodeTarget extends AccessTarget {
  /** Registers the instruction with the interpreter and returns its number for `system`. */
  readonly site: (at: Instruction, pc: number) => number;
}

/** The load instruction for a width, followed by whether it extends the sign. */
export const loadOps: Readonly<Record<string, number>> = {
  '1true': OP.i32_load8_s,
  '1false': OP.i32_load8_u,
  '2true': OP.i32_load16_s,
  '2false': OP.i32_load16_u,
  '4true': OP.i32_load,
};
export const storeOps = { 1: OP.i32_store8, 2: OP.i32_store16, 4: OP.i32_store } as const;

export class NodeEmitter {
  readonly accesses: AccessEmitter;
  readonly #body: Body;
  readonly #target: NodeTarget;
  readonly #plan: RegisterPlan;

  constructor(body: Body, blocks: readonly Block[], plan: RegisterPlan, target: NodeTarget) {
    this.#body = body;
    this.#target = target;
    this.#plan = plan;
    this.accesses = new AccessEmitter(blocks, target, {
      code: body.code,
      register: (n) => body.push(n),
      local: () => body.newLocal(),
      giveUpIf: (pc, also) =>
        body.when(() => {
          also?.();
          body.giveUp(pc);
        }),
      when: (then) => body.when(then),
    });
  }

  plain(node: Node): void {
    const effect = node.at?.row.effect;
    if (effect?.kind === 'set' && node.at?.rd !== 0) {
      emitExpression(this.#place(node), effect.value);
      this.#setResult(node);
    } else if (effect?.kind === 'load') this.#load(node, effect);
    else if (effect?.kind === 'store') this.#store(node, effect);
    else if (effect?.kind === 'system')
      emitMove(
        this.#body.code,
        node.at as Instruction,
        (n) => this.#body.push(n),
        () => this.#setResult(node),
      );
  }

  /** Pushes whether a branch is taken. */
  condition(node: Node): void {
    emitExpression(this.#place(node), effectOf(node, 'branch').condition);
  }

  /** Pushes where a jump to a register goes. */
  jumpTarget(node: Node): void {
    emitExpression(this.#place(node), effectOf(node, 'jump').target);
  }

  link(node: Node): void {
    if (node.at?.rd === 0) return;
    this.#body.code.constant(node.pc + 4);
    this.#setResult(node);
  }

  /**
   * Computes what the branch skips, and chooses by its condition between old and new values. If it is taken, the fuel
   * of the skipped instructions is given back.
   */
  choice(node: Node): void {
    const { code } = this.#body;
    const { skipped = [] } = node;
    const written = [...registersIn(writtenBy(node))].map((n) => this.#body.local(n));
    const condition = this.#body.newLocal();
    const old = written.map((local) => ({ local, saved: this.#body.newLocal() }));
    this.condition(node);
    code.set(condition);
    for (const { local, saved } of old) code.get(local).set(saved);
    for (const each of skipped) this.plain(each);
    for (const { local, saved } of old) code.get(saved).get(local).get(condition).op(OP.select).set(local);
    code.get(FUEL).get(condition).constant(skipped.length).op(OP.i32_mul, OP.i32_add).set(FUEL);
  }

  /**
   * Calls the interpreter, which executes the instruction on the registers in memory. Its answer tells whether the
   * region goes on, ends, or continues in another one (AFTER).
   *
   * V8 also stores each local that is live across the call on its stack, wherever the local is computed, even in loops
   * that never reach the call. If the region has such loops, no register is live across the call: all are stored before
   * it, and those that are read later are loaded after it.
   */
  system(node: Node): void {
    const body = this.#body;
    const { code } = body;
    const at = node.at as Instruction;
    const { dirty } = body.places;
    const storesAll = this.#plan.storesAll(node);
    // rd too: an instruction that traps does not change it.
    body.store(storesAll ? dirty : dirty & (readBy(node) | writtenBy(node)));
    if (storesAll) code.constant(0).get(FUEL).memory(OP.i32_store, SLOT.FUEL);
    code.constant(this.#target.site(at, node.pc));
    code.get(FUEL).constant(body.ahead).op(OP.i32_add);
    code.byte(OP.call).unsigned(systemFunction);
    const read = this.#plan.liveAfter(node);
    body.load(storesAll ? read : read & writtenBy(node));
    if (storesAll) {
      this.accesses.emitEntry();
      code.constant(0).memory(OP.i32_load, SLOT.FUEL).set(FUEL);
    }
    body.places = this.#plan.after(node, body.places);
    code.tee(SCRATCH);
    body.when(() => {
      body.giveBack(body.ahead - 1);
      code.constant(0).memory(OP.i32_load, SLOT.PC).set(PC);
      code.get(SCRATCH).constant(AFTER.HOP).op(OP.i32_eq).set(WAY);
      body.leave();
    });
  }

  #load(node: Node, { width, signed }: Extract<Effect, { kind: 'load' }>): void {
    const code = this.#body.code;
    const offset = this.accesses.emitAddress(node, width, false);
    code.memory(loadOps[`${width}${signed || width === 4}`] as number, offset);
    if (node.at?.rd === 0) code.op(OP.drop);
    else this.#setResult(node);
  }

  #store(node: Node, { width, value }: Extract<Effect, { kind: 'store' }>): void {
    const code = this.#body.code;
    const offset = this.accesses.emitAddress(node, width, true);
    emitExpression(this.#place(node), value);
    code.memory(storeOps[width], offset);
  }

  #place({ at, pc }: Node) {
    const register = (n: number) => this.#body.push(n);
    return { code: this.#body.code, at: at as Instruction, pc, register };
  }

  /** Sets rd to the value on the stack; rd is not x0. */
  #setResult({ at }: Node): void {
    this.#body.code.set(this.#body.local(at?.rd ?? 0));
  }
}

function effectOf<K extends Effect['kind']>(node: Node, kind: K): Extract<Effect, { kind: K }> {
  const effect = node.at?.row.effect;
  if (effect?.kind !== kind) throw new Error(`a node at ${node.pc} is not a ${kind}`);
  return effect as Extract<Effect, { kind: K }>;
}
