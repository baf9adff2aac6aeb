/** Two machines that run the same program, and are always shown after the same number of steps. */
import type { Assembly } from '../../assembler/index.ts';
import { type Image, readImage } from '../../isa/machine/image.ts';
import type { Variant } from '../../isa/table/variants.ts';
import type { Work } from '../../isa/work.ts';
import { comparing, type Comparison, type Side as ComparedSide } from '../../vmm/monitor/compare.ts';
import type { Input, RecordedInput } from '../../vmm/replay/inputs.ts';
import { seekWrite } from '../../vmm/replay/search.ts';
import { finish, type Travel } from '../../vmm/replay/timeline.ts';
import type { Frame } from './frame.ts';
import { memoryFor, type Scenario, variantOf, wantsOf } from './scenario.ts';
import { isShown, Side, type SideOptions } from './side.ts';

/** Where to go. */
export type Target =
  /** To a step, or as far as the guest goes. */
  | { readonly kind: 'step'; readonly step: number }
  /** So many steps on, or back if negative; a wait counts as one. */
  | { readonly kind: 'by'; readonly steps: number }
  /** To the next step, or the last, that does something: a trap, or an exit to the monitor, on either side. */
  | { readonly kind: 'event'; readonly direction: 1 | -1 }
  /** To the step after the next write to the word at a physical address, or before the last one. */
  | { readonly kind: 'write'; readonly address: number; readonly direction: 1 | -1 }
  /** On for some milliseconds of work, or to a breakpoint. */
  | { readonly kind: 'run'; readonly milliseconds: number };

/** Steps that a search goes on for, unless it is told another number. */
const defaultBudget = 20_000_000;
/** Steps that both sides go in turn. */
const stride = 4096;

export class Session {
  readonly scenario: Scenario;
  readonly image: Image;
  readonly variant: Variant;
  readonly sides: readonly [Side, Side];
  readonly #options: Omit<SideOptions, 'monitor' | 'inputs'>;
  #breakpoints: ReadonlySet<number> = new Set();

  /** Throws what readImage, variantOf and createSubject throw. */
  constructor(scenario: Scenario, assembly: Assembly, clock?: () => number) {
    this.scenario = scenario;
    this.image = readImage(assembly.elf);
    this.variant = variantOf(scenario.variant);
    const { input, disk } = wantsOf(scenario.text);
    const { image, variant } = this;
    const { translateUser } = scenario;
    this.#options = { image, variant, memory: memoryFor(image), translateUser, disk, clock };
    const inputs: RecordedInput[] =
      input.length > 0 ? [{ step: 0, input: { kind: 'console', bytes: input } }] : [];
    this.sides = [this.#side('none', inputs), this.#side(scenario.monitor, inputs)];
  }

  #side(monitor: string, inputs: readonly RecordedInput[]): Side {
    return new Side({ ...this.#options, monitor, inputs });
  }

  /** The guest under the monitor once more, at its beginning, with the inputs that were recorded. */
  monitored(): Side {
    return this.#side(this.scenario.monitor, [...this.sides[1].timeline.inputs.all]);
  }

  /** The bare machine's step, or the other's if that is further. */
  get step(): number {
    return Math.max(...this.sides.map(({ step }) => step));
  }

  get edge(): number {
    return Math.max(...this.sides.map(({ timeline }) => timeline.edge));
  }

  /** What the page shows. */
  frame(): Frame {
    const [left, right] = this.sides;
    return {
      step: this.step,
      edge: this.edge,
      sides: [left.frame(), right.frame()],
      memoryDiffersAt: firstDifference(left, right),
    };
  }

  /** Both machines get an input. */
  record(input: Input): void {
    for (const side of this.sides) side.record(input);
  }

  /** Virtual addresses before which `run` stops. */
  set breakpoints(addresses: readonly number[]) {
    this.#breakpoints = new Set(addresses);
    for (const { timeline } of this.sides) timeline.points.set({ addresses: this.#breakpoints });
  }

  /** Goes there; returns whether what was looked for was met. */
  *go(target: Target, budget = defaultBudget): Travel<boolean> {
    switch (target.kind) {
      case 'step':
        return yield* this.#goTo(target.step);
      case 'by':
        return yield* this.#goBy(target.steps);
      case 'event':
        return target.direction > 0 ? yield* this.#nextEvent(budget) : yield* this.#lastEvent();
      case 'write':
        return yield* this.#goToWrite(target, budget);
      case 'run':
        return yield* this.#run(target.milliseconds);
    }
  }

  *#goTo(step: number): Travel<boolean> {
    for (const side of this.sides) yield* side.goTo(step);
    return this.step === step;
  }

  *#goBy(steps: number): Travel<boolean> {
    const [left, right] = this.sides;
    for (let n = 0; n < Math.abs(steps); n++) {
      const leader = left.step < left.end || steps < 0 ? left : right;
      const follower = leader === left ? right : left;
      yield* leader.goBy(steps < 0 ? -1 : 1);
      yield* follower.goTo(leader.step);
    }
    return true;
  }

  *#nextEvent(budget: number): Travel<boolean> {
    const from = this.step + 1;
    for (let known = from; known < from + budget; known += stride) {
      for (const side of this.sides)
        if (side.timeline.edge < known + stride) yield* side.run(known + stride, 'none');
      const steps = this.sides.flatMap(({ chronicle }) =>
        firstShown(chronicle.between(known, known + stride)),
      );
      if (steps.length > 0) return yield* this.#goTo(Math.min(...steps));
      if (this.sides.every((side) => side.timeline.edge < known + stride)) break;
    }
    yield* this.#goTo(Math.min(this.edge, from + budget));
    return false;
  }

  *#lastEvent(): Travel<boolean> {
    for (let high = this.step; high > 0; high -= stride) {
      const steps = this.sides.flatMap(({ chronicle }) =>
        firstShown(chronicle.between(Math.max(0, high - stride), high).reverse()),
      );
      if (steps.length > 0) return yield* this.#goTo(Math.max(...steps));
    }
    yield* this.#goTo(0);
    return false;
  }

