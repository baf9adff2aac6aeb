/** How translation units lead to one another, and what their words are called. */
import type { ListedLink, ListedUnit, WordKind } from '../../../vmm/translator/listing.ts';

/** A way from one unit to another, or to guest code that is not translated. */
export interface Way {
  readonly kind: ListedLink['kind'];
  /** Whether translated code goes there by itself; otherwise it asks the monitor. */
  readonly isChained: boolean;
  /** Index of the unit at the other end; undefined: that code is not translated. */
  readonly unit: number | undefined;
  /** The guest address that it leads to. */
  readonly target: number;
}

/** From where units lead to one, and to where it leads. */
export interface Flow {
  readonly from: readonly Way[];
  readonly to: readonly Way[];
}

/** The ways to and from the unit with an index. */
export function flowOf(units: readonly ListedUnit[], index: number): Flow {
  const unit = units[index];
  if (unit === undefined) return { from: [], to: [] };
  const byAddress = new Map(
    units.flatMap(({ instructions }, n) =>
      instructions.flatMap(({ words: [first] }): [number, number][] => (first ? [[first.address, n]] : [])),
    ),
  );
  const leadsTo = ({ to, target }: ListedLink, ring: number): number | undefined =>
    (to === undefined ? undefined : byAddress.get(to)) ?? unitAt(units, target, ring);
  const wayOf = (link: ListedLink, other: number | undefined): Way => ({
    kind: link.kind,
    isChained: link.to !== undefined,
    unit: other,
    target: link.target,
  });
  const from = units.flatMap(({ links, ring }, n) =>
    links.filter((link) => leadsTo(link, ring) === index).map((link) => wayOf(link, n)),
  );
  return { from, to: unit.links.map((link) => wayOf(link, leadsTo(link, unit.ring))) };
}

/** What a kind of word is called: a letter that is shown beside the colour, and words. */
export const kinds: Readonly<Record<WordKind, { readonly letter: string; readonly says: string }>> = {
  identical: { letter: '=', says: 'identical: a copy of the guest’s instruction' },
  sequence: { letter: 'S', says: 'sequence: words that do the same in another way' },
  callout: { letter: 'C', says: 'callout: the monitor does it' },
  chained: { letter: '>', says: 'chained: goes on in another unit by itself' },
  stub: { letter: 's', says: 'stub: branches to words that lead out of the unit' },
  unchained: { letter: '?', says: 'not chained yet: asks the monitor where to go on' },
};

/** How many words of each kind there are. */
export function countKinds(units: readonly ListedUnit[]): Readonly<Record<WordKind, number>> {
  const counts = { identical: 0, sequence: 0, callout: 0, chained: 0, stub: 0, unchained: 0 };
  for (const { instructions, exits } of units)
    for (const { words } of [...instructions, ...exits]) for (const { kind } of words) counts[kind] += 1;
  return counts;
}

/** Index of the unit for a ring that has the instruction at `pc`; undefined if it is not translated. */
export function unitAt(units: readonly ListedUnit[], pc: number, ring: number): number | undefined {
  const found = units.findLastIndex(
    (unit) => unit.ring === ring && unit.instructions.some((one) => one.pc === pc),
  );
  return found < 0 ? undefined : found;
}
