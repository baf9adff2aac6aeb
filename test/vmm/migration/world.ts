/**
 * Hosts in one process, joined by wires that deliver, damage or lose what a test says, and
 * a clock that the test moves. Everything happens in a known order, so that a fault can be
 * put at any stage and any byte.
 */
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import { type Image, loadImage } from '../../../isa/machine/image.ts';
import type { PortGroups } from '../../../vmm/network/vlan.ts';
import { variantNamed } from '../../../isa/table/variants.ts';
import { HostedGuest, type Machinery } from '../../../vmm/hosting/hosted-guest.ts';
import { Host, type HostEvents } from '../../../vmm/hosting/host.ts';
import type { LogLimits } from '../../../vmm/hosting/keep/console-log.ts';
import { GuestDisk } from '../../../vmm/hosting/keep/guest-disk.ts';
import { Register } from '../../../vmm/hosting/keep/register.ts';
import { MemoryShelf, type Shelf } from '../../../vmm/hosting/keep/shelf.ts';
import { DiskInUse, type Disks, type OpenDisk } from '../../../vmm/hosting/slot.ts';
import { type Policy, presets } from '../../../vmm/migration/policy.ts';
import type { MigrationSource } from '../../../vmm/migration/source.ts';
import type { MigrationTarget } from '../../../vmm/migration/target.ts';
import type { Connection, ConnectionEvents, Dialer } from '../../../vmm/wire/connection.ts';
import { gmac } from '../../../vmm/wire/node-seal.ts';
import type { GuestSpec } from '../../../vmm/wire/messages.ts';
import { decodeState } from '../../../vmm/snapshot/state.ts';
import { difference } from '../../property/lockstep.ts';

/** What becomes of a chunk on its way: the chunks that go on instead of it. */
export type Fault = (chunk: Uint8Array, from: string, to: string) => readonly Uint8Array[];

/** One end of a wire. */
class WireEnd implements Connection {
  readonly peer: string;
  readonly at: string;
  other: WireEnd | undefined;
  readonly #world: World;
  #events: ConnectionEvents | undefined;
  /** What is on its way to this end. */
  #coming: Uint8Array[] = [];
  #over = false;
  #endsWith: string | undefined;

  constructor(world: World, at: string, peer: string) {
    this.#world = world;
    this.at = at;
    this.peer = peer;
  }

  get backlog(): number {
    return this.other?.waiting ?? 0;
  }

  get waiting(): number {
    return this.#coming.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** How many chunks are on their way to this end. */
  get chunks(): number {
    return this.#coming.length;
  }

  listen(events: ConnectionEvents): void {
    this.#events = events;
  }

  send(bytes: Uint8Array): void {
    if (this.#over) return;
    const chunks = this.#world.fault?.(Uint8Array.from(bytes), this.at, this.peer) ?? [
      Uint8Array.from(bytes),
    ];
    this.other?.arrive(chunks);
  }

  arrive(chunks: readonly Uint8Array[]): void {
    if (!this.#over) this.#coming.push(...chunks);
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.other?.end('the other side closed the connection');
  }

  /** Ends after what is on its way. */
  end(reason: string): void {
    this.#endsWith ??= reason;
  }

  /** Is gone at once, with what was on its way. */
  cut(): void {
    this.#coming = [];
    this.end('the connection was cut');
    this.deliver(0);
  }

  /** This end's host is dead: nobody is told. */
  die(): void {
    this.#over = true;
    this.#coming = [];
  }

  deliver(most: number): void {
    for (let n = 0; n < most && !this.#over && this.#coming.length > 0; n++)
      this.#events?.bytes(this.#coming.shift() as Uint8Array);
    if (this.#over || this.#coming.length > 0 || this.#endsWith === undefined) return;
    this.#over = true;
    this.#events?.ended(this.#endsWith);
  }
}

export interface WorldOptions {
  readonly machinery?: Partial<Machinery>;
  /** Steps a guest gets each turn. */
  readonly steps?: number;
  readonly capacity?: number;
  /** The port groups of each host. */
  readonly groups?: Readonly<Record<string, PortGroups>>;
  readonly console?: LogLimits;
  readonly rebaseMs?: number;
  /** What else is told of a host's events. */
  readonly events?: (address: string) => Partial<HostEvents>;
}

export const patience = 200;

const plain: Machinery = {
  variant: variantNamed('ring32-v') as Machinery['variant'],
  monitor: 'none',
  engine: 'interpreter',
};

/** What a hand-over of a guest is compared with: the same guest, never moved. */
interface Oracle {
  readonly guest: HostedGuest;
  readonly printed: number[];
  readonly disk: MemoryDisk | undefined;
}

/** Thrown where a host's process dies: nothing of it runs after. */
export class Killed extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`${address} was killed`);
    this.address = address;
  }
}

/** A host's shelf that can kill the host before its n-th write, or after. */
class MortalShelf implements Shelf {
  readonly place = 'the shelf';
  readonly #shelf: MemoryShelf;
  readonly #before: (name: string) => void;
  readonly #later: (act: () => void) => void;

