/**
 * A simulated pool: hosts that are processes in name only, one clock, and a store that every host reaches over a line of
 * its own. Guests count: each turn a guest prints its next number, so that a number that is missing, or printed twice, or
 * printed by a host that has lost the guest, is seen at once.
 */
import { MemoryStore } from '../../../vmm/pool/memory-store.ts';
import { confirmation, nodeChange } from '../../../vmm/pool/fence.ts';
import { json, newVm, PoolView, viewOf, type VmRecord, type WantRecord } from '../../../vmm/pool/records.ts';
import { canMove, stateRow, type VmState } from '../../../vmm/pool/states.ts';
import type { Commit, PoolEntries } from '../../../vmm/pool/store.ts';
import { overlaps } from '../../../vmm/pool/usage.ts';
import { MiB, plainWant } from './plain-want.ts';
import { SimHost } from './sim-host.ts';

/** Milliseconds of a step. */
export const stepMs = 250;

/** Which defences are switched off. */
export interface Weakness {
  /** 1: hosts run machines whether their lease holds or not. */
  readonly unguarded?: boolean;
  /** 2: fencing says that it is certain, and does nothing. */
  readonly unfenced?: boolean;
  /** 3: what a late owner publishes is taken. */
  readonly unchecked?: boolean;
  /** 4: a migration is decided by the source alone. */
  readonly undecided?: boolean;
}

/** What a guest has printed last. */
interface Printed {
  readonly host: string;
  readonly epoch: number;
  readonly number: number;
}

export class SimPool {
  now = 1_000_000;
  readonly store = new MemoryStore(() => this.now);
  readonly hosts = new Map<string, SimHost>();
  /** What hosts have stored of guests, which outlives them: HOST/GUEST. */
  readonly keeps = new Map<string, number>();
  readonly saved = new Map<string, number>();
  /** Hosts whose power nobody can switch off from outside. */
  readonly unreachable = new Set<string>();
  readonly cannotStart = new Set<string>();
  /** Pairs of hosts that cannot reach each other. */
  readonly apart = new Set<string>();
  readonly weakness: Weakness;
  /** Whether the source tells the target what was decided. */
  commits = true;
  #view = new PoolView(new Map());
  #seenRevision = 0;
  readonly #last = new Map<string, Printed>();
  readonly #anew = new Set<string>();
  readonly #found: string[] = [];
  readonly #seen = new Map<string, { readonly state: VmState; readonly since: number }>();

  constructor(hosts: number, memory: number, weakness: Weakness = {}) {
    this.weakness = weakness;
    for (let n = 0; n < hosts; n++) {
      const address = `h${n}:1`;
      this.hosts.set(address, new SimHost(this, address, memory));
    }
  }

  host(n: number): SimHost {
    return this.hosts.get(`h${n}:1`) as SimHost;
  }

