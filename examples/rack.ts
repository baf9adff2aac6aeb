/**
 * A rack of hosts in one process, by a clock that is turned by hand: the agents, the manager and the store of vmm/pool, and
 * machines that only count, one number a step. So a number that is missing, or counted twice, is seen at once. Hosts can
 * be killed, stopped and cut off from the store. Nothing here needs Node: a page runs it, too.
 */
import { nodeChange } from '../vmm/pool/fence.ts';
import { MemoryStore } from '../vmm/pool/memory-store.ts';
import { json, newNode, newVm, PoolView, usualWant, type WantRecord } from '../vmm/pool/records.ts';
import { RackedHost, ring32v } from './racked-host.ts';

const MiB = 2 ** 20;
/** Milliseconds of a step. */
export const stepMs = 250;

/** What a pool would do without one of its defences. */
export interface Mistakes {
  /** Hosts run their machines whether their lease holds or not. */
  readonly withoutLease?: boolean;
  /** A host that is lost is taken for dead. */
  readonly withoutFence?: boolean;
}

/** A number that two hosts have counted, or one has counted twice. */
export interface Twice {
  readonly name: string;
  readonly number: number;
  readonly hosts: readonly [string, string];
}

export class SimulatedRack {
  /** Milliseconds since the rack began. */
  now = 0;
  readonly store = new MemoryStore(() => this.now);
  readonly hosts = new Map<string, RackedHost>();
  readonly memory: number;
  readonly mistakes: Mistakes;
  /** What hosts have stored of machines, which outlives them. */
  readonly keeps = new Map<string, number>();
  /** Numbers that were counted twice, and how many were left out. */
  readonly twice: Twice[] = [];
  missing = 0;
  readonly #last = new Map<string, { readonly host: string; readonly number: number }>();

  /** `memory`: bytes for machines, of each host. */
  constructor(hosts: number, memory: number, mistakes: Mistakes = {}) {
    this.memory = memory;
    this.mistakes = mistakes;
    for (let n = 1; n <= hosts; n++) {
      const address = `host-${n}:1`;
      this.hosts.set(address, new RackedHost(this, address));
    }
  }

  get view(): PoolView {
    return new PoolView(this.store.entries);
  }

  host(address: string): RackedHost {
    const found = this.hosts.get(address);
    if (found === undefined) throw new Error(`${address}: there is no such host`);
    return found;
  }

  step(): void {
    this.now += stepMs;
    for (const host of this.hosts.values()) host.step();
  }

  /** Steps until it is so; returns the milliseconds that it took, or undefined if it was not within that many seconds. */
  until(isSo: (view: PoolView) => boolean, seconds = 60): number | undefined {
    const began = this.now;
    while (!isSo(this.view)) {
      if (this.now - began >= seconds * 1000) return undefined;
      this.step();
    }
    return this.now - began;
  }

  run(seconds: number): void {
    for (let left = (seconds * 1000) / stepMs; left > 0; left--) this.step();
  }

  // ---- Users ----

  /** Wants a machine. */
  create(name: string, want: Partial<WantRecord> = {}): void {
    this.#commit(`want/${name}`, { ...plainWant, ...want });
    this.#commit(`vm/${name}`, { ...newVm, since: this.now });
  }

  /** Empties a host, or uses it again. */
  drain(address: string, isDraining: boolean): void {
    const node = this.view.node.get(address)?.data ?? newNode;
    this.store.commit(
      { when: [], changes: [nodeChange(address, { ...node, state: isDraining ? 'draining' : 'on' })] },
      () => {},
    );
  }

  #commit(key: string, value: object): void {
    this.store.commit({ when: [], changes: [{ key, value: json(value) }] }, () => {});
  }

  // ---- The world ----

  /** Kills that life of a host, and no later one. */
  fence(address: string, { pid }: { readonly pid: number }, told: (isCertain: boolean) => void): void {
    const host = this.host(address);
    if (this.mistakes.withoutFence !== true && host.life === pid) host.die();
    told(true);
  }

  counted(name: string, host: string, number: number): void {
    const last = this.#last.get(name);
    if (last !== undefined && number <= last.number)
      this.twice.push({ name, number, hosts: [last.host, host] });
    this.missing += Math.max(0, number - (last?.number ?? 0) - 1);
    this.#last.set(name, { host, number });
  }

  /** The number that a machine has counted last. */
  last(name: string): number {
    return this.#last.get(name)?.number ?? 0;
  }

  /** The hosts on which a machine counts now. */
  whereRuns(name: string): readonly string[] {
    return [...this.hosts.values()]
      .filter((host) => {
        const counter = host.counters.get(name);
        return counter !== undefined && host.condition !== 'is dead' && host.runs(counter);
      })
      .map(({ address }) => address);
  }
}

const plainWant: WantRecord = {
  ...usualWant,
  image: 'counter',
  variant: ring32v,
  memory: 2 * MiB,
  cpu: 20,
  tenant: 'rack',
};
