/**
 * What machines have used: one record for each time that a machine was in one state on one host, written in the same
 * commit as the change that ended it. So no time counts twice and none is lost.
 */
import type { PoolView, UsageRecord } from './records.ts';

export interface UsageLine {
  /** The machine, the tenant or the host that it is about. */
  readonly name: string;
  /** Milliseconds on a host, and byte-seconds of memory that were taken meanwhile. */
  readonly ms: number;
  readonly memoryByteSeconds: number;
  /** Instructions executed, as far as they are known. */
  readonly steps: number;
  /** Times on a host that did not follow one on the same host. */
  readonly placements: number;
  /** Moves from one host to another while it ran. */
  readonly migrations: number;
}

export const usageKeys = ['vm', 'tenant', 'host'] as const;
export type UsageKey = (typeof usageKeys)[number];

const nothing = { ms: 0, memoryByteSeconds: 0, steps: 0, placements: 0, migrations: 0 };

/** The usage of all machines from the records, summed by machine, tenant or host. */
export function sumUsage(view: PoolView, by: UsageKey): readonly UsageLine[] {
  const sums = new Map<string, UsageLine>();
  for (const [vm, records] of byMachine(view)) {
    let [steps, host, wasMoving]: [number, string | null, boolean] = [0, null, false];
    for (const record of records) {
      const name = by === 'vm' ? vm : by === 'tenant' ? record.tenant : (record.host ?? '');
      const sum = sums.get(name) ?? { ...nothing, name };
      const ms = record.to - record.from;
      const now = record.steps ?? steps;
      sums.set(name, {
        name,
        ms: sum.ms + ms,
        memoryByteSeconds: sum.memoryByteSeconds + (record.memory * ms) / 1000,
        // A machine that was booted anew counts from 0 again.
        steps: sum.steps + (now < steps ? now : now - steps),
        placements: sum.placements + (record.host === host ? 0 : 1),
        migrations: sum.migrations + (wasMoving && record.host !== host ? 1 : 0),
      });
      steps = now;
      host = record.host;
      wasMoving = record.state === 'MIGRATE';
    }
  }
  return [...sums.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Each machine's records, the earliest first. */
function byMachine(view: PoolView): ReadonlyMap<string, readonly UsageRecord[]> {
  const found = new Map<string, UsageRecord[]>();
  for (const [key, { data }] of view.usage) {
    const vm = key.slice(0, key.lastIndexOf('/'));
    found.set(vm, [...(found.get(vm) ?? []), data]);
  }
  for (const records of found.values()) records.sort((a, b) => a.from - b.from);
  return found;
}

/** Times of one machine that overlap, in words: there must be none. */
export function overlaps(view: PoolView): readonly string[] {
  return [...byMachine(view)].flatMap(([vm, records]) =>
    records
      .slice(1)
      .filter(({ from }, n) => from < (records[n] as UsageRecord).to)
      .map(({ from }) => `${vm}: the time from ${from} counts twice`),
  );
}
