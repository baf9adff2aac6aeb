/**
 * Region formation: collects the instructions that are reachable from one hot entry by direct control
 * flow, those first that the first tier has executed most often, up to a budget.
 *
 * A node is an instruction at an address *together with* the calls that led there. A direct call is inlined: the
 * nodes of the called function have a context of their own, so that its return continues in the region
 * if the return address is the expected one. Recursion, large functions and deep calls leave the
 * region. An indirect jump compares its target with each target learned so far, and continues at the one that is equal.
 */
import type { Expression } from '../../table/effects.ts';
import type { Instruction } from '../../table/row.ts';
import { isIndirect, isMisaligned } from './control.ts';
import { wordMove } from './moves.ts';

/** The calls that led to an instruction, innermost first. */
export interface CallContext {
  /** Address of the called function; the region's entry in the outermost context. */
  readonly entry: number;
  /** Where its return goes; undefined in the outermost context. */
  readonly returnTo: number | undefined;
  /** Register that holds the return address. */
  readonly link: number;
  readonly parent: CallContext | undefined;
  readonly depth: number;
  readonly id: number;
  /** The part of the function's executions that this call makes, as far as the first tier has counted them. */
  readonly share: number;
}

/**
 * What a node does to the flow of control. `plain` goes on to the next instruction. `system` is executed by the
 * interpreter, and then the region goes on if it can. `leave` is not an instruction: the region ends there, and execution
 * continues at `pc` outside it. `stop` is an instruction that compiled code must not begin: the region ends before it.
 * `join` is not an instruction: loops.ts inserts it as a loop's header. `choice` is a branch together with the
 * instructions that it skips (choices.ts).
 */
export type NodeKind =
  | 'plain'
  | 'system'
  | 'branch'
  | 'jump'
  | 'indirect'
  | 'join'
  | 'choice'
  | 'leave'
  | 'stop';

export interface Node {
  readonly kind: NodeKind;
  readonly pc: number;
  readonly context: CallContext;
  readonly at: Instruction | undefined;
  /** A system instruction that may change any register. */
  readonly changesAll?: boolean;
  /** For a choice: the instructions that its branch skips. */
  readonly skipped?: readonly Node[];
  /**
   * For a branch: the target if taken, then the next instruction. For an indirect jump: one for each target. For
   * others: at most one.
   */
  successors: Node[];
}

/** What formation asks about the machine. Addresses are unsigned. */
export interface Source {
  /** The decoded instruction at `pc`; undefined if it cannot be fetched, is unknown, or is not to be compiled. */
  readonly fetch: (pc: number) => Instruction | undefined;
  /**
   * Whether the machine's host answers this instruction, or handles the trap that it may take. The host may read and change
   * any register, and execution goes on.
   */
  readonly answered: (at: Instruction) => boolean;
  /** Whether the interpreter is to execute the load or store at `pc` for the region (delegated.ts). */
  readonly delegated: (pc: number) => boolean;
  /** Whether a system instruction traps as privileged, or exits from guest mode. */
  readonly refused: (at: Instruction) => boolean;
  /** Whether another region begins at `pc`, so that this one may end there. */
  readonly begins: (pc: number) => boolean;
  /** How often the first tier has executed the block at `pc`; 0 if it has none. */
  readonly executions: (pc: number) => number;
  /** Targets learned for the indirect jump at `pc`. */
  readonly targets: (pc: number) => readonly number[];
}

/** The value of an expression of constants and additions; undefined if it reads a register or has another operator. */
function constantValue(expression: Expression, imm: number, pc: number): number | undefined {
  switch (expression.kind) {
    case 'immediate':
      return imm;
    case 'pc':
      return pc;
    case 'constant':
      return expression.value;
    case 'register':
      return undefined;
    case 'operation': {
      const left = constantValue(expression.left, imm, pc);
      const right = constantValue(expression.right, imm, pc);
      return expression.operator !== 'add' || left === undefined || right === undefined
        ? undefined
        : left + right;
    }
  }
}

/** Most instructions in a region. */
const budget = 400;
/** Most instructions of a function that is inlined. */
const smallFunction = 40;
/** Most calls that are inlined within each other. */
const maxDepth = 2;

/** A function is inlined if one in so many of its calls, or more, is this one. */
const mostCallers = 8;

