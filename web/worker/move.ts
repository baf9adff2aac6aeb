/** Requests about live migration: two hosts and a cable between them, which live in the worker and go by a clock of their own. */
import { assemble } from '../../assembler/index.ts';
import { TwoHosts } from '../../examples/hosts.ts';
import { sameBytes } from '../../isa/machine/bytes.ts';
import { DirtyLog } from '../../isa/machine/dirty-log.ts';
import { readImage } from '../../isa/machine/image.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import type { HostedGuest } from '../../vmm/hosting/hosted-guest.ts';
import { type Policy, presets, type Round } from '../../vmm/migration/policy.ts';
import type { MigrationSource } from '../../vmm/migration/source.ts';
import type { Stage } from '../../vmm/migration/stages.ts';
import type { Desk } from './desk.ts';
import type { Handlers } from './protocol.ts';
import { memoryFor } from './scenario.ts';

/** How a guest can be moved. */
export type Way = 'pre-copy' | 'auto-converge' | 'post-copy' | 'cold';

export type HostName = 'A' | 'B';

/** What is moved, how fast it is, and how. */
export interface MoveSetting {
  /** The main file's path in the library, and its text. */
  readonly guest: string;
  readonly text: string;
  readonly way: Way;
  /** Steps that the guest makes in a millisecond, and bytes that the cable carries. */
  readonly stepsPerMs: number;
  readonly bytesPerMs: number;
}

/** What a host has of the guest. */
export interface HostFrame {
  /** What the host has written down: prepared, leaving, owned; undefined: nothing. */
  readonly phase: string | undefined;
  /** Steps that the guest has made; undefined: no memory is set aside for it here. */
  readonly steps: number | undefined;
  /** Whether it ran here in the last millisecond. */
  readonly runs: boolean;
  /**
   * A letter for each page. Where the guest runs: `w` written since the last frame, `=` not. On the other host: `=` as where it
   * runs, `x` other than there. Empty: no memory is set aside here.
   */
  readonly pages: string;
}

/** The migration under way, or the last one. Times are by the clock, in milliseconds. */
export interface Migration {
  /** The host that the guest leaves. */
  readonly from: HostName;
  readonly state: 'under way' | 'failed' | 'moved';
  /** Why it was stopped for good, or failed. */
  readonly reason: string;
  readonly began: number;
  readonly rounds: readonly Round[];
  /** Pages that were sent of the round under way; of the last one when the guest stands still. */
  readonly sending: number;
  readonly stoppedAt: number | undefined;
  readonly activatedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Part of its time that the guest is denied. */
  readonly throttle: number;
  /** Stages that both sides have come to. */
  readonly told: readonly {
    readonly side: 'source' | 'target';
    readonly stage: Stage;
    readonly at: number;
  }[];
}

export interface MoveFrame {
  /** Milliseconds since the guest began. */
  readonly now: number;
  readonly owner: HostName;
  readonly hosts: Readonly<Record<HostName, HostFrame>>;
  readonly isCut: boolean;
  /** Bytes that the cable has carried, and that are on their way. */
  readonly carried: number;
  readonly going: number;
  /** Pages of the guest's memory. */
  readonly pages: number;
  readonly migration: Migration | undefined;
  /** A letter for each millisecond since the migration began: where the guest ran, `-` for nowhere, `2` for both. */
  readonly ran: string;
  /** When the migration ended, the guest was compared with one that never moved: at which of its steps, and whether it was the same. */
  readonly check: { readonly step: number; readonly isSame: boolean } | undefined;
}

export type MoveAct = 'send' | 'cut' | 'mend';

export interface MoveRequests {
  /** Two hosts, of which A runs the guest. Fails when the program has errors or does not fit. */
  'move-begin': { ask: MoveSetting; answer: MoveFrame };
  /** Milliseconds pass. */
  'move-run': { ask: { milliseconds: number }; answer: MoveFrame };
  /** Sends the guest to the other host, cuts the cable, or mends it. */
  'move-act': { ask: { act: MoveAct }; answer: MoveFrame };
}

const policies: Readonly<Record<Way, Policy>> = {
  'pre-copy': { ...presets.ringlab, few: 8, downtimeMs: null },
  'auto-converge': { ...presets.ringlab, few: 4, factor: 20, downtimeMs: null, autoConverge: true },
  'post-copy': { ...presets.ringlab, mode: 'post-copy' },
  cold: { ...presets.ringlab, mode: 'cold' },
};

/** Bytes of memory: few, so that each page can be drawn. */
const usualMemory = 2 ** 20;
/** Milliseconds for which the guest runs before anything is shown. */
const before = 100;

