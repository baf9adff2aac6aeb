/** A guest's slot on a host: the guest, its keep, what the register says of it, its disk, and its turns. */
import type { Stop } from '../../isa/machine/stop.ts';
import type { DiskStore } from '../../isa/machine/devices/disk.ts';
import { HostedGuest, type Machinery } from './hosted-guest.ts';
import { GuestDisk } from './keep/guest-disk.ts';
import { ConsoleLog, type LogLimits } from './keep/console-log.ts';
import { Keep } from './keep/keep.ts';
import type { Registered } from './keep/register.ts';
import type { Shelf } from './keep/shelf.ts';
import { isStorageError, troubleOf } from './keep/trouble.ts';
import type { MigrationTarget } from '../migration/target.ts';
import type { GuestSpec } from '../wire/messages.ts';

/** A disk that is open. */
export interface OpenDisk {
  readonly store: DiskStore;
  /** What tells it from another disk of the same name. */
  readonly identity: string;
  /** Claims it for the guest that runs here. Throws DiskInUse while somebody else has it. */
  lock(guest: string): void;
  /** Lets go of it, for the host that the guest has gone to. Nothing happens when it is not locked here. */
  unlock(): void;
  close(): void;
}

/** A disk that another guest writes to, or that cannot be locked; the message says whose it is. */
export class DiskInUse extends Error {
  override readonly name = 'DiskInUse';
  /** As the system's errors have it: the guest waits (keep/trouble.ts). */
  readonly syscall = 'lock';
}

/** The disks that a host can reach. */
export interface Disks {
  /** Opens a disk by its name. Throws an Error that says why not. */
  open(name: string): OpenDisk;
  /** Makes a disk for `guest` and returns its name. */
  create(guest: string, sectors: number): string;
  remove(name: string): void;
}

/** Milliseconds until what could not be stored is tried again. */
const retryMs = 200;

/** Most steps of a turn while memory is fetched: each is looked at before it is made. */
const fetchingSteps = 1000;

export interface SlotOptions {
  readonly spec: GuestSpec;
  readonly machinery: Machinery;
  readonly disks: Disks;
  readonly shelf: Shelf;
  /** Name of the keep. */
  readonly keep: string;
  readonly logLimits: LogLimits;
  readonly onPrint: (name: string, bytes: Uint8Array) => void;
}

export class Slot {
  readonly guest: HostedGuest;
  keep: Keep;
  readonly log: ConsoleLog;
  readonly #shelf: Shelf;
  readonly #disks: Disks;
  readonly #disk: OpenDisk | undefined;
  /** What the register says; undefined = nothing yet. */
  entry: Registered | undefined;
  /** Post-copy's fetching side, while it fetches. */
  fetching: MigrationTarget<HostedGuest> | undefined;
  /** How its last turn ended. */
  stop: Stop | undefined;
  /** Why it stands still although it could run: what could not be stored, and what to do. */
  trouble: string | undefined;
  /** Somebody has deleted files of it, it seems. */
  isGone = false;
  /** When it is tried again, by the host's clock. */
  #retryAt = 0;
  /** Milliseconds, by the host's clock, that it has run since its keep's base. */
  ran = 0;
  /** Milliseconds that it took to take the base anew, the last time: of its own time, and from beginning to end. */
  readonly rebase = { cost: 0, took: 0 };
  #lastTurn: number | undefined;
  #isLocked = false;
  #isClosed = false;
  /** Turns that it is owed, while it is slowed down. */
  #credit = 0;

  /** Throws an Error when the disk cannot be opened or is another one, RangeError for a machine that cannot be. */
  constructor({ spec, machinery, disks, shelf, keep, logLimits, onPrint }: SlotOptions) {
    this.#disks = disks;
    this.#disk = spec.disk === null ? undefined : disks.open(spec.disk);
    try {
      checkDisk(spec, this.#disk);
      const disk = this.#disk && new GuestDisk(this.#disk.store);
      this.guest = new HostedGuest(spec, machinery, disk);
    } catch (error) {
      this.#disk?.close();
      throw error;
    }
    this.#shelf = shelf;
    this.keep = new Keep(shelf, keep);
    this.log = new ConsoleLog(shelf, spec.name, logLimits);
    this.guest.log = this.log;
    this.guest.onPrint = (bytes) => onPrint(spec.name, bytes);
  }

  /** How it has ended, in words; undefined = it has not. */
  get end(): string | undefined {
    switch (this.stop?.kind) {
      case 'power':
        return `ended with status ${this.stop.status & 0xff}`;
      case 'unhandled':
        return `stopped by a trap that nobody handles (TVEC is 0): cause ${this.stop.cause}, value ${this.stop.value >>> 0}`;
      case 'forever':
        return 'waits for an interrupt that can never come';
      default:
        return undefined;
    }
  }

  /** Where it was handed over to; null = nowhere. */
  get goneTo(): string | null {
    return this.entry?.phase === 'leaving' ? this.entry.peer : null;
  }

  get name(): string {
    return this.guest.spec.name;
  }

  /** Bytes that it has printed since the base of its keep. */
  get #printedSinceBase(): number {
    return this.log.end - (this.entry?.printed ?? 0);
  }

