/**
 * A host: it runs guests, sends them off and takes them in. It is given connections and
 * turns, and never waits; time, network, disks and shelf are its owner's (cli/verbs/host.ts,
 * or a test that makes them fail).
 *
 * Who owns a guest is what the registers of the two hosts say, and at every moment exactly
 * one does (keep/register.ts). A host that died goes on from its shelf: `recover`.
 */
import { FieldError } from '../wire/schema.ts';
import { Arrivals } from './arrivals.ts';
import { Departures } from './departures.ts';
import type { HostedGuest } from './hosted-guest.ts';
import { HostError, type HostOptions, House, newKeep } from './house.ts';
import type { Register, Registered } from './keep/register.ts';
import { isStorageError } from './keep/trouble.ts';
import { Rebases } from './rebases.ts';
import { DiskInUse, type Slot } from './slot.ts';
import type { Policy } from '../migration/policy.ts';
import type { MigrationSource } from '../migration/source.ts';
import type { MigrationTarget } from '../migration/target.ts';
import type { Connection } from '../wire/connection.ts';
import { decodeAs } from '../wire/codec.ts';
import { type GuestSpec, MESSAGE, shapes } from '../wire/messages.ts';
import { refuse, Channel } from '../wire/channel.ts';
import { Strangers } from '../wire/strangers.ts';

export { HostError, type HostEvents, type HostOptions } from './house.ts';

/** Milliseconds until a guest that cannot go on is tried again. */
const retryMs = 1000;

/** How a guest of a pool stands: how often it was given to a host, and whether it stands still. */
type GuestStanding = Pick<Registered, 'epoch' | 'held'>;

/** A guest that cannot go on yet, and why. */
interface WaitingGuest {
  readonly spec: GuestSpec;
  readonly reason: string;
}

export class Host {
  readonly address: string;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly register: Register;
  readonly #house: House;
  readonly #departures: Departures;
  readonly #arrivals: Arrivals;
  readonly #rebases: Rebases;
  readonly #strangers = new Strangers();
  #accepted = 0;
  /** Guests that are ours and cannot go on yet, and why. */
  readonly #waiting = new Map<string, WaitingGuest>();
  #tryAgainAt = 0;
  /** Guests whose disk was made for them. */
  readonly #ownDisks = new WeakSet<Slot>();
  /** Guests whose end was told. */
  readonly #ended = new WeakSet<Slot>();

  constructor(options: HostOptions) {
    const house = new House(options);
    this.#house = house;
    this.address = options.address;
    this.slots = house.slots;
    this.register = house.register;
    this.#departures = new Departures(house);
    this.#arrivals = new Arrivals(house);
    this.#rebases = new Rebases(house, (name) => this.sources.has(name));
  }

  /** As HostOptions has it. */
  get patience(): number {
    return this.#house.options.patience;
  }

  /** Guests that were here before this host's process began, and cannot go on yet. */
  get waiting(): Iterable<WaitingGuest> {
    return this.#waiting.values();
  }

  /** Migrations under way, by guest: going, and coming. */
  get sources(): ReadonlyMap<string, MigrationSource<HostedGuest>> {
    return this.#departures.sources;
  }

  get targets(): ReadonlyMap<string, MigrationTarget<HostedGuest>> {
    return this.#arrivals.targets;
  }

  // ---- Guests ----

  /**
   * Starts a guest, which `fill` puts an image into. Throws HostError for a name that is
   * taken, too much memory, or a disk that cannot be used, and the system's error. With `withStorage` it gets a disk of its
   * own, which `fill` fills and which is removed with it.
   */
  start(spec: GuestSpec, fill: (guest: HostedGuest) => void, withStorage = false): Slot {
    const slot = this.reserve(spec, withStorage);
    try {
      fill(slot.guest);
    } catch (error) {
      this.giveBack(slot);
      throw error;
    }
    this.begin(slot);
    return slot;
  }

  /** Makes room for a guest that is to be filled; `begin` or `giveBack` follows. Throws as `start`. */
  reserve(spec: GuestSpec, withStorage: boolean): Slot {
    const refusal = this.#house.refusal(spec) ?? this.#arrivals.refusal(spec);
    if (refusal !== undefined) throw new HostError(refusal);
    const slot = this.#newSlot(spec, withStorage);
    if (withStorage && spec.disk !== null) this.#ownDisks.add(slot);
    try {
      slot.lockDisk();
    } catch (error) {
      this.giveBack(slot);
      throw error instanceof DiskInUse ? new HostError(error.message) : error;
    }
    return slot;
  }

