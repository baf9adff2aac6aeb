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
    if (chunk.length > 0) this.other?.events?.bytes(chunk);
    if (!this.#ends || this.#going.length > 0) return;
    this.#ends = false;
    this.other?.events?.ended('the other side closed the connection');
  }
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
  readonly #ends: End[] = [];
  #later: (() => void)[] = [];

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
      network: { dial: (_, done) => this.#later.push(() => this.#connect(done)) },
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

  /** A cable from A to B. */
  #connect(done: (connection: Connection, reason: string) => void): void {
    const [near, far] = [new End('B:1'), new End('A:1')];
    near.other = far;
    far.other = near;
    this.#ends.push(near, far);
    this.hosts.B.accept(far);
    done(near, '');
  }

  /** A millisecond: the guest runs where it is, and the cable carries what it can. */
  step(): void {
    this.now += 1;
    for (const act of this.#later.splice(0)) act();
    const ran = Object.entries(this.hosts).filter(([, host]) => this.#turn(host));
    this.ran.push(ran.map(([name]) => name).join(''));
    for (const end of this.#ends) end.carry(this.#setting.bytesPerMs);
  }

  /** Whether the guest made steps there. */
  #turn(host: Host): boolean {
    const before = this.#machine(host)?.steps;
    host.turn(this.#setting.stepsPerMs);
    return before !== undefined && this.#machine(host)?.steps !== before;
  }

  #machine(host: Host): Machine | undefined {
    return host.slots.get('guest')?.guest.machine;
  }

  /** Sends the guest from A to B, and lets time pass until it is there. */
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
    return Math.max(...Object.values(this.hosts).map((host) => this.#machine(host)?.steps ?? 0));
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

  /** Whether the guest on B is in the very state of one that never moved, at the same step. */
  isAsIfItHadStayed(): boolean {
    const { image, memory } = this.#setting;
    const moved = this.#machine(this.hosts.B);
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
