/**
 * A rack of hosts in one process, by a clock that is turned by hand: the agents, the manager and the store of vmm/pool, and
 * machines that only count, one number a step. So a number that is missing, or counted twice, is seen at once. Hosts can
 * be killed, stopped and cut off from the store. Nothing here needs Node: a page runs it, too.
 */
import { type Variant, variantData, variantNamed } from '../isa/table/variants.ts';
import { Agent, type Done, type LocalGuest, type LocalGuests } from '../vmm/pool/agent.ts';
import { nodeChange } from '../vmm/pool/fence.ts';
import { Manager } from '../vmm/pool/manager.ts';
import { defaultLease } from '../vmm/pool/membership.ts';
import { MemoryStore } from '../vmm/pool/memory-store.ts';
import {
  json,
  type MoveRecord,
  newNode,
  newVm,
  PoolView,
  usualWant,
  type VmRecord,
  type WantRecord,
} from '../vmm/pool/records.ts';
import type { Commit, CommitAnswer, PoolEntries, PoolStore } from '../vmm/pool/store.ts';

const MiB = 2 ** 20;
/** Milliseconds of a step. */
export const stepMs = 250;
/** Milliseconds after which a host gives up a question that the store does not answer. */
const giveUpMs = 3000;
/** Steps that a machine takes to be copied. */
const copySteps = 12;

/** What a pool would do without one of its defences. */
export interface Mistakes {
  /** Hosts run their machines whether their lease holds or not. */
  readonly withoutLease?: boolean;
  /** A host that is lost is taken for dead. */
  readonly withoutFence?: boolean;
}

/** What was done to a host. */
export type HostCondition = 'runs' | 'cut off' | 'stands still' | 'is dead';

/** A number that two hosts have counted, or one has counted twice. */
export interface Twice {
  readonly name: string;
  readonly number: number;
  readonly hosts: readonly [string, string];
}

/** A host's way to the store, which can be cut: then no answer comes. */
class CutLine implements PoolStore {
  isCut = false;
  readonly #store: MemoryStore;
  readonly #clock: () => number;
  #waiting: { readonly at: number; readonly tell: () => void }[] = [];

  constructor(store: MemoryStore, clock: () => number) {
    this.#store = store;
    this.#clock = clock;
  }

  turn(): void {
    const due = this.#waiting.filter(({ at }) => at <= this.#clock());
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#clock());
    for (const { tell } of due) tell();
  }

  #send(ask: () => void, giveUp: () => void): void {
    if (this.isCut) this.#waiting.push({ at: this.#clock() + giveUpMs, tell: giveUp });
    else ask();
  }

  read(told: (entries: PoolEntries | undefined) => void): void {
    this.#send(
      () => this.#store.read(told),
      () => told(undefined),
    );
  }

  commit(commit: Commit, told: (answer: CommitAnswer) => void): void {
    this.#send(
      () => this.#store.commit(commit, told),
      () => told('unknown'),
    );
  }

  grant(ttlMs: number, told: (lease: string | undefined) => void): void {
    this.#send(
      () => this.#store.grant(ttlMs, told),
      () => told(undefined),
    );
  }

  renew(lease: string, told: (isAlive: boolean | undefined) => void): void {
    this.#send(
      () => this.#store.renew(lease, told),
      () => told(undefined),
    );
  }

  end(lease: string): void {
    this.#send(
      () => this.#store.end(lease),
      () => {},
    );
  }

  watch(told: () => void): () => void {
    return this.#store.watch(told);
  }
}

/** A machine on a host: it has counted so far. */
interface Counter {
  epoch: number;
  count: number;
  isHeld: boolean;
  motion: LocalGuest['motion'];
  /** Where it goes, and how many steps of copying are left. */
  going?: { readonly to: string; left: number; isDeciding: boolean; readonly done: Done };
}

export class RackedHost implements LocalGuests {
  readonly address: string;
  readonly line: CutLine;
  readonly counters = new Map<string, Counter>();
  condition: HostCondition = 'runs';
  agent: Agent;
  readonly #rack: SimulatedRack;
  #manager: Manager;
  #life = 0;

  constructor(rack: SimulatedRack, address: string) {
    this.#rack = rack;
    this.address = address;
    this.line = new CutLine(rack.store, () => rack.now);
    [this.agent, this.#manager] = this.#begin();
  }

  #begin(): [Agent, Manager] {
    const { memory } = this.#rack;
    const wall = () => this.#rack.now;
    const life = ++this.#life;
    let instances = 0;
    const common = { store: this.line, address: this.address, wall };
    const agent = new Agent({
      ...common,
      process: { pid: life, start: null, boot: null, machine: 'rack', namespace: null },
      offer: { variant: ring32v, monitor: 'none', translateUser: false, memory, cpu: 100, network: false },
      clock: wall,
      times: defaultLease,
      newInstance: () => `${this.address} ${life}.${++instances}`,
      guests: this,
    });
    const fence = this.#rack.fence.bind(this.#rack);
    return [agent, new Manager({ ...common, member: agent.member, fence })];
  }