  /** `later` does something a turn later, if the host is alive then. */
  constructor(shelf: MemoryShelf, before: (name: string) => void, later: (act: () => void) => void) {
    this.#shelf = shelf;
    this.#before = before;
    this.#later = later;
  }

  list(): readonly string[] {
    return this.#shelf.list();
  }

  read(name: string): Uint8Array | undefined {
    return this.#shelf.read(name);
  }

  size(name: string): number {
    return this.#shelf.size(name);
  }

  readAt(name: string, at: number, into: Uint8Array): void {
    this.#shelf.readAt(name, at, into);
  }

  put(name: string, bytes: Uint8Array): void {
    this.#before(name);
    this.#shelf.put(name, bytes);
  }

  append(name: string, bytes: Uint8Array): void {
    this.#before(name);
    this.#shelf.append(name, bytes);
  }

  writeAt(name: string, at: number, bytes: Uint8Array): void {
    this.#before(name);
    this.#shelf.writeAt(name, at, bytes);
  }

  writeLater(name: string, at: number, bytes: Uint8Array, done: (error?: Error) => void): void {
    this.#later(() => {
      try {
        this.writeAt(name, at, bytes);
      } catch (error) {
        if (error instanceof Killed) throw error;
        done(error as Error);
        return;
      }
      done();
    });
  }

  remove(name: string): void {
    this.#before(name);
    this.#shelf.remove(name);
  }
}

export class World {
  now = 0;
  fault: Fault | undefined;
  /** Nothing is delivered while it holds. */
  stalled = false;
  readonly hosts = new Map<string, Host>();
  readonly shelves = new Map<string, MemoryShelf>();
  readonly disks = new Map<string, MemoryDisk>();
  /** What each guest has printed, wherever it was. */
  readonly printed = new Map<string, number[]>();
  /** Who has locked which disk. */
  readonly locks = new Map<
    string,
    { readonly address: string; readonly guest: string; readonly life: number }
  >();
  /** Disks that were made. */
  #copies = 0;
  /** How often each host was started. */
  readonly lives = new Map<string, number>();
  readonly notes: string[] = [];
  onSource: ((source: MigrationSource<HostedGuest>, host: string) => void) | undefined;
  onTarget: ((target: MigrationTarget<HostedGuest>, host: string) => void) | undefined;
  /** Asked before every write to a shelf. */
  onWrite: ((host: string, file: string) => void) | undefined;
  /** Who owns what, until a register is written. */
  readonly #owners = new Map<string, readonly string[]>();
  /** Done between two turns. */
  #later: (() => void)[] = [];
  /** Turns that a later write to a shelf takes. */
  writing = 1;
  /** Hosts that refuse every connection. */
  readonly deaf = new Set<string>();
  /** Hosts whose connections come to nothing, and nobody is told. */
  readonly unheard = new Set<string>();
  /** Every connection that was made. */
  readonly made: { readonly from: string; readonly to: string }[] = [];
  readonly #options: WorldOptions;
  readonly #machinery = new Map<string, Machinery>();
  #wires: (readonly [WireEnd, WireEnd])[] = [];
  #dials: (() => void)[] = [];
  readonly #oracles = new Map<string, Oracle>();

