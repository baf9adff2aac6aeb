/**
 * Two hosts in one process and a cable between them that carries so many bytes a
 * millisecond, by a clock that is turned by hand: a migration as between two machines,
 * and the same every time. Nothing here needs Node: a page runs it, too.
 */
import type { HostedGuest } from '../vmm/hosting/hosted-guest.ts';
import { joined, sameBytes } from '../isa/machine/bytes.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { type Image, loadImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import { Interpreter } from '../isa/engines/interpreter/interpreter.ts';
import { finish, type Work } from '../isa/work.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { Host } from '../vmm/hosting/host.ts';
import { MemoryShelf } from '../vmm/hosting/keep/shelf.ts';
import type { Policy } from '../vmm/migration/policy.ts';
import type { MigrationSource } from '../vmm/migration/source.ts';
import type { Stage } from '../vmm/migration/stages.ts';
import type { Connection, ConnectionEvents } from '../vmm/wire/connection.ts';
import type { GuestSpec } from '../vmm/wire/messages.ts';
import { hmacSeal } from '../vmm/wire/seal.ts';

const variant = variantNamed('ring32-v') as Variant;

export interface Setting {
  readonly image: Image;
  /** Bytes of its memory. */
  readonly memory: number;
  /** How fast it is, and how fast the cable. */
  readonly stepsPerMs: number;
  readonly bytesPerMs: number;
}

/** One end of the cable. */
class End implements Connection {
  readonly peer: string;
  other: End | undefined;
  events: ConnectionEvents | undefined;
  /** What is on its way to the other end. */
  #going: Uint8Array = new Uint8Array();
  /** Bytes that came out at the other end. */
  carried = 0;
  #ends = false;

  constructor(peer: string) {
    this.peer = peer;
  }

  get backlog(): number {
    return this.#going.length;
  }

  listen(events: ConnectionEvents): void {
    this.events = events;
  }

  send(bytes: Uint8Array): void {
    this.#going = joined([this.#going, bytes]);
  }

  close(): void {
    this.#ends = true;
  }

  /** A millisecond passes. */
  carry(bytes: number): void {
    const chunk = this.#going.subarray(0, bytes);
    this.#going = this.#going.subarray(chunk.length);
    this.carried += chunk.length;
    if (chunk.length > 0) this.other?.events?.bytes(chunk);
    if (!this.#ends || this.#going.length > 0) return;
    this.#ends = false;
    this.other?.events?.ended('the other side closed the connection');
  }

  /** The cable is cut: what is on its way is lost, and this end's host is told. */
  cut(): void {
    this.#going = new Uint8Array();
    this.#ends = false;
    this.events?.ended('the cable was cut');
  }
}

const hostNames = ['A', 'B'] as const;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A stage that a side has come to. */
export interface StageTold {
  readonly side: 'source' | 'target';
  readonly stage: Stage;
  readonly at: number;
}

export class TwoHosts {
  now = 0;
  readonly hosts: { readonly A: Host; readonly B: Host };
  readonly told: StageTold[] = [];
  /** At every millisecond, which hosts gave the guest a turn. */
  readonly ran: string[] = [];
  readonly #setting: Setting;
  #ends: End[] = [];
  #later: (() => void)[] = [];
  #isCut = false;
  /** Bytes that connections carried that are over. */
  #carried = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.hosts = { A: this.#host('A:1'), B: this.#host('B:1') };
    this.hosts.A.start(specOf(setting), (guest) => {
      const { image } = setting;
      loadImage(image, guest.machine.memory.bytes);
      guest.machine.pc = image.entry;
    });
  }

  #host(address: string): Host {
    const tell = (side: StageTold['side'], stage: Stage) => {
      if (this.told.findLast((other) => other.side === side)?.stage !== stage)
        this.told.push({ side, stage, at: this.now });
    };
    return new Host({
      address,
      shelf: new MemoryShelf(),
      network: { dial: (_, done) => this.#later.push(() => this.#connect(address, done)) },
      key: new Uint8Array(32),
      sealMaker: hmacSeal,
      clock: () => this.now,
      machinery: { variant, monitor: 'none', engine: 'interpreter' },
      disks: {
        open: (name) => {
          throw new Error(`${name}: there are no disks here`);
        },
        create: () => '',
        remove: () => {},
      },
      capacity: 2 ** 26,
      patience: 10_000,
      events: {
        source: (source) => tell('source', source.stage),
        target: (target) => tell('target', target.stage),
      },
    });
  }