/** The region ends where another begins if that code was executed less often than its entry by this factor. */
const seldom = 2;

/** The region leaves where code was executed less often than its entry by this factor. */
const rare = 30;

export interface Region {
  readonly entry: Node;
  readonly nodes: readonly Node[];
}

/** Forms the region at `entry`. Its first node may be `stop`: then it is not worth compiling. */
export function formRegion(entry: number, source: Source): Region {
  return new Formation(source).form(entry);
}

class Formation {
  readonly #source: Source;
  /** By address and context: see #node. */
  readonly #nodes = new Map<number, Node>();
  readonly #contexts = new Map<string, CallContext>();
  /** Nodes whose successors are not known yet. */
  readonly #open: Node[] = [];
  /** How often the first tier has executed a node, about. */
  readonly #executions = new Map<Node, number>();
  readonly #fetched = new Map<number, Instruction | undefined>();
  /** Functions examined so far, by their entries: whether they are small enough to be inlined. */
  readonly #small = new Map<number, boolean>();
  #count = 0;
  /** The entry, and how often the first tier has executed it. */
  #root = 0;
  #often = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  #fetch(pc: number): Instruction | undefined {
    const known = this.#fetched.get(pc);
    if (known !== undefined || this.#fetched.has(pc)) return known;
    const at = this.#source.fetch(pc);
    this.#fetched.set(pc, at);
    return at;
  }

  form(entry: number): Region {
    this.#root = entry;
    this.#often = this.#source.executions(entry);
    const outermost = { returnTo: undefined, link: 0, parent: undefined, depth: 0, id: 0, share: 1 };
    const first = this.#node(entry, { entry, ...outermost }, this.#often);
    for (let node = this.#next(); node !== undefined; node = this.#next()) {
      node.successors = this.#successors(node);
    }
    return { entry: first, nodes: [...this.#nodes.values()] };
  }

  /** The open node that was executed most often, and the oldest of these: it is no longer open. */
  #next(): Node | undefined {
    let best = 0;
    for (let n = 1; n < this.#open.length; n++)
      if (this.#often > 0 && this.#times(this.#open[n]) > this.#times(this.#open[best])) best = n;
    return this.#open.splice(best, 1)[0];
  }

  #times(node: Node | undefined): number {
    return this.#executions.get(node as Node) ?? 0;
  }

  /**
   * The node at `pc` in `context`; a `leave` node if the budget is spent, the instruction cannot be fetched, or the first
   * tier has found that it is seldom executed. `before`: how often at least it is executed, because control comes from code
   * that was executed so often. A block that begins within another one does not count these executions.
   */
  #node(pc: number, context: CallContext, before: number): Node {
    const key = pc * (budget + 1) + context.id;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const counted = this.#often === 0 ? 0 : this.#source.executions(pc);
    const times = Math.max(before, counted * context.share);
    const isWanted = this.#count < budget && times * rare >= this.#often && !this.#endsAt(pc, times);
    const at = isWanted ? this.#fetch(pc) : undefined;
    if (at === undefined) return { kind: 'leave', pc, context, at: undefined, successors: [] };
    const kind = this.#kind(pc, at);
    const changesAll = kind === 'system' && this.#source.answered(at);
    const node: Node = { kind, pc, context, at, changesAll, successors: [] };
    this.#count += 1;
    this.#nodes.set(key, node);
    this.#executions.set(node, times);
    this.#open.push(node);
    return node;
  }

  /** Whether the region ends where another begins. Otherwise much of the code would be in many regions. */
  #endsAt(pc: number, times: number): boolean {
    return pc !== this.#root && times * seldom < this.#often && this.#source.begins(pc);
  }