  constructor(options: WorldOptions = {}) {
    this.#options = options;
  }

  // ---- Hosts ----

  /** A host of that address, new or after its death. */
  host(address: string, machinery: Partial<Machinery> = {}): Host {
    const shelf = this.shelves.get(address) ?? new MemoryShelf();
    this.shelves.set(address, shelf);
    const whole = this.#machinery.get(address) ?? { ...plain, ...this.#options.machinery, ...machinery };
    this.#machinery.set(address, whole);
    this.lives.set(address, (this.lives.get(address) ?? 0) + 1);
    const host: Host = new Host({
      address,
      shelf: new MortalShelf(
        shelf,
        (file) => this.#writes(address, file),
        (act) => this.#after(this.writing, () => this.hosts.get(address) === host && this.#mortally(act)),
      ),
      network: this.#network(address),
      key: new Uint8Array(32).fill(7),
      sealMaker: gmac,
      clock: () => this.now,
      machinery: whole,
      disks: this.#disksOf(address),
      capacity: this.#options.capacity ?? 2 ** 24,
      patience,
      groups: this.#options.groups?.[address] ?? new Map(),
      ...(this.#options.rebaseMs ? { rebaseMs: this.#options.rebaseMs } : {}),
      ...(this.#options.console ? { console: this.#options.console } : {}),
      events: this.#events(address),
    });
    this.hosts.set(address, host);
    host.recover();
    return host;
  }

  #writes(address: string, file: string): void {
    this.onWrite?.(address, file);
    if (file.endsWith('.guest')) this.#owners.clear();
  }

  #events(address: string): Partial<HostEvents> {
    const others = this.#options.events?.(address);
    return {
      ...others,
      printed: (name, bytes) => this.printed.set(name, [...(this.printed.get(name) ?? []), ...bytes]),
      source: (source) => {
        others?.source?.(source);
        this.onSource?.(source, address);
      },
      target: (target) => this.onTarget?.(target, address),
      note: (text) => this.notes.push(`${address}: ${text}`),
    };
  }

  #disksOf(address: string): Disks {
    return {
      open: (name) => {
        const store = this.disks.get(name);
        if (store === undefined) throw new Error(`${name}: no such disk`);
        return { store, identity: name, ...this.#lockOf(address, name), close: () => {} };
      },
      create: (guest, sectors) => {
        this.#copies += 1;
        const name = `${address}/${guest}-${this.#copies}`;
        this.disks.set(name, new MemoryDisk(new Uint8Array(sectors * 512)));
        return name;
      },
      remove: (name) => this.disks.delete(name),
    };
  }

