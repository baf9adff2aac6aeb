/**
 * The manager: of all agents the one that holds the key `manager`. It gives machines without a host to hosts, empties
 * hosts that are drained, and frees the machines of hosts that are certainly gone. Every write has two conditions: the
 * manager's key goes with this host's lease, and the machine's record is as it was read. It is given turns, each with
 * what was just read, and never waits.
 */
import { changeVm, type NextState } from './change.ts';
import { FieldError } from '../wire/schema.ts';
import { drainPlan } from './balance.ts';
import { condemnation, confirmation, type Fence, isOver } from './fence.ts';
import type { Membership } from './membership.ts';
import { choose, explain, needOf, type Rack, rackOf, tenancy, withGuest } from './place.ts';
import { json, type PoolView, type VmRecord, type WantRecord } from './records.ts';
import { isDue } from './schedule.ts';
import type { Commit, CommitCondition, KeyChange, PoolStore } from './store.ts';

export interface ManagerOptions {
  readonly store: PoolStore;
  readonly address: string;
  readonly member: Membership;
  readonly fence: Fence;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  readonly note?: (text: string) => void;
}

/** Milliseconds for which a machine that is over stays on record. */
const recordMs = 24 * 3600 * 1000;

/** Most machines that are on their way from a host that is drained. */
const mostMoves = 2;

export class Manager {
  readonly #options: ManagerOptions;
  /** Keys of which a change is on its way. */
  readonly #writing = new Set<string>();
  /** Hosts that are being fenced now. */
  readonly #fencing = new Set<string>();

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /** Does what can be done, by what was just read. */
  turn(view: PoolView): void {
    const { member, address } = this.#options;
    if (member.lease === undefined) return;
    if (view.manager === undefined) this.#stand();
    else if (view.manager.lease === member.lease && view.manager.data.address === address) this.#manage(view);
  }

