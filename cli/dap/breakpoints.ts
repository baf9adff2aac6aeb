/**
 * The breakpoints of a client, and whether the guest stops at one: on which condition, and the how manieth time it is
 * met. A time is counted once, however often one goes back and comes again: it belongs to a step of the run.
 */
import { physicalAddress } from '../../isa/machine/report.ts';
import {
  type Evaluate,
  ExpressionError,
  parseExpression,
  type ExpressionScope,
} from '../../vmm/debug/expression.ts';
import type { Halt, Session } from '../../vmm/debug/session.ts';
import type { Follower } from '../../vmm/replay/timeline.ts';
import { usage } from '../failure.ts';

/** Where a breakpoint is: at a physical or virtual address, at a write to memory, at a trap. */
export type Where =
  | { readonly kind: 'place' | 'address'; readonly at: number }
  | { readonly kind: 'data'; readonly at: number; readonly length: number }
  | { readonly kind: 'trap'; readonly cause: number };

/** What a client may want of a breakpoint beside its place. */
export interface Terms {
  readonly condition?: string | undefined;
  readonly hitCondition?: string | undefined;
  readonly logMessage?: string | undefined;
}

export interface Breakpoint {
  readonly id: number;
  readonly wheres: readonly Where[];
  readonly condition: Evaluate | undefined;
  readonly isTime: (time: number) => boolean;
  readonly log: ((scope: ExpressionScope) => string) | undefined;
  /** The steps at which it was met, ascending. */
  readonly steps: number[];
}

/** The kinds of breakpoints that a client sets apart from the others: the sources by path, and these. */
export type Group = `source ${string}` | 'instructions' | 'functions' | 'data' | 'traps';

const comparisons: Readonly<Record<string, (time: number, wanted: number) => boolean>> = {
  '': (time, wanted) => time === wanted,
  '==': (time, wanted) => time === wanted,
  '>=': (time, wanted) => time >= wanted,
  '>': (time, wanted) => time > wanted,
  '<=': (time, wanted) => time <= wanted,
  '<': (time, wanted) => time < wanted,
  '%': (time, wanted) => time % wanted === 0,
};

/** `3` or `== 3`, the third time; `>= 3`; `% 3`, each third time. Throws a Failure. */
function parseHitCondition(text: string | undefined): (time: number) => boolean {
  if (text === undefined || text.trim() === '') return () => true;
  const [, operator = '', digits = ''] = /^\s*(==|[<>]=?|%|)\s*([1-9]\d{0,14})\s*$/.exec(text) ?? [];
  const compare = comparisons[operator];
  if (digits === '' || compare === undefined)
    throw usage(
      `the hit count "${text}" is not understood: expected a number like 3, or one like >= 3 or % 3`,
    );
  const wanted = Number(digits);
  return (time) => compare(time, wanted);
}

/** A message in which `{expression}` stands for a value. Throws ExpressionError. */
function parseLog(text: string | undefined): Breakpoint['log'] {
  if (text === undefined || text === '') return undefined;
  const parts = text.split(/\{([^{}]*)\}/).map((part, n) => (n % 2 === 0 ? part : parseExpression(part)));
  return (scope) =>
    parts.map((part) => (typeof part === 'string' ? part : valueOrReason(part, scope))).join('');
}

function valueOrReason(evaluate: Evaluate, scope: ExpressionScope): string {
  try {
    return String(evaluate(scope));
  } catch (error) {
    if (error instanceof ExpressionError) return `{${error.message}}`;
    throw error;
  }
}

export class Breakpoints implements Follower {
  /** Which way the guest goes: a write is met after it, or before it. */
  direction: 'on' | 'back' = 'on';
  /** Those at which the guest has stopped. */
  hit: readonly number[] = [];
  readonly #session: Session;
  readonly #scope: ExpressionScope;
  readonly #tell: (text: string) => void;
  readonly #groups = new Map<Group, readonly Breakpoint[]>();
  #last = 0;
  #addresses: readonly number[] = [];

  /** `tell` gets the messages of log points. */
  constructor(session: Session, scope: ExpressionScope, tell: (text: string) => void) {
    this.#session = session;
    this.#scope = scope;
    this.#tell = tell;
    session.isWanted = (halt) => this.#isWanted(halt);
    session.timeline.follow(this);
  }