  /** A connection from A to B, or from B to A. */
  #connect(from: string, done: (connection: Connection | undefined, reason: string) => void): void {
    if (this.#isCut) {
      done(undefined, 'the cable is cut');
      return;
    }
    const [dialer, dialed] = from === 'A:1' ? (['A', 'B'] as const) : (['B', 'A'] as const);
    const [near, far] = [new End(`${dialed}:1`), new End(`${dialer}:1`)];
    near.other = far;
    far.other = near;
    this.#ends.push(near, far);
    this.hosts[dialed].accept(far);
    done(near, '');
  }

  /** Whether the cable is cut. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Cuts the cable: what is on its way is lost, and nobody can connect. */
  cut(): void {
    this.#isCut = true;
    const ends = this.#ends;
    this.#ends = [];
    this.#carried += sum(ends.map(({ carried }) => carried));
    for (const end of ends) end.cut();
  }

  /** Mends the cable: hosts can connect again. */
  mend(): void {
    this.#isCut = false;
  }

  /** Bytes that the cable has carried, and those that are on their way. */
  get traffic(): { readonly carried: number; readonly going: number } {
    return {
      carried: this.#carried + sum(this.#ends.map(({ carried }) => carried)),
      going: sum(this.#ends.map(({ backlog }) => backlog)),
    };
  }

  /**
   * Whose the guest is by what the hosts have written down: B's once A has written that it leaves. Every moment it is
   * exactly one's, whatever happens to the cable; throws an Error if it were not.
   */
  get owner(): 'A' | 'B' {
    const [a, b] = [this.hosts.A, this.hosts.B].map(({ register }) => register.get('guest')?.phase);
    const owners = [a === 'owned', a === 'leaving' || b === 'owned'];
    if (owners[0] === owners[1]) throw new Error(`the guest has no single owner: A ${a}, B ${b}`);
    return owners[0] ? 'A' : 'B';
  }

  /** A millisecond: the guest runs where it is, and the cable carries what it can. */
  step(): void {
    this.now += 1;
    for (const act of this.#later.splice(0)) act();
    this.ran.push(hostNames.filter((name) => this.#turn(name)).join(''));
    for (const end of this.#ends) end.carry(this.#setting.bytesPerMs);
  }

  /** Whether the guest made steps there. */
  #turn(name: 'A' | 'B'): boolean {
    const before = this.machine(name)?.steps;
    this.hosts[name].turn(this.#setting.stepsPerMs);
    return before !== undefined && this.machine(name)?.steps !== before;
  }

  /** The guest's machine on a host; undefined if that host has none. */
  machine(host: 'A' | 'B'): Machine | undefined {
    return this.hosts[host].slots.get('guest')?.guest.machine;
  }

  /** Sends the guest from A to B, and lets time pass until it is there, or the migration has failed. */
  migrate(policy: Policy): MigrationSource<HostedGuest> {
    return finish(this.migrating(policy));
  }

  /** The same as work that yields every millisecond. */
  *migrating(policy: Policy): Work<number, MigrationSource<HostedGuest>> {
    const source = this.hosts.A.send('guest', 'B:1', policy);
    while (source.state === 'under way' && this.now < 100_000) {
      this.step();
      yield this.now;
    }
    return source;
  }

  /** Lets so many milliseconds pass; yields every one of them. */
  *wait(ms: number): Work<number, void> {
    for (let n = 0; n < ms; n++) {
      this.step();
      yield this.now;
    }
  }

  /** Steps that the guest has made, wherever it is. */
  get steps(): number {
    return Math.max(...hostNames.map((name) => this.machine(name)?.steps ?? 0));
  }

  /** Milliseconds in which the guest ran nowhere. */
  get still(): number {
    return this.ran.filter((where) => where === '').length;
  }

  /** The most milliseconds on end in which it ran nowhere. */
  get longestPause(): number {
    let [pause, longest] = [0, 0];
    for (const where of this.ran) {
      pause = where === '' ? pause + 1 : 0;
      longest = Math.max(longest, pause);
    }
    return longest;
  }

  /** Whether the guest is, on the host whose it is, in the very state of one that never moved, at the same step. */
  isAsIfItHadStayed(): boolean {
    const { image, memory } = this.#setting;
    const moved = this.machine(this.owner);
    const stayed = new Machine({ memory, variant, console: new Console(() => {}) });
    loadImage(image, stayed.memory.bytes);
    stayed.pc = image.entry;
    new Interpreter(stayed).run(moved?.steps ?? 0);
    const [one, other] = [stayed, moved].map((machine) =>
      JSON.stringify({ ...machine?.save(), devices: null }),
    );
    return one === other && sameBytes(stayed.memory.bytes, moved?.memory.bytes ?? new Uint8Array());
  }
}

function specOf({ memory }: Setting): GuestSpec {
  const { name, unprivileged, cpuid } = variant;
  return {
    name: 'guest',
    variant: { name, unprivileged: [...unprivileged], cpuid },
    memory,
    sectors: 0,
    disk: null,
    diskIdentity: null,
    network: null,
    devices: ['console', 'disk', 'network'],
  };
}
