/** What has happened in a pool: the histories of its machines as one list, and what changed from one look to the next. */
import type { PoolView } from './records.ts';

export interface PoolEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The machine or the host. */
  readonly about: string;
  /** The machine's new state, or what became of the host. */
  readonly what: string;
  readonly host: string | null;
  readonly reason: string;
}

/** Changes of machines from `since` on (milliseconds since 1970), the earliest first. The store has the last 32 of each. */
export function eventsOf(view: PoolView, since = 0): readonly PoolEvent[] {
  return [...view.vm]
    .flatMap(([about, { data }]) =>
      data.history
        .filter(({ at }) => at >= since)
        .map(({ at, state, host, reason }) => ({ at, about, what: state, host, reason })),
    )
    .toSorted((a, b) => a.at - b.at || (a.about < b.about ? -1 : 1));
}

/** What changed between two looks; a host's changes have no time of their own, and get `now`. */
export function eventsBetween(before: PoolView, after: PoolView, now: number): readonly PoolEvent[] {
  const machines = [...after.vm].flatMap(([about, { data, revision }]) => {
    const known = before.vm.get(about);
    if (known?.revision === revision) return [];
    const last = known?.data.history.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    if (known === undefined && data.history.length === 0)
      return [{ at: data.since, about, what: data.state, host: data.host, reason: 'it is created' }];
    return data.history
      .filter(({ at }) => at > last)
      .map(({ at, state, host, reason }) => ({ at, about, what: state, host, reason }));
  });
  return [...hostEvents(before, after, now), ...machines].toSorted((a, b) => a.at - b.at);
}

function hostEvents(before: PoolView, after: PoolView, at: number): readonly PoolEvent[] {
  const found: PoolEvent[] = [];
  const tell = (about: string, what: string, reason = '') =>
    found.push({ at, about, what, host: null, reason });
  for (const [address, { data: node }] of after.node) {
    const [was, old, is] = [
      before.host.get(address)?.data,
      before.node.get(address)?.data,
      after.host.get(address)?.data,
    ];
    if (is !== undefined && is.instance !== was?.instance) tell(address, 'joins');
    if (is === undefined && was !== undefined) tell(address, 'is lost', 'its lease has ended');
    if (node.fenced === node.instance && node.fenced !== null && old?.fenced !== node.fenced)
      tell(address, 'is over');
    if (old !== undefined && old.state !== node.state) tell(address, `is ${node.state}`);
  }
  const manager = after.manager?.data.address;
  if (manager !== undefined && manager !== before.manager?.data.address) tell(manager, 'is the manager');
  return found;
}