  #newSlot(spec: GuestSpec, withStorage: boolean): Slot {
    try {
      return this.#house.reserved(spec, withStorage && spec.disk !== null);
    } catch (error) {
      throw error instanceof RangeError ? error : new HostError((error as Error).message);
    }
  }

  /** The guest is complete: it is saved, is ours, and runs. Throws the system's error; then nothing is left of it. */
  begin(slot: Slot, as: Partial<GuestStanding> = {}): void {
    try {
      slot.guest.saveTo(slot.keep);
      slot.guest.keepIn(slot.keep);
      const ownDisk = this.#ownDisks.has(slot);
      this.#house.write(slot, { ...started, ...as, spec: slot.guest.spec, ownDisk, keep: slot.keep.folder });
    } catch (error) {
      this.giveBack(slot);
      throw error;
    }
    this.#house.run(slot);
  }

  /** Goes on with a guest of a pool that is on the shelf, whoever had it before. Throws HostError, and FieldError for damage. */
  resume(name: string, as: GuestStanding): void {
    const entry = this.register.get(name);
    if (entry === undefined) throw new HostError(`nothing is stored of ${name} here`);
    this.register.put({ ...entry, ...as, phase: 'owned', migration: null, peer: null });
    this.#tryToRecover(name);
    const reason = this.#waiting.get(name)?.reason;
    if (reason === undefined) return;
    this.#waiting.delete(name);
    throw new HostError(reason);
  }

  /** Forgets a guest of a pool, and what it has not handed over. What is stored of it stays. */
  release(name: string): void {
    this.#waiting.delete(name);
    this.#departures.giveUp(name);
    this.#arrivals.giveUp(name);
    const slot = this.slots.get(name);
    if (slot === undefined) return;
    this.#rebases.leaveOff(slot);
    slot.close();
    this.#house.slots.delete(name);
    if (slot.entry?.phase === 'owned' || slot.entry?.phase === 'leaving')
      this.#house.events.left?.(slot.guest);
  }

  /** A guest of a pool that has come here is ours: the pool's store says so. */
  take(name: string): void {
    this.#arrivals.take(name);
  }

  /** Whether guests may run now: always, unless they are a pool's. */
  get mayRun(): boolean {
    return this.#house.options.pool?.mayRun() ?? true;
  }

  /** Whether its guests are a pool's. */
  get isPooled(): boolean {
    return this.#house.options.pool !== undefined;
  }

  /** The guest is not started after all. */
  giveBack(slot: Slot): void {
    this.#house.forget(slot, this.#ownDisks.has(slot));
  }

  /** The address on the network for a guest that is started here: its own, or a new one if this host is plugged in; otherwise why there is none. */
  addressFor(spec: GuestSpec, done: (address: Uint8Array | null, refusal?: string) => void): void {
    const { newAddress } = this.#house.options;
    if (spec.network !== null || newAddress === undefined) done(spec.network);
    else newAddress((address, reason) => (address === undefined ? done(null, reason) : done(address)));
  }

  /** Has a guest stand still, or go on, until it is said otherwise; returns what it did before, and where it is. Throws HostError. */
  hold(name: string, held: boolean): { readonly was: boolean; readonly steps: number } {
    const slot = this.#atRest(name);
    const was = slot.entry.held;
    if (was !== held) this.#house.write(slot, { ...slot.entry, held });
    return { was, steps: slot.guest.machine.steps };
  }

  /** Ends a guest as if it had been powered off, with status 143 as shells have it for SIGTERM. It stays here. Throws HostError. */
  stop(name: string): void {
    const slot = this.#atRest(name);
    if (slot.end !== undefined) throw new HostError(`${name} ${slot.end} already`);
    if (slot.entry.held) this.hold(name, false);
    slot.guest.stop();
  }

  /** Drops what a guest has printed so far; returns how many bytes. Throws HostError, and the system's errors. */
  clearLog(name: string): number {
    const { log } = this.#house.owned(name);
    const dropped = log.end - log.start;
    log.clear();
    return dropped;
  }

  /** Takes a guest off this host for good, also one that cannot go on here. Throws HostError, and the system's errors. */
  remove(name: string): void {
    if (this.#waiting.has(name)) {
      this.#removeWaiting(name);
      return;
    }
    const slot = this.#atRest(name);
    // What cannot be removed is not gone for good: that is said at once.
    this.register.remove(name);
    this.#house.forget(slot, slot.entry.ownDisk);
    this.#house.events.left?.(slot.guest);
  }

  /** Its disk stays: it is another guest's, or cannot be reached. */
  #removeWaiting(name: string): void {
    const entry = this.register.get(name);
    if (entry?.phase !== 'owned') throw new HostError(`${name} is being migrated`);
    this.register.remove(name);
    this.#waiting.delete(name);
    this.#house.forgetStored(entry);
  }

  /** The slot of a guest that is not being migrated. Throws HostError. */
  #atRest(name: string) {
    const waiting = this.#waiting.get(name);
    if (waiting) throw new HostError(`${name} cannot go on here yet: ${waiting.reason}`);
    const slot = this.#house.owned(name);
    if (this.sources.has(name)) throw new HostError(`${name} is being migrated`);
    return slot;
  }

  /** Gives every guest that runs here `steps` steps, and every migration its turn. */
  turn(steps: number): void {
    this.runGuests(steps);
    this.migrate();
  }

  /**
   * Gives every guest that runs here `steps` steps, and one that sleeps on a network `asleep` of
   * them, as others there have clocks of their own. Returns whether any has more to do.
   */
  runGuests(steps: number, asleep = steps): boolean {
    let isBusy = false;
    if (!this.mayRun) return false;
    for (const slot of this.slots.values()) {
      const source = this.sources.get(slot.name);
      const { entry, guest } = slot;
      const repeats = guest.repeats;
      // A held guest stands still; but after a death it first repeats its run to where it was held.
      if (entry?.phase !== 'owned' || (entry.held && !repeats) || source?.stopsGuest) continue;
      this.#restore(slot);
      slot.turn(
        slot.sleeps ? Math.min(steps, asleep) : steps,
        source?.throttle ?? 0,
        this.#house.options.clock(),
      );
      this.#tellEnd(slot, source);
      if (repeats && !guest.repeats) this.#house.events.repeated?.(guest);
      isBusy ||=
        slot.trouble === undefined && !slot.sleeps && (slot.stop === undefined || slot.stop.kind === 'limit');
    }
    return isBusy;
  }

  /** Stores a guest anew of which somebody has deleted what was stored. */
  #restore(slot: Slot): void {
    if (!slot.isGone || this.sources.has(slot.name) || !slot.mayRetry(this.#house.options.clock())) return;
    try {
      this.#rebases.leaveOff(slot);
      if (!this.#house.storeAnew(slot)) return;
      slot.isGone = false;
      const { log } = slot;
      this.#house.events.restored?.(
        slot.guest,
        `what was stored of it was deleted; it is stored anew and goes on, without its console before byte ${log.start}`,
      );
    } catch (error) {
      // The turn says why.
      if (!isStorageError(error)) throw error;
    }
  }

  /** A guest that has just ended is not worth moving. */
  #tellEnd(slot: Slot, source: MigrationSource<HostedGuest> | undefined): void {
    const { end } = slot;
    if (end === undefined || slot.guest.repeats || this.#ended.has(slot)) return;
    this.#ended.add(slot);
    this.#house.events.ended?.(slot.guest, end);
    source?.cancel(`it ${end}`);
  }

  /** Gives every migration its turn. */
  migrate(): void {
    this.#departures.turn();
    this.#arrivals.turn();
    this.#rebases.turn();
    this.#recoverWaiting();
    this.#house.tick();
    this.#strangers.tick();
  }

  // ---- Migrations ----

  /** Sends a guest to the host at `to`. Throws HostError when it cannot go. */
  send(name: string, to: string, policy: Policy): MigrationSource<HostedGuest> {
    this.#rebases.leaveOff(this.#house.owned(name));
    return this.#departures.send(name, to, policy);
  }

  /** Calls a guest's migration off, going or coming. Throws HostError when it is too late. */
  cancel(name: string): void {
    const migration = this.sources.get(name) ?? this.targets.get(name);
    if (migration === undefined) throw new HostError(`${name} is not being migrated`);
    if (!migration.cancel('it was called off'))
      throw new HostError(`too late: ${name} has changed hands, or is about to`);
  }

  /** The last migration of a guest from here, under way or ended. */
  lastSource(name: string): MigrationSource<HostedGuest> | undefined {
    return this.#departures.last.get(name);
  }

  /** How many connections have been accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Whether something could be sent from here at once. */
  get canCopy(): boolean {
    return [...this.sources.values()].some((source) => source.canSend);
  }

  /** Somebody has connected. */
  accept(connection: Connection): void {
    this.#accepted += 1;
    const { key, sealMaker, clock } = this.#house.options;
    const channel = new Channel({ connection, role: 'listener', key, sealMaker, clock });
    this.#strangers.add(channel);
    channel.begin({
      message: (type, payload) => {
        this.#strangers.delete(channel);
        this.#house.guarded(channel, () => this.#first(channel, type, payload));
      },
      ended: (reason) => {
        this.#strangers.delete(channel);
        this.#house.events.note?.(`a connection from ${channel.peer} ended: ${reason}`);
      },
    });
  }

  /** The first message says what the connection is for. */
  #first(channel: Channel, type: number, payload: Uint8Array): void {
    try {
      if (type === MESSAGE.RESERVE) this.#arrivals.reserve(channel, decodeAs(shapes.reserve, payload));
      else if (type === MESSAGE.RESUME) this.#arrivals.resume(channel, decodeAs(shapes.id, payload).id);
      else if (type === MESSAGE.FETCH) this.#departures.fetch(channel, decodeAs(shapes.id, payload).id);
      else if (type === MESSAGE.ASK) this.#departures.answer(channel, decodeAs(shapes.id, payload).id);
      else if (type === MESSAGE.CONTROL) this.#house.events.control?.(channel, payload);
      else throw new FieldError(`message ${type} to begin with`);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      refuse(channel, error.message);
    }
  }

  // ---- Ends and beginnings ----

  /**
   * Saves every guest as it is now, so that nothing has to be repeated when this host is started again. One that cannot
   * be saved repeats what it did since it was saved last.
   */
  rest(): void {
    for (const slot of this.slots.values()) {
      if (slot.entry?.phase !== 'owned' || !slot.entry.whole || slot.guest.repeats) continue;
      // What it has produced was not handed over: it is produced again.
      if (!this.mayRun) continue;
      this.#rebases.leaveOff(slot);
      const keep = newKeep(slot.name);
      try {
        slot.guest.flush();
        this.#house.adopt(slot, slot.save(keep));
      } catch (error) {
        if (!isStorageError(error)) throw error;
        this.#house.events.trouble?.(`${slot.name} could not be saved as it is: ${error.message}`);
      }
    }
  }

  /** Goes on with what is on the shelf: before anything else. Throws FieldError for a file that is damaged. */
  recover(): void {
    for (const name of this.register.names()) this.#tryToRecover(name);
    this.#house.removeStrays();
  }

  /** A guest that cannot go on, because its disk is another's or its files cannot be read, is tried again. */
  #tryToRecover(name: string): void {
    const entry = this.register.get(name);
    if (entry === undefined) return;
    try {
      this.#recover(entry);
      this.#waiting.delete(name);
    } catch (error) {
      if (!isStorageError(error) && !isStorageError((error as Error).cause)) throw error;
      this.slots.get(name)?.close();
      this.#house.slots.delete(name);
      const { message } = error as Error;
      if (this.#waiting.get(name)?.reason !== message)
        this.#house.events.trouble?.(`${name} cannot go on here: ${message}; it is tried again every second`);
      this.#waiting.set(name, { spec: entry.spec, reason: message });
    }
  }

  #recoverWaiting(): void {
    const now = this.#house.options.clock();
    if (this.#waiting.size === 0 || now < this.#tryAgainAt) return;
    this.#tryAgainAt = now + retryMs;
    for (const name of this.#waiting.keys()) this.#tryToRecover(name);
  }

  #recover(entry: Registered): void {
    const slot = this.#house.slot(entry.spec, entry.keep);
    slot.entry = entry;
    if (entry.phase === 'leaving') this.#departures.recover(slot, entry);
    else if (entry.phase === 'prepared') this.#arrivals.recoverPrepared(slot, entry);
    else {
      this.#arrivals.recoverOwned(slot, entry);
      this.#house.run(slot);
    }
  }
}

/** A guest that was started here. */
const started = {
  phase: 'owned',
  epoch: 0,
  printed: 0,
  ownDisk: false,
  withStorage: false,
  whole: true,
  held: false,
  migration: null,
  peer: null,
  stoppedAt: null,
} as const;