  /** Nobody is the manager: whoever writes first is. */
  #stand(): void {
    const { address, member } = this.#options;
    const lease = member.lease as string;
    this.#write('manager', {
      when: [member.condition, { key: 'manager', revision: 0 }],
      changes: [{ key: 'manager', value: json({ v: 1, address }), lease }],
    });
  }

  #manage(view: PoolView): void {
    let rack = rackOf(view);
    this.#fenceAll(view);
    const byPriority = [...view.want].toSorted(([a, one], [b, other]) =>
      other.data.priority === one.data.priority ? (a < b ? -1 : 1) : other.data.priority - one.data.priority,
    );
    for (const [name, { data: want }] of byPriority) {
      const vm = view.vm.get(name)?.data;
      if (vm === undefined) continue;
      const to = this.#tend(view, rack, name, want, vm);
      if (to !== undefined) rack = withGuest(rack, to, tenancy(name, want));
    }
    this.#drain(view);
  }

  // ---- Machines ----

  /** Does what is to be done for a machine that no host has, or whose host is gone; returns the host that it was given to. */
  #tend(view: PoolView, rack: Rack, name: string, want: WantRecord, vm: VmRecord): string | undefined {
    const change = (next: NextState) => this.#change(view, name, want, vm, next);
    const isAsked = want.order > vm.order;
    if (vm.state === 'UNKNOWN') this.#lost(view, name, want, vm);
    else if (vm.host !== null) {
      if (view.host.get(vm.host)?.data.instance !== vm.instance)
        change({ state: 'UNKNOWN', before: vm.state, reason: `nothing was heard of ${vm.host} in time` });
    } else if (vm.state === 'DONE') this.#forget(view, name, vm);
    else if (want.run === 'done') change({ state: 'DONE' });
    else if (vm.state === 'PENDING') {
      if (want.run === 'stopped' || this.#waits(want, vm)) change({ state: 'STOPPED' });
      else return this.#place(view, rack, name, want, vm);
    } else if (vm.state === 'STOPPED') {
      if (want.run !== 'stopped' && !this.#isEnded(want) && this.#isCalled(want, vm))
        change({ state: 'PENDING', ...afresh(want) });
    } else if (isAsked)
      change({ state: 'PENDING', ...afresh(want), from: vm.state === 'OFF' ? null : vm.from });
    return undefined;
  }

  /** Whether a machine that is stopped is wanted now. */
  #isCalled({ policy, order, at }: WantRecord, vm: VmRecord): boolean {
    return policy === 'always' || order > vm.order || isDue(at, vm.since, this.#options.wall());
  }

  /** Whether a machine that was just created waits until it is called. */
  #waits(want: WantRecord, vm: VmRecord): boolean {
    return vm.history.every(({ state }) => state === 'PENDING') && !this.#isCalled(want, vm);
  }

  #isEnded({ until }: WantRecord): boolean {
    return until !== null && this.#options.wall() >= until;
  }

  #place(view: PoolView, rack: Rack, name: string, want: WantRecord, vm: VmRecord): string | undefined {
    const asked = want.order > vm.order ? { ...vm, ...afresh(want) } : vm;
    const need = needOf(name, want, asked);
    let to: string | undefined;
    let reason: string;
    try {
      to = choose(rack, need);
      reason = to === undefined ? explain(rack, need).slice(0, 600) : '';
    } catch (error) {
      // A label that was there when the machine was created has gone since.
      if (!(error instanceof FieldError)) throw error;
      reason = error.message.slice(0, 600);
    }
    const host = to === undefined ? undefined : view.host.get(to);
    if (to === undefined || host === undefined) {
      if (reason !== vm.reason) this.#note(view, name, { ...asked, reason });
      return undefined;
    }
    const next: NextState = {
      ...asked,
      state: 'PROLOG',
      host: to,
      instance: host.data.instance,
      epoch: vm.epoch + 1,
    };
    // The host must be there still, in the same life.
    this.#change(view, name, want, vm, next, [{ key: `host/${to}`, revision: host.revision }]);
    return to;
  }

  /** A machine's reason changes, and nothing else. */
  #note(view: PoolView, name: string, vm: VmRecord): void {
    this.#write(`vm/${name}`, {
      when: [this.#condition(), { key: `vm/${name}`, revision: view.revision('vm', name) }],
      changes: [{ key: `vm/${name}`, value: json(vm) }],
    });
  }

  /** A machine whose host was lost: it goes on when that host is back, or is certainly gone. */
  #lost(view: PoolView, name: string, want: WantRecord, vm: VmRecord): void {
    const { host, instance, before, epoch } = vm;
    if (host === null || before === null) return;
    const change = (next: NextState) => this.#change(view, name, want, vm, { before: null, ...next });
    if (view.host.get(host)?.data.instance === instance) change({ state: before, reason: `${host} is back` });
    else if (isOver(view, host, instance)) {
      const free = { host: null, instance: null, reason: `${host} was lost` };
      const keep = { kind: 'keep', host, epoch } as const;
      if (want.run === 'done' || before === 'EPILOG') change({ ...free, state: 'DONE' });
      else if (before === 'FAILED') change({ ...free, state: 'FAILED' });
      // It had not begun: what it was to go on from is there still.
      else if (before === 'PROLOG') change({ ...free, state: 'PENDING' });
      else if (before === 'OFF' || want.ha === 'off') change({ ...free, state: 'OFF', order: want.order });
      else change({ ...free, state: 'PENDING', from: want.ha === 'replay' ? keep : null });
    } else {
      const reason = `nothing was heard of ${host}, and it could not be fenced; pool fence ${host} --confirm, if it will never run again`;
      if (vm.reason !== reason && view.node.get(host)?.data.condemned === instance)
        this.#note(view, name, { ...vm, reason });
    }
  }

  /** What is over is forgotten after a day. */
  #forget(view: PoolView, name: string, vm: VmRecord): void {
    if (this.#options.wall() - vm.since < recordMs) return;
    this.#write(`vm/${name}`, {
      when: [this.#condition(), { key: `vm/${name}`, revision: view.revision('vm', name) }],
      changes: [`vm/${name}`, `want/${name}`, `move/${name}`].map((key) => ({ key, value: undefined })),
    });
  }

  // ---- Hosts ----

  /** Condemns and then fences every host that is gone and had machines. */
  #fenceAll(view: PoolView): void {
    const lost = [...view.vm.values()].filter(({ data }) => data.state === 'UNKNOWN');
    for (const host of new Set(lost.map(({ data }) => data.host as string))) {
      const node = view.node.get(host)?.data;
      if (node === undefined || view.host.has(host) || node.fenced === node.instance) continue;
      const condemned = condemnation(view, host);
      if (condemned !== undefined) this.#write(`node/${host}`, this.#guarded(condemned));
      else if (node.process !== null && !this.#fencing.has(host)) {
        this.#fencing.add(host);
        this.#options.fence(host, node.process, (isCertain) => {
          this.#fencing.delete(host);
          const confirmed = isCertain ? confirmation(view, host) : undefined;
          if (confirmed === undefined) return;
          this.#options.note?.(`${host} is fenced: its process is certainly over`);
          this.#write(`node/${host}`, this.#guarded(confirmed));
        });
      }
    }
  }

  /** Gives machines of hosts that are drained another host to move to, a few at a time. */
  #drain(view: PoolView): void {
    for (const [host, { data: node }] of view.node) {
      if (node.state === 'on' || !view.host.has(host)) continue;
      const under = [...view.move.keys()].filter((name) => view.vm.get(name)?.data.host === host).length;
      for (const { vm, to, why } of drainPlan(view, host).moves.slice(0, Math.max(0, mostMoves - under)))
        this.#write(`move/${vm}`, {
          when: [
            this.#condition(),
            { key: `move/${vm}`, revision: 0 },
            { key: `vm/${vm}`, revision: view.revision('vm', vm) },
          ],
          changes: [{ key: `move/${vm}`, value: json({ v: 1, to, why }) }],
        });
    }
  }

  // ---- Writing ----

  #condition(): CommitCondition {
    return { key: 'manager', lease: this.#options.member.lease ?? '' };
  }

  #guarded({ when, changes }: Commit): Commit {
    return { when: [this.#condition(), ...when], changes };
  }

  #change(
    view: PoolView,
    name: string,
    want: WantRecord,
    vm: VmRecord,
    next: NextState,
    also: readonly CommitCondition[] = [],
  ): void {
    const changes: KeyChange[] = changeVm({ name, vm, want, next, at: this.#options.wall(), by: 'manager' });
    // A move that was wanted is not any more: where it would go to may be no good now.
    if (next.host !== undefined || next.state === 'UNKNOWN')
      changes.push({ key: `move/${name}`, value: undefined });
    const when = [this.#condition(), { key: `vm/${name}`, revision: view.revision('vm', name) }, ...also];
    this.#write(`vm/${name}`, { when, changes });
  }

  #write(key: string, commit: Commit): void {
    if (this.#writing.has(key)) return;
    this.#writing.add(key);
    this.#options.store.commit(commit, () => this.#writing.delete(key));
  }
}

/** What a machine forgets when its user asks for it anew. */
function afresh({ order }: WantRecord) {
  return { order, tries: 0, exclude: [], reason: '' } as const;
}
