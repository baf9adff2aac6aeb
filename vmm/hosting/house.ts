/**
 * What departures (departures.ts) and arrivals (arrivals.ts) share: the guests' slots, the register that says who owns
 * them, and the way to other hosts.
 */
import { bytesToHex } from '../../isa/machine/bytes.ts';
import type { HostedGuest, Machinery } from './hosted-guest.ts';
import { ConsoleLog, defaultLogLimits, isStrayLog, type LogLimits } from './keep/console-log.ts';
import { Keep } from './keep/keep.ts';
import { type Registered, Register } from './keep/register.ts';
import type { Shelf } from './keep/shelf.ts';
import { isStorageError } from './keep/trouble.ts';
import { type Disks, Slot } from './slot.ts';
import type { MigrationSource } from '../migration/source.ts';
import type { MigrationTarget } from '../migration/target.ts';
import type { PortGroups } from '../network/vlan.ts';
import type { Dialer } from '../wire/connection.ts';
import { type GuestSpec, type Reserve, STATE_VERSION } from '../wire/messages.ts';
import { Channel } from '../wire/channel.ts';
import type { SealMaker } from '../wire/seal.ts';

/** What a host asks the pool that its guests are of. */
export interface PoolRules {
  /** Whether guests may run now. */
  mayRun(): boolean;
  /** Tells why a guest is not to come here; undefined = the pool has it come, and what was here of it before is removed. */
  expects(reserve: Reserve, told: (refusal: string | undefined) => void): void;
  /** Gives a guest to another host for good, and tells whether that was done. Until then it runs nowhere. */
  decide(name: string, to: string, told: (goes: boolean) => void): void;
}

export interface HostOptions {
  /** Where it listens, as the other hosts dial it. */
  readonly address: string;
  readonly shelf: Shelf;
  readonly network: Dialer;
  /** The key that all hosts know. */
  readonly key: Uint8Array;
  /** Makes the seals of frames, the same on all hosts. */
  readonly sealMaker: SealMaker;
  /** Milliseconds since whenever. */
  readonly clock: () => number;
  readonly machinery: Machinery;
  readonly disks: Disks;
  /** Bytes of memory for all guests together. */
  readonly capacity: number;
  /** Milliseconds without a sign after which the other side is given up. */
  readonly patience: number;
  /** Its guests are a pool's: only the pool changes them. */
  readonly pool?: PoolRules;
  /** The VLANs by the names of their port groups; guests of other groups cannot be here. */
  readonly groups?: PortGroups;
  /** Why a guest cannot be here, for its owner's own reasons; undefined = it can. */
  readonly refuse?: (spec: GuestSpec) => string | undefined;
  /** Finds an address for a guest that is started here and names none; undefined = guests are plugged in nowhere. */
  readonly newAddress?: (done: (address: Uint8Array | undefined, reason: string) => void) => void;
  /** Milliseconds of running after which a guest's keep is rebased (rebases.ts). */
  readonly rebaseMs?: number;
  /** How long a guest's log may be, and what then. */
  readonly console?: LogLimits;
  readonly events?: Partial<HostEvents>;
}

export interface HostEvents {
  /** A guest has printed something: once for every byte. */
  printed(name: string, bytes: Uint8Array): void;
  /** A migration came to a stage, ended a round, or ended. */
  source(source: MigrationSource<HostedGuest>): void;
  target(target: MigrationTarget<HostedGuest>): void;
  /** A guest runs here now; it sends frames by `onFrame`. */
  arrived(guest: HostedGuest): void;
  /** A guest has repeated what it did before this host's process ended, and goes on. */
  repeated(guest: HostedGuest): void;
  /** A guest has ended: how, in words. */
  ended(guest: HostedGuest, how: string): void;
  /** A guest is not here any more. */
  left(guest: HostedGuest): void;
  /** Somebody who has the key asks for something (control.ts). */
  control(channel: Channel, payload: Uint8Array): void;
  /** A connection has ended before it came to anything: whose, and why. */
  note(text: string): void;
  /** A guest whose files were deleted is stored anew: what that means, in words. */
  restored(guest: HostedGuest, text: string): void;
  /** Something could not be stored, or a guest cannot go on: what, and why. */
  trouble(text: string): void;
}

/** What a host does not do: said to whoever asked. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

/** Milliseconds between two attempts to reach the other side of a migration that has to be settled. */
const retryMs = 1000;

const keepPrefix = 'keep-';

export function newKeep(name: string): string {
  return `${keepPrefix}${name}-${randomHex(6)}`;
}

