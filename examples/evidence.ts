/** What a workbench found, as lines of text: what guests print, and where two sides differ. */
import type { Outcome } from './machine.ts';
import type { Work } from '../isa/work.ts';
import { inTurn, type Place, type Workbench } from './workbench.ts';

/** Lines of a listing: a bar before each. */
export function listed(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  | ${line}`);
}

/** What the guest prints in each of several places. */
export function* printedIn(bench: Workbench, ...places: readonly Place[]): Work<unknown, readonly string[]> {
  const ends = yield* inTurn(places, (place) => bench.run(place));
  return places.flatMap(({ isa, monitor }, n) => [
    `${isa}, ${monitor === 'none' ? 'bare' : `under ${monitor}`}:`,
    ...listed(ends[n]?.printed ?? ''),
  ]);
}

/** Where the guest in that place differs from the bare machine, or that it does not. */
export function* comparedIn(bench: Workbench, place: Place): Work<unknown, readonly string[]> {
  const { isa, monitor } = place;
  const { divergence, steps } = yield* bench.compare(place);
  if (divergence === undefined) return [`${isa}, ${monitor}: equal at all ${steps} steps`];
  return [
    `${isa}, ${monitor}: diverges after ${steps} steps, at ${divergence.instruction}`,
    ...divergence.differences.map(
      ({ what, left, right }) => `  ${what}: ${left} bare, ${right} under the monitor`,
    ),
  ];
}

/** Exit statuses in several places. */
export function* statusesIn(
  bench: Workbench,
  ...places: readonly Place[]
): Work<unknown, readonly Outcome['status'][]> {
  return (yield* inTurn(places, (place) => bench.run(place))).map(({ status }) => status);
}

/** How many exits the outermost monitor of that place has. */
export function* exitsIn(bench: Workbench, place: Place): Work<unknown, number> {
  const { exits } = yield* bench.run(place);
  return [...exits.values()].reduce((sum, count) => sum + count, 0);
}

/** Whether the first step that differs in that place is one of the instruction `name`. */
export function* divergesAt(bench: Workbench, place: Place, name: string): Work<unknown, boolean> {
  const { divergence } = yield* bench.compare(place);
  return divergence?.instruction.split(' ')[0] === name;
}

/** Whether nothing differs in that place. */
export function* isEqual(bench: Workbench, place: Place): Work<unknown, boolean> {
  return (yield* bench.compare(place)).equal;
}
