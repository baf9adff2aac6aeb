/**
 * A simulated pool: hosts that are processes in name only, one clock, and a store that every host reaches over a line of
 * its own. Guests count: each turn a guest prints its next number, so that a number that is missing, or printed twice, or
 * printed by a host that has lost the guest, is seen at once.
 */
import { type Variant, variantData, variantNamed } from '../../../isa/table/variants.ts';
import { Agent, type Done, type LocalGuest, type LocalGuests } from '../../../vmm/pool/agent.ts';
import { Manager } from '../../../vmm/pool/manager.ts';
import { defaultLease } from '../../../vmm/pool/membership.ts';
import { MemoryStore } from '../../../vmm/pool/memory-store.ts';
import {
  json,
  type MoveRecord,
  newVm,
  PoolView,
  usualWant,
  viewOf,
  type VmRecord,
  type WantRecord,
} from '../../../vmm/pool/records.ts';
import { canMove, stateRow, type VmState } from '../../../vmm/pool/states.ts';
import type { Commit, CommitAnswer, PoolEntries, PoolStore } from '../../../vmm/pool/store.ts';
import { overlaps } from '../../../vmm/pool/usage.ts';
import { confirmation, nodeChange } from '../../../vmm/pool/fence.ts';

export const MiB = 2 ** 20;
/** Milliseconds of a step. */
export const stepMs = 250;

const variant = variantData(variantNamed('ring32-v') as Variant);

export const plainWant: WantRecord = {
  ...usualWant,
  image: 'counter',
  variant,
  memory: MiB,
  tenant: 'tests',
};

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

type Mode = 'ok' | 'cut' | 'deaf' | 'slow';

/** What is sent over a line, and when it arrives or is given up. */
interface Held {
  readonly at: number;
  act(): void;
}

const giveUpMs = 3000;

/** A host's way to the store. It loses questions (cut), or answers (deaf), or has them wait (slow). */
class Line implements PoolStore {
  mode: Mode = 'ok';
  readonly #world: SimPool;
  #held: Held[] = [];

  constructor(world: SimPool) {
    this.#world = world;
  }

  /** Delivers what is due. */
  turn(): void {
    const due = this.#held.filter(({ at }) => at <= this.#world.now);
    this.#held = this.#held.filter(({ at }) => at > this.#world.now);
    for (const { act } of due) act();
  }

  #send<T>(ask: (told: (answer: T) => void) => void, nothing: T, told: (answer: T) => void): void {
    const { now } = this.#world;
    const later = (ms: number, act: () => void) => this.#held.push({ at: now + ms, act });
    if (this.mode === 'cut') later(giveUpMs, () => told(nothing));
    else if (this.mode === 'ok') ask(told);
    else if (this.mode === 'deaf') {
      ask(() => {});
      later(giveUpMs, () => told(nothing));
    } else {
      // It is done after its sender has given it up.
      later(giveUpMs, () => told(nothing));
      later(giveUpMs + 4 * stepMs, () => ask(() => {}));
    }
  }

  read(told: (entries: PoolEntries | undefined) => void): void {
    this.#send<PoolEntries | undefined>((answer) => this.#world.store.read(answer), undefined, told);
  }

  commit(commit: Commit, told: (answer: CommitAnswer) => void): void {
    this.#send<CommitAnswer>((answer) => this.#world.store.commit(commit, answer), 'unknown', told);
  }

  grant(ttlMs: number, told: (lease: string | undefined) => void): void {
    this.#send<string | undefined>((answer) => this.#world.store.grant(ttlMs, answer), undefined, told);
  }

  renew(lease: string, told: (isAlive: boolean | undefined) => void): void {
    this.#send<boolean | undefined>((answer) => this.#world.store.renew(lease, answer), undefined, told);
  }

  end(lease: string): void {
    this.#send<void>(
      () => this.#world.store.end(lease),
      undefined,
      () => {},
    );
  }

  watch(told: () => void): () => void {
    return this.#world.store.watch(told);
  }
}

