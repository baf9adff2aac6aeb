/** Requests about a pool: a simulated rack of hosts, which lives in the worker and goes by a clock of its own. */
import { SimulatedRack, stepMs, type Twice } from '../../examples/rack.ts';
import type { HostCondition } from '../../examples/racked-host.ts';
import { eventsBetween, type PoolEvent } from '../../vmm/pool/events.ts';
import { pictureOf, type PoolPicture } from '../../vmm/pool/picture.ts';
import type { PoolView } from '../../vmm/pool/records.ts';
import type { Desk } from './desk.ts';
import type { Handlers } from './protocol.ts';

export interface PoolFrame {
  /** Milliseconds since the rack began. */
  readonly now: number;
  readonly picture: PoolPicture;
  /** What was done to each host. */
  readonly conditions: Readonly<Record<string, HostCondition>>;
  /** The number that each machine has counted to, and the hosts on which it counts now. */
  readonly counters: Readonly<Record<string, { readonly count: number; readonly runsOn: readonly string[] }>>;
  readonly twice: readonly Twice[];
}

export type PoolAct =
  | {
      readonly act: 'kill' | 'cut' | 'mend' | 'stop' | 'go on' | 'restart' | 'drain' | 'use';
      readonly host: string;
    }
  | { readonly act: 'create' };

export interface PoolRequests {
  /** Three hosts and four machines; `isCareless`: without leases and fencing. */
  'pool-begin': { ask: { isCareless: boolean }; answer: PoolFrame };
  /** Milliseconds pass. */
  'pool-run': { ask: { milliseconds: number }; answer: PoolFrame };
  'pool-act': { ask: PoolAct; answer: PoolFrame };
}

const mostEvents = 40;
const [hosts, memory, machines] = [3, 8 * 2 ** 20, 4] as const;

class Pooling {
  readonly #rack: SimulatedRack;
  #events: readonly PoolEvent[] = [];
  #before: PoolView;
  #created = 0;
  #owed = 0;

  constructor(isCareless: boolean) {
    this.#rack = new SimulatedRack(hosts, memory, { withoutLease: isCareless, withoutFence: isCareless });
    this.#before = this.#rack.view;
    this.run(1000);
    for (let n = 0; n < machines; n++) this.#create();
    this.#rack.until((view) => [...view.vm.values()].every(({ data }) => data.state === 'RUNNING'));
    this.#look();
  }

  #create(): void {
    const name = `vm-${String.fromCharCode(97 + (this.#created % 26))}${this.#created < 26 ? '' : Math.floor(this.#created / 26)}`;
    this.#created += 1;
    this.#rack.create(name);
  }

  run(milliseconds: number): void {
    for (this.#owed += milliseconds; this.#owed >= stepMs; this.#owed -= stepMs) this.#rack.step();
    this.#look();
  }

  #look(): void {
    const { view, now } = this.#rack;
    this.#events = [...this.#events, ...eventsBetween(this.#before, view, now)].slice(-mostEvents);
    this.#before = view;
  }

  act(asked: PoolAct): void {
    if (asked.act === 'create') this.#create();
    else {
      const host = this.#rack.host(asked.host);
      switch (asked.act) {
        case 'kill':
          host.die();
          break;
        case 'cut':
          host.cut();
          break;
        case 'stop':
          host.standStill();
          break;
        case 'mend':
        case 'go on':
          if (host.condition !== 'is dead') host.goOn();
          break;
        case 'restart':
          host.restart();
          break;
        case 'drain':
        case 'use':
          this.#rack.drain(asked.host, asked.act === 'drain');
      }
    }
    this.#look();
  }

  frame(): PoolFrame {
    const rack = this.#rack;
    const { view } = rack;
    return {
      now: rack.now,
      picture: pictureOf(view, this.#events),
      conditions: Object.fromEntries([...rack.hosts].map(([address, { condition }]) => [address, condition])),
      counters: Object.fromEntries(
        [...view.vm.keys()].map((name) => [name, { count: rack.last(name), runsOn: rack.whereRuns(name) }]),
      ),
      twice: rack.twice.slice(-3),
    };
  }
}

const pools = new WeakMap<Desk, Pooling>();

function pooling(desk: Desk): Pooling {
  const found = pools.get(desk);
  if (found === undefined) throw new Error('no hosts are there yet');
  return found;
}

export const poolHandlers: Handlers<PoolRequests> = {
  'pool-begin': ({ isCareless }, desk) => {
    const begun = new Pooling(isCareless);
    pools.set(desk, begun);
    return begun.frame();
  },
  'pool-run': ({ milliseconds }, desk) => {
    pooling(desk).run(milliseconds);
    return pooling(desk).frame();
  },
  'pool-act': (asked, desk) => {
    pooling(desk).act(asked);
    return pooling(desk).frame();
  },
};