  #kind(pc: number, at: Instruction): NodeKind {
    const { effect } = at.row;
    switch (effect.kind) {
      case 'branch':
        return isMisaligned(pc, at) ? 'stop' : 'branch';
      case 'jump':
        if (isIndirect(at)) return 'indirect';
        return isMisaligned(pc, at) ? 'stop' : 'jump';
      case 'trap':
        return 'system';
      case 'load':
      case 'store':
        return this.#source.delegated(pc) ? 'system' : 'plain';
      default:
        if (effect.kind !== 'system') return 'plain';
        return wordMove(at) === undefined || this.#source.refused(at) ? 'system' : 'plain';
    }
  }

  #successors(node: Node): Node[] {
    const { pc, context, at } = node;
    const next = (pc + 4) >>> 0;
    switch (node.kind) {
      case 'plain':
      case 'system':
        return [this.#node(next, context, this.#times(node))];
      case 'branch':
        return [this.#node((pc + (at?.imm ?? 0)) >>> 0, context, 0), this.#node(next, context, 0)];
      case 'jump':
        return [this.#call(node, (pc + (at?.imm ?? 0)) >>> 0)];
      case 'indirect':
        return this.#indirect(node);
      default:
        return [];
    }
  }

  /** The node that a jump, which may be a call, leads to. */
  #call(node: Node, target: number): Node {
    const link = node.at?.rd ?? 0;
    const times = this.#times(node);
    if (link === 0) return this.#node(target, node.context, times);
    const context = this.#push(node.context, target, (node.pc + 4) >>> 0, link, this.#share(target, times));
    if (context === undefined)
      return { kind: 'leave', pc: target, context: node.context, at: undefined, successors: [] };
    return this.#node(target, context, times);
  }

  /** The part of a function's executions that a call makes which was executed so many `times`. */
  #share(entry: number, times: number): number {
    const all = this.#often === 0 ? 0 : this.#source.executions(entry);
    return all === 0 ? 1 : Math.min(1, times / all);
  }

  #indirect(node: Node): Node[] {
    const { at, context } = node;
    const isReturn = at?.rd === 0 && at.imm === 0 && context.parent !== undefined && at.rs1 === context.link;
    if (isReturn)
      return [this.#node(context.returnTo as number, context.parent as CallContext, this.#times(node))];
    const learned = this.#source.targets(node.pc);
    const told = this.#toldTarget(node);
    const targets = told === undefined ? learned : [told, ...learned.filter((target) => target !== told)];
    return targets.map((target) => this.#call(node, target));
  }

  /**
   * The target of a jump to a register if the instruction before it sets the register to a constant, as `auipc` or
   * `lui` does in far calls and jumps.
   */
  #toldTarget({ pc, at }: Node): number | undefined {
    const before = this.#fetch((pc - 4) >>> 0);
    if (at === undefined || before === undefined || before.rd !== at.rs1 || at.rs1 === 0) return undefined;
    const { effect } = before.row;
    const value = effect.kind === 'set' ? constantValue(effect.value, before.imm, (pc - 4) >>> 0) : undefined;
    const target = value === undefined ? undefined : ((value + at.imm) & ~1) >>> 0;
    return target === undefined || target % 4 !== 0 ? undefined : target;
  }

  #isSmall(entry: number): boolean {
    const small = this.#small.get(entry) ?? this.#reachesFew(entry);
    this.#small.set(entry, small);
    return small;
  }

  /** Whether at most `smallFunction` instructions can be reached from `entry` without following calls. */
  #reachesFew(entry: number): boolean {
    const seen = new Set<number>();
    const pending = [entry];
    for (let pc = pending.pop(); pc !== undefined && seen.size <= smallFunction; pc = pending.pop()) {
      const at = seen.has(pc) ? undefined : this.#fetch(pc);
      if (at === undefined) continue;
      seen.add(pc);
      const kind = this.#kind(pc, at);
      const jumps = kind === 'branch' || (kind === 'jump' && at.rd === 0);
      if (jumps) pending.push((pc + at.imm) >>> 0);
      const returns = at.rd === 0 && (kind === 'jump' || kind === 'indirect');
      if (!returns && kind !== 'stop') pending.push((pc + 4) >>> 0);
    }
    return seen.size <= smallFunction;
  }

  #push(
    parent: CallContext,
    entry: number,
    returnTo: number,
    link: number,
    share: number,
  ): CallContext | undefined {
    if (parent.depth >= maxDepth || share * mostCallers < 1 || !this.#isSmall(entry)) return undefined;
    for (let outer: CallContext | undefined = parent; outer !== undefined; outer = outer.parent) {
      if (outer.entry === entry) return undefined;
    }
    const key = `${parent.id}:${returnTo}:${entry}:${link}`;
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    const id = this.#contexts.size + 1;
    const context = { entry, returnTo, link, parent, depth: parent.depth + 1, id, share };
    this.#contexts.set(key, context);
    return context;
  }
}
