/**
 * Region formation: from one hot entry, the instructions reachable by direct control
 * flow, up to a budget.
 *
 * A node is an instruction at an address *and* the calls that led there. To inline a direct
 * call, the instructions of the callee get a context, so that its return continues in the region
 * if the return address is the expected one. Recursion, large functions and deep calls leave the
 * region. Indirect jumps go to the targets learned so far, after a comparison with each.
 */
import type { Expression } from '../../table/effects.ts';
import type { Instruction } from '../../table/row.ts';
import { wordMove } from './moves.ts';

/** The calls that led to an instruction, innermost first. */
export interface CallContext {
  /** Address of the function called; for the outermost, the region's entry. */
  readonly entry: number;
  /** Where its return goes; undefined outermost. */
  readonly returnTo: number | undefined;
  /** Register that holds the return address. */
  readonly link: number;
  readonly parent: CallContext | undefined;
  readonly depth: number;
  readonly id: number;
}

/**
 * What an instruction does to control: `plain` goes on; `system` is executed by the
 * interpreter and goes on if it can; `leave` is no instruction, but the place where the
 * region ends and execution goes on at `pc` elsewhere; `stop` is an instruction that
 * compiled code must not begin: the region ends before it. `join` is no instruction either: loops.ts
 * has one where ways meet. `choice` is a branch and what it skips, in one (choices.ts).
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
  /** Of a system instruction: it may change any register. */
  readonly changesAll?: boolean;
  /** Of a choice: what its branch skips. */
  readonly skipped?: readonly Node[];
  /** In order: branch = taken, next; indirect = one per target; others at most one. */
  successors: Node[];
}

/** What formation needs to know of the machine. Addresses are unsigned. */
export interface Source {
  /** The decoded instruction at `pc`, or undefined when it cannot be fetched, is unknown, or is not to be compiled. */
  readonly fetch: (pc: number) => Instruction | undefined;
  /** Whether the ring at hand may execute this instruction without the privileged trap. */
  readonly allowed: (at: Instruction) => boolean;
  /** Whether it is answered by the machine's host, which may change any register, and goes on. */
  readonly answered: (at: Instruction) => boolean;
  /** Targets learned for the indirect jump at `pc`. */
  readonly targets: (pc: number) => readonly number[];
}

/** The value of an expression that reads no register. */
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

/** Most instructions in a region and in a function that is inlined, and most calls inlined within each other. */
const budget = 400;
const smallFunction = 40;
const maxDepth = 2;

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
  readonly #nodes = new Map<string, Node>();
  readonly #contexts = new Map<string, CallContext>();
  readonly #queue: Node[] = [];
  readonly #fetched = new Map<number, Instruction | undefined>();
  /** Functions looked at, by their entries: whether few instructions can be reached there. */
  readonly #small = new Map<number, boolean>();
  #count = 0;

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
    const root: CallContext = { entry, returnTo: undefined, link: 0, parent: undefined, depth: 0, id: 0 };
    const first = this.#node(entry, root);
    for (let node = this.#queue.shift(); node !== undefined; node = this.#queue.shift()) {
      node.successors = this.#successors(node);
    }
    return { entry: first, nodes: [...this.#nodes.values()] };
  }

  /** The node at `pc` in `context`, or a way out when the budget is spent or it cannot be fetched. */
  #node(pc: number, context: CallContext): Node {
    const key = `${pc}:${context.id}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const at = this.#count < budget ? this.#fetch(pc) : undefined;
    if (at === undefined) return { kind: 'leave', pc, context, at: undefined, successors: [] };
    const changesAll = this.#source.answered(at);
    const node: Node = { kind: this.#kind(pc, at), pc, context, at, changesAll, successors: [] };
    this.#count += 1;
    this.#nodes.set(key, node);
    this.#queue.push(node);
    return node;
  }

  #kind(pc: number, at: Instruction): NodeKind {
    const { effect } = at.row;
    if (!this.#source.allowed(at)) return 'stop';
    switch (effect.kind) {
      case 'branch':
        return ((pc + at.imm) & 3) === 0 ? 'branch' : 'stop';
      case 'jump':
        if (at.row.operands.some(({ kind }) => kind === 'memory')) return 'indirect';
        return ((pc + at.imm) & 3) === 0 ? 'jump' : 'stop';
      case 'trap':
        return 'system';
      default:
        return effect.kind === 'system' && wordMove(at) === undefined ? 'system' : 'plain';
    }
  }

  #successors(node: Node): Node[] {
    const { pc, context, at } = node;
    const next = (pc + 4) >>> 0;
    switch (node.kind) {
      case 'plain':
      case 'system':
        return [this.#node(next, context)];
      case 'branch':
        return [this.#node((pc + (at?.imm ?? 0)) >>> 0, context), this.#node(next, context)];
      case 'jump':
        return [this.#call(node, (pc + (at?.imm ?? 0)) >>> 0)];
      case 'indirect':
        return this.#indirect(node);
      default:
        return [];
    }
  }

  /** Where a jump that may link goes. */
  #call(node: Node, target: number): Node {
    const link = node.at?.rd ?? 0;
    if (link === 0) return this.#node(target, node.context);
    const context = this.#push(node.context, target, (node.pc + 4) >>> 0, link);
    if (context === undefined)
      return { kind: 'leave', pc: target, context: node.context, at: undefined, successors: [] };
    return this.#node(target, context);
  }

  #indirect(node: Node): Node[] {
    const { at, context } = node;
    const isReturn = at?.rd === 0 && at.imm === 0 && context.parent !== undefined && at.rs1 === context.link;
    if (isReturn) return [this.#node(context.returnTo as number, context.parent as CallContext)];
    const learned = this.#source.targets(node.pc);
    const told = this.#toldTarget(node);
    const targets = told === undefined ? learned : [told, ...learned.filter((target) => target !== told)];
    return targets.map((target) => this.#call(node, target));
  }

  /** Where the instruction before a jump to a register sends it: `auipc` or `lui`, as far calls and jumps have it. */
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

  /** Whether few instructions can be reached in the function at `entry`, calls not followed. */
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

  #push(parent: CallContext, entry: number, returnTo: number, link: number): CallContext | undefined {
    if (parent.depth >= maxDepth || !this.#isSmall(entry)) return undefined;
    for (let outer: CallContext | undefined = parent; outer !== undefined; outer = outer.parent) {
      if (outer.entry === entry) return undefined;
    }
    const key = `${parent.id}:${returnTo}:${entry}:${link}`;
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    const context = { entry, returnTo, link, parent, depth: parent.depth + 1, id: this.#contexts.size + 1 };
    this.#contexts.set(key, context);
    return context;
  }
}