  /** What tells its disk from another of the same name; null = it has none. */
  get diskIdentity(): string | null {
    return this.#disk?.identity ?? null;
  }

  /** Goes on from the keep, of which all units are there or only those. */
  recover(units?: readonly number[]): void {
    if (this.entry?.phase === 'owned') this.lockDisk();
    this.#load(units);
    this.guest.recover(this.keep, this.#printedSinceBase);
  }

  /**
   * Makes memory what it was at a step, for a guest that is another host's by now. The disk
   * is that host's too and may have changed: a guest with a disk is saved as it is at that
   * step (`save`), and repeats nothing.
   */
  repeat(step: number): void {
    this.#load();
    this.guest.repeat(this.keep, this.#printedSinceBase);
    this.guest.run(step);
  }

  /** A new keep with the present state as its base. Throws the system's error. */
  save(folder: string): Keep {
    const keep = new Keep(this.#shelf, folder);
    this.guest.saveTo(keep);
    return keep;
  }

  /** Notes everything from here on in `keep`, whose base is the present state. */
  use(keep: Keep): void {
    this.keep = keep;
    this.guest.keepIn(keep);
    this.ran = 0;
  }

  /** Whether it is time to try again what could not be stored. */
  mayRetry(now: number): boolean {
    return now >= this.#retryAt;
  }

  #load(units?: readonly number[]): void {
    const memory = this.guest.units(false);
    for (const unit of units ?? Array.from({ length: memory.pages }, (_, n) => n))
      if (unit < memory.pages) memory.write(unit, this.keep.readUnit(unit));
  }

  /** Whether it waits in `hlt` while it is on a network. */
  get sleeps(): boolean {
    return this.guest.spec.network !== null && this.guest.machine.waiting;
  }

  /** Gives the guest `steps` more steps, less the part that it is denied. What cannot be stored has it stand still. */
  turn(steps: number, throttle: number, now: number): void {
    if (!this.mayRetry(now)) return;
    const hasRun = this.stop === undefined || this.stop.kind === 'limit';
    if (hasRun && !this.sleeps) this.ran += now - (this.#lastTurn ?? now);
    this.#lastTurn = now;
    this.#credit = Math.min(1, this.#credit + 1 - throttle);
    if (this.#credit < 1) return;
    this.#credit = 0;
    try {
      this.lockDisk();
      this.guest.flush();
      this.#run(steps);
      this.trouble = undefined;
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.isGone = error.code === 'ENOENT' && error.file !== undefined;
      this.trouble = troubleOf(error, this.#shelf.place, this.log.end - this.log.start);
      this.#retryAt = now + retryMs;
    }
  }

  /** Claims its disk: only who runs a guest writes to it. Throws DiskInUse. */
  lockDisk(): void {
    if (this.#isLocked) return;
    this.#disk?.lock(this.name);
    this.#isLocked = true;
  }

  /** Lets go of its disk, which goes on with another host. */
  unlockDisk(): void {
    this.#isLocked = false;
    this.#disk?.unlock();
  }

  #run(steps: number): void {
    const { fetching, guest } = this;
    const now = guest.machine.steps;
    if (fetching === undefined) this.stop = guest.run(now + steps);
    else {
      const end = guest.runFetching(now + Math.min(steps, fetchingSteps), (page) => fetching.has(page));
      if (typeof end === 'number') fetching.want(end);
      else this.stop = end;
    }
  }

  /** Closes its disk. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.unlockDisk();
    this.#disk?.close();
  }

  /** Removes all that is stored of it here, with its disk or without. */
  remove(withDisk: boolean): void {
    this.close();
    this.keep.remove();
    this.log.remove();
    const { disk } = this.guest.spec;
    if (withDisk && disk !== null) this.#disks.remove(disk);
  }
}

function checkDisk({ sectors, diskIdentity }: GuestSpec, disk: OpenDisk | undefined): void {
  if (disk === undefined) return;
  if (disk.store.sectors !== sectors)
    throw new Error(`its disk has ${disk.store.sectors} sectors here, not ${sectors}`);
  if (diskIdentity !== null && disk.identity !== diskIdentity)
    throw new Error(
      'under the name of its disk there is another one here; is it shared? --with-storage copies it',
    );
}
