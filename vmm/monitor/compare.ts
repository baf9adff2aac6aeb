/**
 * Checks equivalence: runs a guest on the bare machine and under a monitor, compares both at
 * the same guest steps, and finds the exact step of the first divergence.
 *
 * There are two ways to compare. Closely: processor and console are compared after each of the first `everyStep` steps,
 * and later after every `stride` steps; memory after every `memoryStride` steps. At large: everything is compared after
 * every `longStride` steps. Both are needed, because a guest that is stopped after each step does not run as it does
 * alone: its turns are short, so the state that a monitor stores between exits is hardly used.
 *
 * Both sides are deterministic. When a stride ends in a difference, both sides start again and run
 * step by step from the start of that stride.
 */
import { finish, type Work } from '../../isa/work.ts';
import { sameBytes } from '../../isa/machine/bytes.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { peekWord } from '../../isa/machine/report.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { disassemble, hex } from '../../isa/table/disassemble.ts';
import { registerName } from '../../isa/table/registers.ts';
import { STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
import { rowOf } from '../../isa/table/table.ts';

/** One of the two sides. It is made again as often as needed, and must always run in the same way. */
export interface Side {
  /** The guest's own machine: the bare one, or the virtual CPU. */
  readonly machine: Machine;
  /** Runs until the guest's step `until`, or until the guest stops. */
  readonly run: (until: number) => Stop;
  /** What it printed so far. */
  readonly printed: readonly number[];
}

/** One thing that differs, as text on either side. */
export interface Difference {
  /** The name of a register, a word of memory, or what was printed. */
  readonly what: string;
  /** Its value on the bare machine. */
  readonly left: string;
  /** Its value under the monitor. */
  readonly right: string;
}

/** Where two sides diverge, and in what. */
export interface Divergence {
  /** Steps that were equal; the next one diverges. */
  readonly step: number;
  /** Where the guest was on the bare machine, and what it executed there. */
  readonly pc: number;
  /** Its disassembly. */
  readonly instruction: string;
  /** Why it diverged, in a sentence. */
  readonly reason: string;
  /** What differs after the step. */
  readonly differences: readonly Difference[];
}

/** What a comparison found. */
export interface Comparison {
  /** Whether no step differed. */
  readonly equal: boolean;
  /** Guest steps that were equal. */
  readonly steps: number;
  /** Where they differ; undefined if they do not. */
  readonly divergence: Divergence | undefined;
}

/** Steps that are compared one by one, before strides begin. */
const everyStep = 2_000_000;
const stride = 61;
const memoryStride = 4096;
const longStride = 50_021;
/** Steps at once on the way to the stride that is run again step by step. */
const wayStride = 2 ** 20;

/** How closely two sides are compared. */
export type Manner = 'closely' | 'at large';

/** Compares until both sides stop or reach step `limit`. `left` makes the bare machine. */
export function compareSides(
  left: () => Side,
  right: () => Side,
  limit: number,
  manner: Manner = 'closely',
): Comparison {
  return finish(comparing(left, right, limit, manner));
}

/** Like `compareSides`, but in parts: yields the number of equal steps, every few milliseconds. */
export function* comparing(
  left: () => Side,
  right: () => Side,
  limit: number,
  manner: Manner = 'closely',
): Work<number, Comparison> {
  const [a, b] = [left(), right()];
  let equal = 0;
  let memoryAt = memoryStride;
  for (;;) {
    const until = Math.min(limit, equal + stepsAtOnce(manner, equal));
    const stops = [a.run(until), b.run(until)];
    const ended = stops[0]?.kind !== 'limit' || until === limit;
    const deep = ended || until >= memoryAt;
    if (deep) memoryAt = until + memoryStride;
    if (!sameStop(stops) || !isSame(a, b) || (deep && !sameMemory(a.machine, b.machine))) {
      const from = Math.max(0, Math.min(equal, memoryAt - 2 * memoryStride));
      return {
        equal: false,
        ...((yield* findStep(left(), right(), from, until)) ?? atOnce(a, b, equal, stops)),
      };
    }
    equal = a.machine.steps;
    if (ended) return { equal: true, steps: equal, divergence: undefined };
    if (deep) yield equal;
  }
}

function stepsAtOnce(manner: Manner, equal: number): number {
  if (manner === 'at large') return longStride;
  return equal < everyStep ? 1 : stride;
}

interface Found {
  readonly steps: number;
  readonly divergence: Divergence;
}

/** Reports a difference that appears after many steps at once, but not when the steps are run one by one. */
function atOnce(a: Side, b: Side, step: number, stops: readonly Stop[]): Found {
  const { pc } = a.machine;
  const reason =
    'the state differs where both are stopped next, though not when they are stopped after each step';
  const found = differencesWithStops(a, b, stops);
  return {
    steps: step,
    divergence: { step, pc, instruction: '(steps at once)', reason, differences: found },
  };
}

/**
 * Runs both sides up to step `equal`, then step by step until they differ; undefined if they do not differ up to step
 * `until`.
 */
function* findStep(a: Side, b: Side, equal: number, until: number): Work<number, Found | undefined> {
  yield* runTo(a, equal);
  yield* runTo(b, equal);
  while (a.machine.steps < until) {
    const { steps: step, pc, ring } = a.machine;
    const word = peekWord(a.machine, pc);
    const stops = [a.run(step + 1), b.run(step + 1)];
    if (sameStop(stops) && isSame(a, b) && sameMemory(a.machine, b.machine)) {
      if (stops[0]?.kind !== 'limit') return undefined;
      yield a.machine.steps;
      continue;
    }
    const found = differencesWithStops(a, b, stops);
    const instruction = word === undefined ? '(not fetched)' : disassemble(word, pc);
    const reason = explain(a.machine, word, ring);
    return { steps: step, divergence: { step, pc, instruction, reason, differences: found } };
  }
  return undefined;
}

/** Runs a side to step `step`. */
function* runTo({ machine, run }: Side, step: number): Work<number, void> {
  while (machine.steps < step) {
    const stop = run(Math.min(step, machine.steps + wayStride));
    if (stop.kind !== 'limit') return;
    yield machine.steps;
  }
}

function sameStop(stops: readonly (Stop | undefined)[]): boolean {
  const [a, b] = stops;
  return a?.kind === b?.kind && (a?.kind === 'limit' || JSON.stringify(a) === JSON.stringify(b));
}

/** Whether processors and consoles are equal. It must be fast, because it runs after every step. */
function isSame(left: Side, right: Side): boolean {
  const [a, b] = [left.machine, right.machine];
  if (a.pc !== b.pc || a.steps !== b.steps || a.status !== b.status || a.waiting !== b.waiting) return false;
  if (left.printed.length !== right.printed.length || left.printed.at(-1) !== right.printed.at(-1))
    return false;
  for (let n = 1; n < 32; n++) if (a.x[n] !== b.x[n]) return false;
  return systemRegisters.every(({ number }) => a.readSystem(number) === b.readSystem(number));
}

function sameMemory(a: Machine, b: Machine): boolean {
  return sameBytes(a.memory.bytes, b.memory.bytes);
}

function stopText(stop: Stop | undefined): string {
  if (stop?.kind === 'power') return `power, status ${stop.status}`;
  return stop?.kind === 'unhandled' ? `unhandled trap ${stop.cause}` : (stop?.kind ?? '');
}

/** Why the step diverged, as far as its instruction explains it. */
function explain(machine: Machine, word: number | undefined, ring: number): string {
  const row = word === undefined ? undefined : rowOf(word);
  if (row?.privilege !== 'variant' || !machine.variant.unprivileged.has(row.name)) {
    return 'the state differs after this step';
  }
  return (
    `${row.name} is a critical instruction of ${machine.variant.name}: sensitive (${row.sensitive.join(', ')}), ` +
    `yet it does not trap outside ring 0. The guest executed it in its ring ${ring}, ` +
    'natively in the ring that the monitor gave it, and the monitor never saw it'
  );
}

/** Everything that differs; how the sides stopped comes first. */
function differencesWithStops(a: Side, b: Side, stops: readonly (Stop | undefined)[]): Difference[] {
  const found = differences(a, b);
  if (sameStop(stops)) return found;
  return [{ what: 'stop', left: stopText(stops[0]), right: stopText(stops[1]) }, ...found];
}

/** Everything that differs; registers come first. */
function differences(left: Side, right: Side): Difference[] {
  const [a, b] = [left.machine, right.machine];
  const found: Difference[] = [];
  const note = (what: string, one: number, other: number) => {
    if (one !== other) found.push({ what, left: hex(one), right: hex(other) });
  };
  note('pc', a.pc, b.pc);
  note('ring', a.ring, b.ring);
  note('STATUS', a.status & ~STATUS.RING, b.status & ~STATUS.RING);
  for (let n = 1; n < 32; n++) note(registerName(n), a.x[n] as number, b.x[n] as number);
  for (const { number, name } of systemRegisters) note(name, a.readSystem(number), b.readSystem(number));
  note('bytes printed', left.printed.length, right.printed.length);
  note('last byte printed', left.printed.at(-1) ?? 0, right.printed.at(-1) ?? 0);
  if (!sameMemory(a, b)) {
    const at = a.memory.words.findIndex((word, n) => word !== b.memory.words[n]);
    note(`memory ${hex(at * 4)}`, a.memory.words[at] as number, b.memory.words[at] as number);
  }
  return found;
}