/** A guest on a host: it has printed so many numbers. */
interface SimGuest {
  epoch: number;
  printed: number;
  isHeld: boolean;
  end: string | undefined;
  motion: LocalGuest['motion'];
  /** Milliseconds without work. */
  idle?: number;
  /** going: where to, how many turns of copying are left, and who is told. */
  going?: { readonly to: string; left: number; readonly done: Done; isDeciding: boolean };
}

export class SimHost implements LocalGuests {
  readonly address: string;
  readonly line: Line;
  readonly memory: number;
  agent: Agent;
  manager: Manager;
  isAlive = true;
  isPaused = false;
  /** It is paused when it has looked at its lease, before what was printed leaves. */
  pausesBeforeOutput = false;
  readonly guests = new Map<string, SimGuest>();
  readonly #world: SimPool;
  #lives = 0;

  constructor(world: SimPool, address: string, memory: number) {
    this.#world = world;
    this.address = address;
    this.memory = memory;
    this.line = new Line(world);
    [this.agent, this.manager] = this.#begin();
  }

  #begin(): [Agent, Manager] {
    const world = this.#world;
    const life = ++this.#lives;
    const wall = () => world.now;
    let instances = 0;
    const agent = new Agent({
      store: this.line,
      address: this.address,
      process: { pid: life, start: null, boot: null, machine: 'sim', namespace: null },
      offer: {
        variant,
        monitor: 'none',
        translateUser: false,
        memory: this.memory,
        cpu: 100,
        network: false,
      },
      clock: wall,
      wall,
      times: defaultLease,
      newInstance: () => `${this.address}-${life}-${++instances}`,
      guests: this,
    });
    const { member } = agent;
    const fence = world.fence.bind(world);
    return [agent, new Manager({ store: this.line, address: this.address, member, fence, wall })];
  }

  kill(): void {
    this.isAlive = false;
    this.isPaused = false;
    this.pausesBeforeOutput = false;
    this.guests.clear();
  }

  restart(): void {
    this.kill();
    this.isAlive = true;
    [this.agent, this.manager] = this.#begin();
  }

  /** The number of its process. */
  get life(): number {
    return this.#lives;
  }

  get mayRun(): boolean {
    return this.agent.mayRun || this.#world.weakness.unguarded === true;
  }

  step(): void {
    // A process that stood still goes on with its guests, before it looks at the store.
    for (const [guestName, guest] of this.guests) this.#run(guestName, guest);
    if (this.isPaused) return;
    this.line.turn();
    this.agent.turn(() => this.manager.turn(this.agent.view));
    for (const [guestName, guest] of this.guests) if (guest.going) this.#go(guestName, guest, guest.going);
  }

  #run(guestName: string, guest: SimGuest): void {
    const isStopped = guest.motion === 'coming' || guest.motion === 'gone' || guest.going?.left === 0;
    if (guest.isHeld || guest.end !== undefined || isStopped || !this.mayRun) return;
    if (this.pausesBeforeOutput) {
      // Its turn was made; the process stands still, and the look at the lease comes when it goes on.
      this.isPaused = true;
      this.pausesBeforeOutput = false;
      return;
    }
    guest.printed += 1;
    this.#world.keeps.set(`${this.address}/${guestName}`, guest.printed);
    this.#world.print(guestName, this.address, guest.epoch, guest.printed);
  }

  // ---- Migration ----

  #go(guestName: string, guest: SimGuest, going: NonNullable<SimGuest['going']>): void {
    const world = this.#world;
    const target = world.hosts.get(going.to);
    const isReached = target?.isAlive === true && !target.isPaused && !world.areApart(this, target);
    if (guest.motion === 'gone') {
      if (isReached && world.commits) target.take(guestName);
      if (isReached) this.guests.delete(guestName);
    } else if (going.isDeciding) return;
    else if (!isReached || target.guests.has(guestName)) this.#stay(guest, `${going.to} cannot take it`);
    else if (going.left > 0) going.left -= 1;
    else this.#prepareAt(target, guestName, guest, going);
  }

  #prepareAt(
    target: SimHost,
    guestName: string,
    guest: SimGuest,
    going: NonNullable<SimGuest['going']>,
  ): void {
    const world = this.#world;
    going.isDeciding = true;
    target.guests.set(guestName, { ...copyOf(guest), epoch: guest.epoch + 1, motion: 'coming' });
    world.keeps.set(`${target.address}/${guestName}`, guest.printed);
    const decided = (isDecided: boolean) => {
      if (this.guests.get(guestName) !== guest) return;
      if (isDecided) guest.motion = 'gone';
      else {
        this.#stay(guest, 'it was decided otherwise');
        if (!world.areApart(this, target) && target.guests.get(guestName)?.motion === 'coming')
          target.guests.delete(guestName);
      }
    };
    if (world.weakness.undecided !== true) this.agent.decide(guestName, going.to, decided);
    else {
      decided(true);
      target.take(guestName);
    }
  }

  #stay(guest: SimGuest, why: string): void {
    const { going } = guest;
    guest.motion = 'none';
    delete guest.going;
    going?.done(why);
  }

  // ---- LocalGuests ----

  here(): ReadonlyMap<string, LocalGuest> {
    return new Map([...this.guests].map(([key, guest]) => [key, { ...guest, steps: guest.printed }]));
  }

  prepare(guestName: string, _: WantRecord, { from }: VmRecord, done: Done): void {
    const world = this.#world;
    const printed =
      from === null
        ? 0
        : from.kind === 'saved'
          ? world.saved.get(`${guestName}/${from.epoch}`)
          : world.keeps.get(`${from.host}/${guestName}`);
    if (world.cannotStart.has(this.address)) done('it has no disk');
    else if (printed === undefined) done('there is no keep');
    else {
      world.keeps.set(`${this.address}/${guestName}`, printed);
      done();
    }
  }

  boot(guestName: string, want: WantRecord, vm: VmRecord, done: Done): void {
    const { keeps } = this.#world;
    const own = `${this.address}/${guestName}`;
    const printed = vm.from === null ? 0 : keeps.get(own);
    if (printed === undefined) {
      done('it was not prepared');
      return;
    }
    // Only who said so, or powered off, begins again.
    if (vm.from === null && (want.ha !== 'replay' || vm.history.some(({ state }) => state === 'OFF')))
      this.#world.startsAnew(guestName);
    keeps.set(own, printed);
    const isThere = this.guests.get(guestName)?.epoch === vm.epoch && vm.from !== null;
    if (!isThere)
      this.guests.set(guestName, { epoch: vm.epoch, printed, isHeld: false, end: undefined, motion: 'none' });
    done();
  }

  hold(guestName: string, isHeld: boolean): void {
    const guest = this.guests.get(guestName);
    if (guest) guest.isHeld = isHeld;
  }

  save(guestName: string, epoch: number, done: Done): void {
    const guest = this.guests.get(guestName);
    if (guest === undefined) {
      done('it is not here');
      return;
    }
    guest.isHeld = true;
    this.#world.saved.set(`${guestName}/${epoch}`, guest.printed);
    done();
  }

  migrate(guestName: string, { to }: MoveRecord, done: Done): void {
    const guest = this.guests.get(guestName);
    if (guest === undefined || guest.motion !== 'none') {
      done('it cannot move now');
      return;
    }
    guest.motion = 'going';
    guest.going = { to, left: 5, done, isDeciding: false };
  }

  cancel(guestName: string): void {
    const guest = this.guests.get(guestName);
    if (guest?.going && !guest.going.isDeciding) this.#stay(guest, 'it was called off');
  }

  take(guestName: string): void {
    const guest = this.guests.get(guestName);
    if (guest?.motion === 'coming') guest.motion = 'none';
  }

  drop(guestName: string): void {
    this.guests.delete(guestName);
  }
}

function copyOf({ epoch, printed, isHeld, end }: SimGuest): Omit<SimGuest, 'motion'> {
  return { epoch, printed, isHeld, end };
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
      const running = [...this.hosts.values()].filter((host) => isRunning(host, guest));
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

function isRunning({ isAlive, isPaused, mayRun, guests }: SimHost, guest: string): boolean {
  const found = guests.get(guest);
  return (
    isAlive && !isPaused && mayRun && found?.motion === 'none' && !found.isHeld && found.end === undefined
  );
}
