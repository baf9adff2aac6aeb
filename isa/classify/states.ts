/**
 * The states in which every instruction is executed. In each, all parts have their defaults
 * except the ring, the map, and at most one more. States that differ in one part form pairs.
 */
import { MAP_PART, type StatePart, parts, RING_PART, rings } from './parts.ts';
import type { Specimen } from './specimen.ts';
import { PC } from './world.ts';

/** A state: for each part, the number of its value. */
export type State = readonly number[];

export const defaultState: State = parts.map(() => 0);

/** `state` with one part changed. */
export function withPart(state: State, part: number, value: number): State {
  return state.map((old, n) => (n === part ? value : old));
}

/** The ring of a state, 0 to 3. */
export function ringOf(state: State): number {
  return rings[state[RING_PART] as number] as number;
}

/** Brings the machine into `state`, with all registers but pc zero. */
export function applyState(machine: Specimen, state: State): void {
  machine.forget();
  machine.x.fill(0);
  machine.status = 0;
  for (let n = 0; n < state.length; n++) {
    const { values } = parts[n] as StatePart;
    values[0]?.apply(machine);
    if (state[n] !== 0) values[state[n] as number]?.apply(machine);
  }
  machine.pc = PC;
}

/** A state in words: the ring, and the parts that do not have their default. */
export function describeState(state: State): string {
  const said = parts.flatMap((part, n) =>
    n === RING_PART || state[n] === 0 ? [] : [saysOf(part, state, n)],
  );
  return [`ring ${ringOf(state)}`, ...said].join(', ');
}

function saysOf(part: StatePart, state: State, n: number): string {
  return part.values[state[n] as number]?.says ?? part.name;
}

/** Every state, the simplest first, and those of ring 0 before the others. */
export const states: readonly State[] = rings.flatMap((_, ring) => [
  ...listStates(withPart(defaultState, RING_PART, ring)),
]);

/** The states of one ring. */
function* listStates(plain: State): Generator<State> {
  yield plain;
  for (const [map] of (parts[MAP_PART] as StatePart).values.entries()) {
    const state = withPart(plain, MAP_PART, map);
    if (map !== 0) yield state;
    if (map === 0 || map === 2) yield* oneMore(state);
  }
}

/** The states in which one further part does not have its default. */
function* oneMore(state: State): Generator<State> {
  for (const [n, { values }] of parts.entries()) {
    if (n === RING_PART || n === MAP_PART) continue;
    for (let value = 1; value < values.length; value++) yield withPart(state, n, value);
  }
}

/** Two states, by their numbers in `states`, that differ in part number `part` only. */
export interface Pair {
  readonly part: number;
  readonly first: number;
  readonly second: number;
}

/** Every pair, by part, the simplest first. Parts that drift, and parts that no program can set up, come last. */
export const pairs: readonly Pair[] = [0, 1, 2].flatMap((rank) =>
  parts.flatMap((part, n) => (rankOf(part) === rank ? pairsOf(n) : [])),
);

function rankOf({ values, drifts }: StatePart): number {
  if (values.some(({ program }) => program === undefined)) return 2;
  return drifts ? 1 : 0;
}

function pairsOf(part: number): Pair[] {
  const groups = new Map<string, number[]>();
  for (const [n, state] of states.entries()) {
    const key = withPart(state, part, -1).join();
    groups.set(key, [...(groups.get(key) ?? []), n]);
  }
  return [...groups.values()].flatMap((group) =>
    group.flatMap((first, n) => group.slice(n + 1).map((second) => ({ part, first, second }))),
  );
}