  /** The number of its process. */
  get life(): number {
    return this.#life;
  }

  get mayRun(): boolean {
    return this.agent.mayRun || this.#rack.mistakes.withoutLease === true;
  }

  die(): void {
    this.condition = 'is dead';
    this.counters.clear();
  }

  /** A new life. */
  restart(): void {
    this.die();
    this.condition = 'runs';
    this.line.isCut = false;
    [this.agent, this.#manager] = this.#begin();
  }

  step(): void {
    if (this.condition === 'is dead' || this.condition === 'stands still') return;
    for (const [name, counter] of this.counters) if (this.runs(counter)) this.#count(name, counter);
    this.line.turn();
    this.agent.turn(() => this.#manager.turn(this.agent.view));
    for (const [name, counter] of this.counters)
      if (counter.going !== undefined) this.#go(name, counter, counter.going);
  }

  /** Whether it counts here now. */
  runs({ isHeld, motion, going }: Counter): boolean {
    const isStill = isHeld || motion === 'coming' || motion === 'gone' || going?.left === 0;
    return !isStill && this.mayRun && this.condition !== 'stands still';
  }

  #count(name: string, counter: Counter): void {
    counter.count += 1;
    this.#rack.keeps.set(`${this.address}/${name}`, counter.count);
    this.#rack.counted(name, this.address, counter.count);
  }

  // ---- Moving ----

  #go(name: string, counter: Counter, going: NonNullable<Counter['going']>): void {
    const target = this.#rack.hosts.get(going.to);
    if (counter.motion === 'gone' || going.isDeciding) return;
    if (target?.condition !== 'runs' || target.counters.has(name))
      this.#stay(counter, `${going.to} cannot take it`);
    else if (going.left > 0) going.left -= 1;
    else {
      going.isDeciding = true;
      const { count, isHeld, epoch } = counter;
      target.counters.set(name, { count, isHeld, epoch: epoch + 1, motion: 'coming' });
      this.#rack.keeps.set(`${target.address}/${name}`, count);
      this.agent.decide(name, going.to, (isDecided) => {
        if (isDecided) this.counters.delete(name);
        else {
          if (target.counters.get(name)?.motion === 'coming') target.counters.delete(name);
          this.#stay(counter, 'it was decided otherwise');
        }
      });
    }
  }

  #stay(counter: Counter, why: string): void {
    const { going } = counter;
    counter.motion = 'none';
    delete counter.going;
    going?.done(why);
  }

  // ---- What the agent asks of its host ----

  here(): ReadonlyMap<string, LocalGuest> {
    return new Map(
      [...this.counters].map(([name, { epoch, isHeld, motion, count }]) => [
        name,
        { epoch, isHeld, motion, end: undefined, steps: count },
      ]),
    );
  }

  prepare(name: string, _: WantRecord, { from }: VmRecord, done: Done): void {
    const stored =
      from === null
        ? 0
        : this.#rack.keeps.get(
            from.kind === 'saved' ? `saved/${name}/${from.epoch}` : `${from.host}/${name}`,
          );
    if (stored !== undefined) this.#rack.keeps.set(`${this.address}/${name}`, stored);
    done(stored === undefined ? 'nothing is stored of it' : undefined);
  }

  boot(name: string, _: WantRecord, { epoch }: VmRecord, done: Done): void {
    const count = this.#rack.keeps.get(`${this.address}/${name}`) ?? 0;
    if (this.counters.get(name)?.epoch !== epoch)
      this.counters.set(name, { epoch, count, isHeld: false, motion: 'none' });
    done();
  }

  hold(name: string, isHeld: boolean): void {
    const counter = this.counters.get(name);
    if (counter !== undefined) counter.isHeld = isHeld;
  }

  save(name: string, epoch: number, done: Done): void {
    this.hold(name, true);
    this.#rack.keeps.set(`saved/${name}/${epoch}`, this.counters.get(name)?.count ?? 0);
    done();
  }

  migrate(name: string, { to }: MoveRecord, done: Done): void {
    const counter = this.counters.get(name);
    if (counter?.motion !== 'none') done('it cannot move now');
    else {
      counter.motion = 'going';
      counter.going = { to, left: copySteps, isDeciding: false, done };
    }
  }

  cancel(name: string): void {
    const counter = this.counters.get(name);
    if (counter?.going?.isDeciding === false) this.#stay(counter, 'it was called off');
  }

  take(name: string): void {
    const counter = this.counters.get(name);
    if (counter?.motion === 'coming') counter.motion = 'none';
  }

  drop(name: string): void {
    this.counters.delete(name);
  }
}

const ring32v = variantData(variantNamed('ring32-v') as Variant);

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