/** So many random bytes in hex. */
export function randomHex(bytes: number): string {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(bytes)));
}

export class House {
  readonly options: HostOptions;
  readonly slots = new Map<string, Slot>();
  readonly register: Register;
  /** What is still to be removed, in order. */
  readonly #toRemove: (() => void)[] = [];
  /** Conversations in which the other side has not said yet who it is. */
  readonly #greeting = new Set<Channel>();
  /** When each unsettled migration may dial again. */
  readonly #retryAt = new Map<string, number>();

  constructor(options: HostOptions) {
    this.options = options;
    this.register = new Register(options.shelf);
  }

  get address(): string {
    return this.options.address;
  }

  get events(): Partial<HostEvents> {
    return this.options.events ?? {};
  }

  // ---- Slots ----

  /** The slot of a guest that is ours. Throws HostError. */
  owned(name: string): Slot & { readonly entry: Registered } {
    const slot = this.slots.get(name);
    if (slot?.entry?.phase !== 'owned') throw new HostError(`there is no guest ${name} here`);
    return slot as Slot & { readonly entry: Registered };
  }

  /** Why a guest cannot be here, for its name or its size, or for what the host's owner says. */
  refusal(spec: GuestSpec): string | undefined {
    const { name, memory, group } = spec;
    const { capacity, refuse, groups } = this.options;
    if (this.slots.has(name) || this.register.get(name) !== undefined)
      return `there is a guest ${name} on ${this.address} already`;
    const used = [...this.slots.values()].reduce((sum, { guest }) => sum + guest.spec.memory, 0);
    const left = capacity - used;
    if (memory > left)
      return `it has ${memory / 2 ** 20} MiB of memory, ${this.address} has ${Math.floor(left / 2 ** 20)} MiB left`;
    if (group !== undefined && groups?.has(group) !== true)
      return `it is plugged into the port group ${group}, and ${this.address} has ${groupsText(groups)}`;
    return refuse?.(spec);
  }

  /** Makes a slot for a guest that is new here. Throws what Slot throws. */
  newSlot(spec: GuestSpec): Slot {
    const slot = this.slot(spec, newKeep(spec.name));
    // A guest of that name was here before, and not all of it could be removed.
    slot.log.remove();
    return slot;
  }

  /** Makes a slot for a guest that is to come, with a disk of its own if that is to come with it. Throws what Slot throws. */
  reserved(spec: GuestSpec, withStorage: boolean): Slot {
    if (!withStorage) return this.newSlot(spec);
    const { disks } = this.options;
    const disk = disks.create(spec.name, spec.sectors);
    try {
      return this.newSlot({ ...spec, disk, diskIdentity: null });
    } catch (error) {
      disks.remove(disk);
      throw error;
    }
  }

  /** Makes a slot for a guest that has that keep. Throws what Slot throws. */
  slot(spec: GuestSpec, keep: string): Slot {
    const { machinery, disks, shelf, console: logLimits = defaultLogLimits } = this.options;
    const onPrint = (name: string, bytes: Uint8Array) => this.events.printed?.(name, bytes);
    const slot = new Slot({ spec, machinery, disks, shelf, keep, logLimits, onPrint });
    const { pool } = this.options;
    if (pool) slot.guest.mayLeave = () => pool.mayRun();
    this.slots.set(spec.name, slot);
    return slot;
  }

  /** Writes down whose the guest is: what is not written down has not happened. */
  write(slot: Slot, entry: Registered): void {
    this.register.put(entry);
    slot.entry = entry;
  }

  /** Makes `keep`, whose base is the guest's present state, the guest's keep, and writes that down with `changes`. */
  adopt(slot: Slot, keep: Keep, changes: Partial<Registered> = {}): void {
    const { keep: before, entry } = slot;
    const next = { ...(entry as Registered), ...changes, keep: keep.folder, printed: slot.log.end };
    this.writeSurely(slot, next);
    slot.use(keep);
    try {
      before.remove();
    } catch (error) {
      // It is removed when this host is started again.
      if (!isStorageError(error)) throw error;
    }
  }

  /**
   * Somebody has deleted what is stored of a guest that runs here. If it can be stored anew, it is: all of it but what it
   * had printed. Returns whether that was done. Throws the system's error.
   */
  storeAnew(slot: Slot): boolean {
    const { entry, guest, log, name } = slot;
    const isLost = log.isLost || slot.keep.state === undefined || this.register.get(name) === undefined;
    if (!isLost || guest.repeats || entry?.phase !== 'owned' || !entry.whole) return false;
    log.goOn();
    guest.flush();
    this.adopt(slot, slot.save(newKeep(name)));
    return true;
  }