  /** Makes a breakpoint, which does nothing until it is in a group. Throws a Failure or an ExpressionError. */
  make(wheres: readonly Where[], { condition, hitCondition, logMessage }: Terms): Breakpoint {
    this.#last += 1;
    return {
      id: this.#last,
      wheres,
      condition: condition === undefined || condition.trim() === '' ? undefined : parseExpression(condition),
      isTime: parseHitCondition(hitCondition),
      log: parseLog(logMessage),
      steps: [],
    };
  }

  /** Sets the breakpoints of a group, in place of those that it had. */
  set(group: Group, breakpoints: readonly Breakpoint[]): void {
    this.#groups.set(group, breakpoints);
    this.#apply(group === 'data');
  }

  /** Sets all of them in the session again. */
  apply(): void {
    this.#apply(true);
  }

  /** What is watched stays the memory that was meant when it was set, unless `watches`. */
  #apply(watches: boolean): void {
    const wheres = this.#all().flatMap(({ wheres }) => wheres);
    const session = this.#session;
    for (const at of this.#addresses) session.clearBreakpoint(at);
    this.#addresses = wheres.flatMap((where) => (where.kind === 'address' ? [where.at] : []));
    for (const at of this.#addresses) session.setBreakpoint(at);
    session.setPlaces(new Set(wheres.flatMap((where) => (where.kind === 'place' ? [where.at] : []))));
    session.setTraps(new Set(wheres.flatMap((where) => (where.kind === 'trap' ? [where.cause] : []))));
    if (!watches) return;
    session.clearWatched();
    for (const where of wheres) if (where.kind === 'data') session.watch(where.at, where.length);
  }

  #all(): Breakpoint[] {
    return [...this.#groups.values()].flat();
  }

  #isWanted(halt: Halt): boolean {
    const met = this.#all().filter(({ wheres }) => wheres.some((where) => this.#isMet(where, halt)));
    const wanted = met.filter((breakpoint) => this.#wants(breakpoint, halt));
    this.hit = wanted.map(({ id }) => id);
    // A point that is nobody's was set at the prompt.
    return met.length === 0 || wanted.length > 0;
  }

  #isMet(where: Where, halt: Halt): boolean {
    const { machine } = this.#session;
    switch (where.kind) {
      case 'place':
        return halt.kind === 'breakpoint' && physicalAddress(machine, machine.pc) === where.at;
      case 'address':
        return halt.kind === 'breakpoint' && machine.pc === where.at;
      case 'data':
        return halt.kind === 'written' && halt.address === where.at;
      case 'trap':
        return halt.kind === 'trapped' && halt.cause === where.cause;
    }
  }

  #wants(breakpoint: Breakpoint, halt: Halt): boolean {
    const { timeline } = this.#session;
    if (!this.#holds(breakpoint)) return false;
    const step = timeline.step - Number(halt.kind === 'written' && this.direction === 'on');
    const { time, isNew } = countAt(breakpoint.steps, step);
    if (!breakpoint.isTime(time)) return false;
    if (breakpoint.log === undefined) return true;
    if (isNew) this.#tell(breakpoint.log(this.#scope));
    return false;
  }

  /** A condition without a value stops, so that one sees why. */
  #holds({ condition }: Breakpoint): boolean {
    try {
      return condition === undefined || condition(this.#scope) !== 0;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#tell(`a condition has no value here: ${error.message}`);
      return true;
    }
  }

  save(): number {
    return 0;
  }

  restore(): void {}

  /** What was met after now will not be. */
  fork(): void {
    const { step } = this.#session.timeline;
    for (const { steps } of this.#all()) {
      const kept = steps.findIndex((met) => met >= step);
      if (kept >= 0) steps.length = kept;
    }
  }
}

/** The how manieth of `steps` this one is; it is added if it was not among them. */
function countAt(steps: number[], step: number): { readonly time: number; readonly isNew: boolean } {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((steps[middle] as number) < step) low = middle + 1;
    else high = middle;
  }
  const isNew = steps[low] !== step;
  if (isNew) steps.splice(low, 0, step);
  return { time: low + 1, isNew };
}