  *#goToWrite({ address, direction }: Extract<Target, { kind: 'write' }>, budget: number): Travel<boolean> {
    const [left] = this.sides;
    const { timeline } = left;
    const watchpoint = { at: (address & ~3) >>> 0, length: 4 };
    if (direction < 0) {
      const found = yield* seekWrite(timeline, watchpoint);
      yield* this.#goTo(timeline.step);
      return found !== undefined;
    }
    timeline.points.set({ addresses: this.#breakpoints, watchpoints: [watchpoint] });
    try {
      const stop = yield* timeline.forward(this.step + budget, 'watchpoints');
      yield* this.#goTo(timeline.step);
      return stop.kind === 'break';
    } finally {
      timeline.points.set({ addresses: this.#breakpoints, watchpoints: [] });
    }
  }

  *#run(milliseconds: number): Travel<boolean> {
    const [left, right] = this.sides;
    const armed = this.#breakpoints.size > 0 ? 'all' : 'none';
    const until = performance.now() + milliseconds;
    // A breakpoint here was met already.
    if (armed === 'all') yield* this.#goBy(1);
    while (performance.now() < until && this.sides.some((side) => side.step < side.end)) {
      const from = this.step;
      const stop = yield* left.run(from + stride, armed);
      const met = stop.kind === 'break' && left.step < left.end;
      yield* right.run(met ? left.step : from + stride, 'none');
      if (met || this.step === from) break;
    }
    const { step } = this;
    const [first] = this.sides.map((side) => side.step < side.end);
    yield* this.#goTo(step);
    return first === true && this.#breakpoints.has(left.subject.machine.pc >>> 0);
  }

  /** Compares the two runs from the beginning, with the same inputs; yields the number of equal steps. */
  compare(limit: number): Work<number, Comparison> {
    const inputs = this.sides[0].timeline.inputs.all;
    const make = (monitor: string) => () => comparedSide(this.#side(monitor, inputs));
    return comparing(make('none'), make(this.scenario.monitor), limit);
  }
}

/** A side as the comparison takes it. */
function comparedSide(side: Side): ComparedSide {
  const { machine, run } = side.subject;
  const printed: number[] = [];
  side.subject.devices.onOutput = (byte) => printed.push(byte);
  const { inputs } = side.timeline;
  const hasLater = inputs.all.some(({ step }) => step > 0);
  return { machine, printed, run: hasLater ? (until) => finish(side.timeline.forward(until)) : run };
}

function firstShown(events: readonly Parameters<typeof isShown>[0][]): number[] {
  const event = events.find(isShown);
  return event === undefined ? [] : [event.step];
}

function firstDifference(left: Side, right: Side): number | undefined {
  const [a, b] = [left, right].map(({ subject }) => subject.machine.memory.words);
  const at = a?.findIndex((word, n) => word !== b?.[n]) ?? -1;
  return at < 0 ? undefined : at * 4;
}