  get view(): PoolView {
    const { revision } = this.store;
    if (revision !== this.#seenRevision)
      this.store.read((entries) => {
        this.#view = viewOf(entries as PoolEntries);
      });
    this.#seenRevision = revision;
    return this.#view;
  }

  vm(guest: string): VmRecord {
    return this.view.vm.get(guest)?.data ?? newVm;
  }

  /** What was found to be wrong so far. */
  get found(): readonly string[] {
    return this.#found;
  }

  // ---- Time ----

  step(): void {
    this.now += stepMs;
    for (const host of this.hosts.values()) if (host.isAlive && !host.isPaused) host.step();
    this.#check();
  }

  /** Steps until it is so; returns whether it came to be within so many seconds. */
  until(isSo: () => boolean, seconds = 60): boolean {
    for (let left = (seconds * 1000) / stepMs; left > 0 && !isSo(); left--) this.step();
    return isSo();
  }

  run(seconds: number): void {
    this.until(() => false, seconds);
  }

  // ---- Users ----

  create(guest: string, want: Partial<WantRecord> = {}): void {
    this.#commit([
      { key: `want/${guest}`, value: json({ ...plainWant, ...want }) },
      { key: `vm/${guest}`, value: json({ ...newVm, since: this.now }) },
    ]);
  }

  wish(guest: string, wish: Partial<WantRecord>): void {
    const want = this.view.want.get(guest)?.data;
    if (want !== undefined) this.#commit([{ key: `want/${guest}`, value: json({ ...want, ...wish }) }]);
  }

  move(guest: string, to: string): void {
    this.#commit([{ key: `move/${guest}`, value: json({ v: 1, to, why: 'its user asked' }) }]);
  }

  node(address: string, state: 'on' | 'draining'): void {
    const node = this.view.node.get(address)?.data;
    if (node !== undefined) this.#commit([nodeChange(address, { ...node, state })]);
  }

  /** A person is certain that the host is gone. */
  confirm(address: string): void {
    const commit = confirmation(this.view, address);
    if (commit !== undefined) this.store.commit(commit, () => {});
  }

  #commit(changes: Commit['changes']): void {
    this.store.commit({ when: [], changes }, () => {});
  }

  // ---- The world ----

  fence(address: string, process: { readonly pid: number }, told: (isCertain: boolean) => void): void {
    const host = this.hosts.get(address) as SimHost;
    if (this.weakness.unfenced === true) told(true);
    else if (this.unreachable.has(address)) told(false);
    else {
      // That process and no other: a later life has another number.
      if (host.isAlive && host.life === process.pid) host.kill();
      told(true);
    }
  }

  areApart(one: SimHost, other: SimHost): boolean {
    return this.apart.has([one.address, other.address].toSorted().join(' '));
  }

  /** The guest's next number is its first. */
  startsAnew(guest: string): void {
    this.#anew.add(guest);
  }

  print(guest: string, host: string, epoch: number, number: number): void {
    const last = this.#last.get(guest);
    this.#last.set(guest, { host, epoch, number });
    const isFirst = number === 1 && (last === undefined || this.#anew.delete(guest));
    if (last === undefined || isFirst) return;
    if (epoch < last.epoch)
      this.#find(`${guest} printed ${number} on ${host}, which has lost it to ${last.host}`);
    else if (epoch === last.epoch && host !== last.host)
      this.#find(`${guest} runs on ${host} and on ${last.host}`);
    else if (number !== last.number + 1)
      this.#find(`${guest} printed ${number} after ${last.number}, on ${host}`);
  }

  printed(guest: string): number {
    return this.#last.get(guest)?.number ?? 0;
  }

  #find(what: string): void {
    this.#found.push(`at ${this.now}: ${what}`);
  }

  // ---- Invariants ----

  #check(): void {
    const { view } = this;
    for (const [guest, { data: vm }] of view.vm) this.#checkChanges(guest, vm);
    for (const guest of view.want.keys()) if (!view.vm.has(guest)) this.#find(`${guest} has no record`);
    for (const [address, { memory }] of this.hosts) this.#checkRoom(view, address, memory);
    for (const guest of view.want.keys()) {
      const running = [...this.hosts.values()].filter((host) => host.runs(guest));
      if (running.length > 1)
        this.#find(`${guest} runs on ${running.map(({ address }) => address).join(' and ')}`);
    }
    if (this.now % 10_000 === 0) for (const text of overlaps(view)) this.#find(text);
  }

  /** Every change that was made since the last look is in the table. */
  #checkChanges(guest: string, vm: VmRecord): void {
    const { state: is, host, since } = vm;
    const rule = stateRow(is).host;
    if (rule !== 'either' && (rule === 'always') !== (host !== null))
      this.#find(`${guest} is ${is} on ${host}`);
    const seen = this.#seen.get(guest);
    this.#seen.set(guest, { state: is, since });
    let [before, from] = [seen?.state ?? 'PENDING', seen?.since ?? 0];
    for (const { state, at } of vm.history) {
      if (at <= from) continue;
      if (!canMove(before, state, 'agent') && !canMove(before, state, 'manager'))
        this.#find(`${guest} became ${state} from ${before}`);
      [before, from] = [state, at];
    }
  }

  #checkRoom(view: PoolView, address: string, memory: number): void {
    const there = [...view.vm].filter(([, { data }]) => data.host === address);
    const taken = there.reduce((sum, [guest]) => sum + (view.want.get(guest)?.data.memory ?? 0), 0);
    if (taken > memory) this.#find(`${address} has ${taken / MiB} MiB of guests, and ${memory / MiB} MiB`);
  }
}