  /** As `write`; a write that fails may have been done all the same, and what the register says then holds. */
  writeSurely(slot: Slot, entry: Registered): void {
    try {
      this.write(slot, entry);
    } catch (error) {
      const found = this.register.get(slot.name);
      if (found?.phase !== entry.phase || found.keep !== entry.keep) throw error;
      slot.entry = entry;
    }
  }

  /** The guest runs here from now on. */
  run(slot: Slot): void {
    this.events.arrived?.(slot.guest);
  }

  /**
   * The guest is not here any more, and what is stored of it is removed, with its disk or without; if that cannot be done
   * now, later. The register comes first: a keep without an entry is nobody's, an entry without a keep would be a guest
   * lost.
   */
  forget(slot: Slot, withDisk: boolean): void {
    this.slots.delete(slot.name);
    this.#remove(() => this.register.remove(slot.name));
    this.#remove(() => slot.remove(withDisk));
  }

  /** As `forget`, for a guest that has no slot, because it could not go on here. */
  forgetStored({ spec, keep }: Registered): void {
    const { shelf, console: logLimits = defaultLogLimits } = this.options;
    this.#remove(() => {
      new Keep(shelf, keep).remove();
      new ConsoleLog(shelf, spec.name, logLimits).remove();
    });
  }

  /** Removes something after all that could not be removed yet. */
  #remove(act: () => void): void {
    this.#toRemove.push(act);
    this.#removeAll();
  }

  #removeAll(): void {
    try {
      for (let act = this.#toRemove[0]; act !== undefined; act = this.#toRemove[0]) {
        act();
        this.#toRemove.shift();
      }
    } catch (error) {
      if (!isStorageError(error)) throw error;
    }
  }

  /**
   * Removes what migrations that were cut off by a death have left behind. Not disks: one that was made here may be that
   * of a guest which has moved on and shares it.
   */
  removeStrays(): void {
    const { shelf } = this.options;
    const entries = this.register.names().map((name) => this.register.get(name));
    const keeps = entries.map((entry) => `${entry?.keep}.`);
    const guests = this.register.names();
    for (const file of shelf.list()) {
      const isStrayKeep = file.startsWith(keepPrefix) && !keeps.some((keep) => file.startsWith(keep));
      if (isStrayKeep || isStrayLog(file, guests)) shelf.remove(file);
    }
  }

  /** Does what the other side asks for. When something cannot be stored here, that conversation ends, and it asks again. */
  guarded(channel: Channel, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.events.trouble?.(`what ${channel.peer} said could not be stored: ${error.message}`);
      channel.close();
    }
  }

  // ---- Other hosts ----

  /** Whether it is time to dial again for that migration; if so, the next time is later. */
  mayRetry(id: string): boolean {
    const now = this.options.clock();
    if (now < (this.#retryAt.get(id) ?? 0)) return false;
    this.#retryAt.set(id, now + retryMs);
    return true;
  }

  /** That migration is settled. */
  settled(id: string): void {
    this.#retryAt.delete(id);
  }

  /** Gives up hosts that took a connection and did not say who they are in time; removes what could not be removed before. */
  tick(): void {
    for (const channel of this.#greeting) channel.tick();
    this.#removeAll();
  }

  /** Tells of a conversation with the host at `to`, once both have proved who they are, or why there is none. */
  dial(to: string, done: { open(channel: Channel): void; failed(reason: string): void }): void {
    const { key, sealMaker, clock, network } = this.options;
    network.dial(to, (connection, reason) => {
      if (connection === undefined) {
        done.failed(reason);
        return;
      }
      const channel = new Channel({ connection, role: 'dialer', key, sealMaker, clock });
      this.#greeting.add(channel);
      channel.begin({
        open: () => {
          this.#greeting.delete(channel);
          done.open(channel);
        },
        ended: (why) => {
          this.#greeting.delete(channel);
          done.failed(why);
        },
      });
    });
  }
}

function groupsText(groups: PortGroups = new Map()): string {
  return groups.size === 0 ? 'no port groups' : `only ${[...groups.keys()].join(', ')}`;
}

/** The reservation that a register's entry came from. */
export function reserveOf(entry: Registered): Reserve {
  const { spec, epoch, whole, ownDisk, withStorage, held, printed, migration, peer } = entry;
  return {
    id: migration ?? '',
    guest: spec,
    epoch,
    mode: whole ? 'pre-copy' : 'post-copy',
    withStorage,
    ownDisk,
    held,
    printed,
    from: peer ?? '',
    stateVersion: STATE_VERSION,
  };
}