  /** The lock of a disk: that of a host that is dead is nobody's. */
  #lockOf(address: string, name: string): Pick<OpenDisk, 'lock' | 'unlock'> {
    return {
      lock: (guest) => {
        const owner = this.locks.get(name);
        if (owner && this.lives.get(owner.address) === owner.life)
          throw new DiskInUse(`its disk ${name} belongs to guest ${owner.guest} of ${owner.address}`);
        this.locks.set(name, { address, guest, life: this.lives.get(address) ?? 0 });
      },
      unlock: () => {
        if (this.locks.get(name)?.address === address) this.locks.delete(name);
      },
    };
  }

  /** The process of a host dies; what is on its shelf and disks stays. */
  kill(address: string): void {
    this.hosts.delete(address);
    this.lives.set(address, (this.lives.get(address) ?? 0) + 1);
    for (const [one, other] of this.#wires) {
      for (const [end, far] of [
        [one, other],
        [other, one],
      ] as const) {
        if (end.at !== address) continue;
        end.die();
        far.end('the connection was reset');
      }
    }
  }

  // ---- Wires ----

  #network(from: string): Dialer {
    return {
      dial: (to, done) =>
        this.#dials.push(() => {
          const host = this.hosts.get(to);
          if (!this.hosts.has(from) || this.unheard.has(to)) return;
          if (host === undefined || this.deaf.has(to)) {
            done(undefined, 'connection refused');
            return;
          }
          const [near, far] = [new WireEnd(this, from, to), new WireEnd(this, to, from)];
          near.other = far;
          far.other = near;
          this.#wires.push([near, far]);
          this.made.push({ from, to });
          host.accept(far);
          done(near, '');
        }),
    };
  }

  /** Cuts every connection, or those that a host made; what is on its way is lost. */
  cut(from?: string): void {
    const isCut = ([near]: readonly [WireEnd, WireEnd]) => from === undefined || near.at === from;
    const wires = this.#wires.filter(isCut);
    this.#wires = this.#wires.filter((wire) => !isCut(wire));
    for (const [one, other] of wires) {
      one.cut();
      other.cut();
    }
  }

  // ---- Time ----

  #after(turns: number, act: () => void): void {
    this.later(turns <= 1 ? act : () => this.#after(turns - 1, act));
  }

  /** Does something between two turns, as the outside world does. */
  later(act: () => void): void {
    this.#later.push(act);
  }

  /** A millisecond: a turn for every host, then deliveries. */
  step(deliveries = 8): void {
    this.now += 1;
    for (const act of this.#later.splice(0)) act();
    for (const host of this.hosts.values()) this.#mortally(() => host.turn(this.#options.steps ?? 50));
    if (this.stalled) return;
    for (const dial of this.#dials.splice(0)) this.#mortally(dial);
    // What is said now is heard in the next turn, whoever made the connection.
    const due = this.#wires.flat().map((end) => ({ end, count: Math.min(end.chunks, deliveries) }));
    for (const { end, count } of due) this.#mortally(() => end.deliver(count));
  }

  #mortally(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.kill(error.address);
    }
  }

  /** Steps until `done`, at most so often; returns whether it came. */
  until(done: () => boolean, most = 4000): boolean {
    for (let n = 0; n < most; n++) {
      if (done()) return true;
      this.step();
    }
    return done();
  }

  // ---- Guests ----

  /** Starts a guest on a host, and its oracle, which never moves. */
  start(
    address: string,
    name: string,
    image: Image,
    parts: {
      memory?: number;
      disk?: Uint8Array;
      input?: string;
      variant?: string;
      network?: Uint8Array;
    } = {},
  ): void {
    const { memory = 2 ** 17, disk, input = '' } = parts;
    const variant = variantNamed(parts.variant ?? 'ring32-v') as Machinery['variant'];
    const diskName = disk && `san/${name}`;
    if (disk && diskName) this.disks.set(diskName, new MemoryDisk(disk));
    const spec: GuestSpec = {
      name,
      variant: { name: variant.name, unprivileged: [...variant.unprivileged], cpuid: variant.cpuid },
      memory,
      sectors: disk ? Math.ceil(disk.length / 512) : 0,
      disk: diskName ?? null,
      diskIdentity: null,
      network: parts.network ?? null,
      devices: ['console', 'disk', 'network'],
    };
    const fill = (guest: HostedGuest) => {
      loadImage(image, guest.machine.memory.bytes);
      guest.machine.pc = image.entry;
      if (input !== '') guest.feed(new TextEncoder().encode(input));
    };
    (this.hosts.get(address) as Host).start(spec, fill);
    const copy = disk && new MemoryDisk(disk);
    const guest = new HostedGuest(spec, { ...plain, variant }, copy && new GuestDisk(copy));
    const printed: number[] = [];
    guest.onPrint = (bytes) => printed.push(...bytes);
    fill(guest);
    this.#oracles.set(name, { guest, printed, disk: copy });
  }

  /** Addresses of the hosts, alive or dead, whose registers say that the guest is theirs. */
  owners(name: string): readonly string[] {
    const known = this.#owners.get(name) ?? this.#readOwners(name);
    this.#owners.set(name, known);
    return known;
  }

  #readOwners(name: string): readonly string[] {
    const said = [...this.shelves].map(([address, shelf]) => ({
      address,
      entry: new Register(shelf).get(name),
    }));
    const owned = said.filter(({ entry }) => entry?.phase === 'owned').map(({ address }) => address);
    const leaving = said.filter(({ entry }) => entry?.phase === 'leaving');
    const decided = said.filter(
      ({ entry }) =>
        entry?.phase === 'prepared' && leaving.some((other) => other.entry?.migration === entry.migration),
    );
    return [...owned, ...decided.map(({ address }) => address)];
  }

  /** The guest as it runs on its one owner. */
  guest(name: string): HostedGuest {
    const [owner, ...others] = this.owners(name);
    if (owner === undefined || others.length > 0)
      throw new Error(`${name} is owned by ${this.owners(name).join(' and ') || 'nobody'}`);
    return this.hosts.get(owner)?.slots.get(name)?.guest as HostedGuest;
  }

  /** Whether the guest has not come yet to where it was compared last: it was killed since. */
  isBehind(name: string): boolean {
    return this.guest(name).machine.steps < (this.#oracles.get(name)?.guest.machine.steps ?? 0);
  }

  /** All that the log of a guest has, on its owner. */
  log(name: string): readonly number[] {
    const log = this.hosts.get(this.owners(name)[0] as string)?.slots.get(name)?.log;
    return [...(log?.read(0, Number.POSITIVE_INFINITY) ?? [])];
  }

  feed(name: string, text: string): void {
    const guest = this.guest(name);
    const oracle = this.#oracles.get(name) as Oracle;
    oracle.guest.run(guest.machine.steps);
    const bytes = new TextEncoder().encode(text);
    this.#mortally(() => {
      guest.feed(bytes);
      // A host that dies before it has noted the input dies before the guest gets it.
      oracle.guest.feed(bytes);
    });
  }

  /** The first difference between the guest and one that never moved, at the same step; undefined = none. */
  difference(name: string): string | undefined {
    const guest = this.guest(name);
    const oracle = this.#oracles.get(name) as Oracle;
    const { steps } = guest.machine;
    // A guest that has stopped has tried one step more.
    oracle.guest.run(decodeState(guest.save()).stop === null ? steps : steps + 1);
    const found = difference(oracle.guest.machine, guest.machine);
    if (found !== undefined) return `at step ${guest.machine.steps}: ${found}`;
    const state = [oracle.guest, guest].map((one) => Buffer.from(one.save()).toString('hex'));
    if (state[0] !== state[1]) return `at step ${guest.machine.steps}: their devices differ`;
    const printed = this.printed.get(name) ?? [];
    if (printed.join() !== oracle.printed.join())
      return `printed ${text(printed)} and, never moved, ${text(oracle.printed)}`;
    const log = this.log(name);
    if (log.join() !== printed.join()) return `its log has ${text(log)}, and it printed ${text(printed)}`;
    const disk = guest.spec.disk === null ? undefined : this.disks.get(guest.spec.disk);
    if (disk && oracle.disk && Buffer.compare(disk.bytes, oracle.disk.bytes) !== 0)
      return 'their disks differ';
    return undefined;
  }
}

function text(bytes: readonly number[]): string {
  return JSON.stringify(Buffer.from(bytes).toString('latin1'));
}

/** Policies by name, with the numbers small enough for a small guest. */
export const policies: Readonly<Record<string, Policy>> = {
  'pre-copy': { ...presets.ringlab, few: 2, downtimeMs: null, rounds: 6 },
  'many rounds': {
    ...presets.ringlab,
    few: -1,
    downtimeMs: null,
    rounds: 16,
    factor: 100,
    whileShrinking: false,
  },
  xen: { ...presets.xen, few: 2, rounds: 6, rate: { least: 2e6, most: 8e6, step: 1e6 } },
  'auto-converge': { ...presets.ringlab, few: 2, downtimeMs: null, rounds: 12, autoConverge: true },
  cold: { ...presets.ringlab, mode: 'cold' },
  'cold with storage': { ...presets.ringlab, mode: 'cold', withStorage: true },
  'with storage': { ...presets.ringlab, few: 2, downtimeMs: null, rounds: 6, withStorage: true },
  'post-copy': { ...presets.ringlab, mode: 'post-copy' },
};
