/** What a workbench found, as lines of text: what guests print, and where two sides differ. */
import type { Outcome } from './machine.ts';
import type { Place, Workbench } from './workbench.ts';

/** Lines of a listing: a bar before each. */
export function listed(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  | ${line}`);
}

/** What the guest prints in each of several places. */
export async function printedIn(bench: Workbench, ...places: readonly Place[]): Promise<readonly string[]> {
  const parts = places.map(async (place) => {
    const { isa, monitor } = place;
    const { printed } = await bench.run(place);
    return [`${isa}, ${monitor === 'none' ? 'bare' : `under ${monitor}`}:`, ...listed(printed)];
  });
  return (await Promise.all(parts)).flat();
}

/** Where the guest in that place differs from the bare machine, or that it does not. */
export async function comparedIn(bench: Workbench, place: Place): Promise<readonly string[]> {
  const { isa, monitor } = place;
  const { divergence, steps } = await bench.compare(place);
  if (divergence === undefined) return [`${isa}, ${monitor}: equal at all ${steps} steps`];
  return [
    `${isa}, ${monitor}: diverges after ${steps} steps, at ${divergence.instruction}`,
    ...divergence.differences.map(
      ({ what, left, right }) => `  ${what}: ${left} bare, ${right} under the monitor`,
    ),
  ];
}

/** Exit statuses in several places. */
export async function statusesIn(
  bench: Workbench,
  ...places: readonly Place[]
): Promise<readonly Outcome['status'][]> {
  return (await Promise.all(places.map((place) => bench.run(place)))).map(({ status }) => status);
}

/** Whether the first step that differs in that place is one of the instruction `name`. */
export async function divergesAt(bench: Workbench, place: Place, name: string): Promise<boolean> {
  const { divergence } = await bench.compare(place);
  return divergence?.instruction.split(' ')[0] === name;
}

/** Whether nothing differs in that place. */
export async function isEqual(bench: Workbench, place: Place): Promise<boolean> {
  return (await bench.compare(place)).equal;
}