/** Two hosts, and what is known of the migration. */
class Moving {
  readonly #world: TwoHosts;
  readonly #way: Way;
  #source: MigrationSource<HostedGuest> | undefined;
  #from: HostName = 'A';
  /** When the migration began, and how many stages had been told before. */
  #began = 0;
  #toldBefore = 0;
  #check: MoveFrame['check'];
  #written: { readonly machine: Machine; readonly log: DirtyLog } | undefined;

  constructor({ guest, text, way, stepsPerMs, bytesPerMs }: MoveSetting, readFile: Desk['readFile']) {
    const image = readImage(assemble([{ name: guest, text }], { readFile }).elf);
    const fits = image.segments.every(({ address, size }) => address + size <= usualMemory);
    const memory = fits ? usualMemory : memoryFor(image);
    this.#world = new TwoHosts({ image, memory, stepsPerMs, bytesPerMs });
    this.#way = way;
    this.run(before);
  }

  run(milliseconds: number): void {
    for (let n = 0; n < milliseconds; n++) this.#world.step();
    if (this.#source === undefined || this.#source.state === 'under way') return;
    this.#check ??= { step: this.#world.steps, isSame: this.#world.isAsIfItHadStayed() };
  }

  act(act: MoveAct): void {
    if (act === 'cut') this.#world.cut();
    else if (act === 'mend') this.#world.mend();
    else this.#send();
  }

  #send(): void {
    const world = this.#world;
    this.#check = undefined;
    this.#began = world.now;
    this.#toldBefore = world.told.length;
    this.#from = world.owner;
    const to = this.#from === 'A' ? 'B' : 'A';
    this.#source = world.hosts[this.#from].send('guest', `${to}:1`, policies[this.#way]);
  }

  frame(): MoveFrame {
    const { now, owner, isCut, ran, traffic } = this.#world;
    return {
      now,
      owner,
      hosts: this.#hosts(),
      isCut,
      ...traffic,
      pages: (this.#world.machine(owner)?.memory.size ?? 0) / PAGE,
      migration: this.#source && this.#migration(this.#source),
      ran: this.#source === undefined ? '' : ran.slice(this.#began).map(letterOf).join(''),
      check: this.#check,
    };
  }

  #migration(source: MigrationSource<HostedGuest>): Migration {
    const { state, reason, rounds, round, stoppedAt, activatedAt, endedAt, throttle } = source;
    return {
      from: this.#from,
      state,
      reason,
      began: this.#began,
      rounds: [...rounds],
      sending: round.sent,
      stoppedAt,
      activatedAt,
      endedAt,
      throttle,
      told: this.#world.told.slice(this.#toldBefore),
    };
  }

  #hosts(): MoveFrame['hosts'] {
    const world = this.#world;
    const last = world.ran.at(-1) ?? '';
    const pages = this.#pages(world.owner);
    const of = (name: HostName): HostFrame => ({
      phase: world.hosts[name].register.get('guest')?.phase,
      steps: world.machine(name)?.steps,
      runs: last.includes(name),
      pages: pages[name],
    });
    return { A: of('A'), B: of('B') };
  }

  /** The letters of both hosts' pages; the guest is where its owner is. */
  #pages(owner: HostName): Record<HostName, string> {
    const other = owner === 'A' ? 'B' : 'A';
    const [here, there] = [this.#world.machine(owner), this.#world.machine(other)];
    if (here === undefined) return { A: '', B: '' };
    if (this.#written?.machine !== here) this.#written = { machine: here, log: new DirtyLog(here.memory) };
    const written = new Set(this.#written.log.take());
    const numbers = Array.from({ length: here.memory.size / PAGE }, (_, n) => n);
    const page = ({ memory }: Machine, n: number) => memory.bytes.subarray(n * PAGE, (n + 1) * PAGE);
    const compared = there && numbers.map((n) => (sameBytes(page(here, n), page(there, n)) ? '=' : 'x'));
    const own = numbers.map((n) => (written.has(n) ? 'w' : '=')).join('');
    const others = compared?.join('') ?? '';
    return owner === 'A' ? { A: own, B: others } : { A: others, B: own };
  }
}

function letterOf(where: string): string {
  return where.length > 1 ? '2' : where || '-';
}

const worlds = new WeakMap<Desk, Moving>();

function moving(desk: Desk): Moving {
  const found = worlds.get(desk);
  if (found === undefined) throw new Error('no hosts are there yet');
  return found;
}

export const moveHandlers: Handlers<MoveRequests> = {
  'move-begin': (setting, desk) => {
    const begun = new Moving(setting, desk.readFile);
    worlds.set(desk, begun);
    return begun.frame();
  },
  'move-run': ({ milliseconds }, desk) => {
    moving(desk).run(milliseconds);
    return moving(desk).frame();
  },
  'move-act': ({ act }, desk) => {
    moving(desk).act(act);
    return moving(desk).frame();
  },
};
