/** The hosts of a pool, as `pool status` lists them. */
import { loadOf, rackOf, usedMemory } from '../../vmm/pool/place.ts';
import type { PoolView } from '../../vmm/pool/records.ts';

export interface HostLine {
  readonly address: string;
  readonly state: string;
  readonly machines: number;
  readonly usedMemory: number;
  readonly memory: number;
  readonly load: number;
  readonly isManager: boolean;
}

/** All hosts that the pool has known, also those that are gone. */
export function hostLines(view: PoolView): readonly HostLine[] {
  const rack = rackOf(view);
  return [...view.node]
    .map(([address, { data: node }]) => {
      const host = rack.get(address);
      const isFenced = node.fenced !== null && node.fenced === node.instance;
      return {
        address,
        state: host ? node.state : isFenced ? 'gone' : 'lost',
        machines: [...view.vm.values()].filter(({ data }) => data.host === address).length,
        usedMemory: host ? usedMemory(host) : 0,
        memory: host?.record.memory ?? 0,
        load: host ? Math.round(loadOf(host)) : 0,
        isManager: view.manager?.data.address === address,
      };
    })
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
}
