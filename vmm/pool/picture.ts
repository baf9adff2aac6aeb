/** A pool as a page draws it: its hosts with their machines, what has no host, and what happened last. */
import type { PoolEvent } from './events.ts';
import { usedMemory, rackOf } from './place.ts';
import type { PoolView } from './records.ts';
import type { VmState } from './states.ts';

export interface PictureMachine {
  readonly name: string;
  readonly state: VmState;
  /** Where it moves to. */
  readonly to: string | undefined;
  readonly reason: string;
}

export interface PictureHost {
  readonly address: string;
  /** lost: nothing was heard of it in time; over: and it is certain that it does not run. */
  readonly state: 'on' | 'draining' | 'off' | 'lost' | 'over';
  readonly isManager: boolean;
  /** Bytes. */
  readonly memory: number;
  readonly usedMemory: number;
  readonly machines: readonly PictureMachine[];
}

export interface PoolPicture {
  readonly hosts: readonly PictureHost[];
  /** Machines that no host has; those that are over are left out. */
  readonly elsewhere: readonly PictureMachine[];
  readonly events: readonly PoolEvent[];
}

export function pictureOf(view: PoolView, events: readonly PoolEvent[]): PoolPicture {
  const rack = rackOf(view);
  const machines = [...view.vm]
    .filter(([, { data }]) => data.state !== 'DONE')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([
        name,
        {
          data: { state, reason, host },
        },
      ]) => ({
        host,
        machine: { name, state, reason, to: view.move.get(name)?.data.to },
      }),
    );
  const on = (address: string | null) =>
    machines.filter(({ host }) => host === address).map(({ machine }) => machine);
  const hosts = [...view.node]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([address, { data: node }]) => {
      const host = rack.get(address);
      const isOver = node.fenced !== null && node.fenced === node.instance;
      return {
        address,
        state: host ? node.state : isOver ? ('over' as const) : ('lost' as const),
        isManager: view.manager?.data.address === address,
        memory: host?.record.memory ?? 0,
        usedMemory: host ? usedMemory(host) : 0,
        machines: on(address),
      };
    });
  return { hosts, elsewhere: on(null), events };
}
