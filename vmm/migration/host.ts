/**
 * A host: it runs guests, sends them off and takes them in. It is given connections and
 * turns, and never waits; time, network, disks and shelf are its owner's (cli/verbs/host.ts,
 * or a test that makes them fail).
 *
 * Who owns a guest is what the registers of the two hosts say, and at every moment exactly
 * one does (keep/register.ts). A host that died goes on from its shelf: `recover`.
 */
import { randomBytes } from 'node:crypto';
import { FieldError } from '../snapshot/schema.ts';
import { incompatible } from './compatibility.ts';
import type { HostedGuest, Machinery } from './guest.ts';
import { type Registered, Register } from './keep/register.ts';
import type { Shelf } from './keep/shelf.ts';
import { type Disks, Place } from './place.ts';
import { type Policy, presets } from './policy.ts';
import { Source } from './source.ts';
import { Target } from './target.ts';
import type { Link, Network } from './wire/link.ts';
import {
  type GuestSpec,
  MESSAGE,
  type Outcome,
  pack,
  type Reserve,
  shapes,
  STATE_VERSION,
  unpack,
} from './wire/messages.ts';
import { Session } from './wire/session.ts';

export interface HostOptions {
  /** Where it listens, as the other hosts dial it. */
  readonly address: string;
  readonly shelf: Shelf;
  readonly network: Network;
  /** The key that all hosts know. */
  readonly key: Uint8Array;
  /** Milliseconds since whenever. */
  readonly clock: () => number;
  readonly machinery: Machinery;
  readonly disks: Disks;
  /** Bytes of memory for all guests together. */
  readonly capacity: number;
  /** Milliseconds without a sign after which the other side is given up. */
  readonly patience: number;
  /** Why a guest cannot be here, for its owner's own reasons; undefined = it can. */
  readonly refuse?: (spec: GuestSpec) => string | undefined;
  readonly events?: Partial<HostEvents>;
}

export interface HostEvents {
  /** A guest has printed something: once for every byte. */
  printed(name: string, bytes: Uint8Array): void;
  /** A migration came to a stage, ended a round, or ended. */
  source(source: Source): void;
  target(target: Target): void;
  /** A guest runs here now; it sends frames by `onFrame`. */
  arrived(guest: HostedGuest): void;
  /** A guest is not here any more. */
  left(guest: HostedGuest): void;
  /** Somebody who has the key asks for something (control.ts). */
  control(session: Session, payload: Uint8Array): void;
  /** Something that its owner should know. */
  note(text: string): void;
}

/** What a host does not do: said to whoever asked. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

/** Connections that may be about to prove themselves at once. */
const mostStrangers = 32;

/** Milliseconds between two attempts to reach the other side of a migration that has to be settled. */
const retryMs = 1000;

export class Host {
  readonly address: string;
  readonly places = new Map<string, Place>();
  /** Migrations by guest: going, and coming. */
  readonly sources = new Map<string, Source>();
  readonly targets = new Map<string, Target>();
  readonly register: Register;
  /** The last migration of each guest from here, under way or ended. */
  readonly #lastSources = new Map<string, Source>();
  readonly #options: HostOptions;
  readonly #strangers = new Set<Session>();
  /** When each unsettled migration may dial again. */
  readonly #retryAt = new Map<string, number>();

  constructor(options: HostOptions) {
    this.#options = options;
    this.address = options.address;
    this.register = new Register(options.shelf);
  }

  // ---- Guests ----

  /**
   * Starts a guest, which `fill` puts an image into. Throws HostError for a name that is
   * taken or too much memory, and what Place throws.
   */
  start(spec: GuestSpec, fill: (guest: HostedGuest) => void): Place {
    const refusal = this.#refusal(spec);
    if (refusal !== undefined) throw new HostError(refusal);
    const place = this.#place(spec, newKeep(spec.name));
    fill(place.guest);
    place.guest.begin(place.keep);
    this.#write(place, { ...started, spec, keep: place.keep.folder });
    this.#run(place);
    return place;
  }

  /** Stops a guest, or has it go on: until it is said otherwise. Throws HostError. */
  hold(name: string, held: boolean): void {
    const place = this.#owned(name);
    if (this.sources.has(name)) throw new HostError(`${name} is being migrated`);
    this.#write(place, { ...(place.entry as Registered), held });
  }

  /** Takes a guest off this host for good. Throws HostError. */
  remove(name: string): void {
    const place = this.#owned(name);
    if (this.sources.has(name)) throw new HostError(`${name} is being migrated`);
    this.#forget(place);
  }

  /** Calls a guest's migration off, going or coming. Throws HostError when it is too late. */
  cancel(name: string): void {
    const migration = this.sources.get(name) ?? this.targets.get(name);
    if (migration === undefined) throw new HostError(`${name} is not being migrated`);
    if (!migration.cancel('it was called off'))
      throw new HostError(`too late: ${name} has changed hands, or is about to`);
  }

  /** The last migration of a guest from here, under way or ended. */
  lastSource(name: string): Source | undefined {
    return this.#lastSources.get(name);
  }

  /** Keeps every guest as it is now, so that who starts this host again need not repeat anything. */
  rest(): void {
    for (const place of this.places.values()) {
      const { entry } = place;
      if (entry?.phase !== 'owned' || !entry.whole || place.guest.repeats) continue;
      const old = place.rebase(newKeep(place.name));
      this.#write(place, { ...place.entry, keep: place.keep.folder } as Registered);
      old.remove();
    }
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
    for (const place of this.places.values()) {
      const source = this.sources.get(place.name);
      if (place.entry?.phase !== 'owned' || place.entry.held || source?.stopsGuest) continue;
      place.turn(place.sleeps ? Math.min(steps, asleep) : steps, source?.throttle ?? 0);
      isBusy ||= !place.sleeps && (place.stop === undefined || place.stop.kind === 'limit');
    }
    return isBusy;
  }

  /** Gives every migration its turn. */
  migrate(): void {
    for (const source of this.sources.values()) {
      source.turn();
      if (source.isDecided && !source.isConnected && source.state === 'under way') this.#settle(source);
    }
    for (const target of this.targets.values()) {
      target.turn();
      if (target.isPrepared && !target.isConnected && target.state === 'under way') this.#ask(target);
    }
    for (const session of this.#strangers) session.tick();
  }

  /** Whether something is being copied from here. */
  get isCopying(): boolean {
    return [...this.sources.values()].some(({ isConnected }) => isConnected);
  }

  #owned(name: string): Place {
    const place = this.places.get(name);
    if (place?.entry?.phase !== 'owned') throw new HostError(`there is no guest ${name} here`);
    return place;
  }

  /** Why a guest cannot be here, for its name or its size. */
  #refusal({ name, memory, ...rest }: GuestSpec): string | undefined {
    if (this.places.has(name) || this.register.get(name) !== undefined)
      return `there is a guest ${name} on ${this.address} already`;
    const used = [...this.places.values()].reduce((sum, { guest }) => sum + guest.spec.memory, 0);
    const left = this.#options.capacity - used;
    if (memory > left)
      return `it has ${memory / 2 ** 20} MiB of memory, ${this.address} has ${Math.floor(left / 2 ** 20)} MiB left`;
    return this.#options.refuse?.({ name, memory, ...rest });
  }

  #place(spec: GuestSpec, keep: string): Place {
    const { machinery, disks, shelf, events } = this.#options;
    const onPrint = (name: string, bytes: Uint8Array) => events?.printed?.(name, bytes);
    const place = new Place({ spec, machinery, disks, shelf, keep, onPrint });
    this.places.set(spec.name, place);
    return place;
  }

  #write(place: Place, entry: Registered): void {
    this.register.put(entry);
    place.entry = entry;
  }

  #run(place: Place): void {
    this.#options.events?.arrived?.(place.guest);
  }

  /** The register first: a keep without an entry is nobody's, an entry without a keep would be a guest lost. */
  #forget(place: Place): void {
    this.register.remove(place.name);
    this.places.delete(place.name);
    this.#options.events?.left?.(place.guest);
    place.remove();
  }

  // ---- Going ----

  /** Sends a guest to the host at `to`. Throws HostError when it cannot go. */
  send(name: string, to: string, policy: Policy): Source {
    const place = this.#owned(name);
    const entry = place.entry as Registered;
    if (this.sources.has(name)) throw new HostError(`${name} is being migrated already`);
    if (!entry.whole) throw new HostError(`${name} has just come by post-copy and is not all here yet`);
    if (place.guest.repeats)
      throw new HostError(`${name} is still repeating what it did before its host died`);
    if (to === this.address) throw new HostError(`${name} is on ${to} already`);
    if (policy.withStorage && policy.mode === 'post-copy')
      throw new HostError('post-copy fetches memory; it cannot move a disk');
    const reserve: Reserve = {
      id: randomBytes(16).toString('hex'),
      guest: { ...entry.spec, diskIdentity: place.diskIdentity },
      epoch: entry.epoch + 1,
      mode: policy.mode,
      withStorage: policy.withStorage && entry.spec.disk !== null,
      held: entry.held,
      printed: place.printed,
      from: this.address,
      stateVersion: STATE_VERSION,
    };
    const source = this.#source(place, reserve, policy, to, false);
    this.#dial(to, {
      open: (session) => source.connected(session),
      failed: (reason) => source.ended(`${to} cannot be reached: ${reason}`),
    });
    return source;
  }

  #source(place: Place, reserve: Reserve, policy: Policy, to: string, isDecided: boolean): Source {
    const { clock, patience, events } = this.#options;
    const { name } = place;
    const source: Source = new Source({
      guest: place.guest,
      policy,
      reserve,
      clock,
      patience,
      isDecided,
      printed: () => place.printed,
      events: {
        changed: () => events?.source?.(source),
        failed: () => {
          this.sources.delete(name);
          events?.source?.(source);
        },
        decided: (stoppedAt) => {
          const whole = policy.mode !== 'post-copy';
          const old = !whole && place.guest.disk ? place.rebase(newKeep(name)) : undefined;
          const keep = place.keep.folder;
          const entry = place.entry as Registered;
          this.#write(place, {
            ...entry,
            phase: 'leaving',
            migration: reserve.id,
            peer: to,
            stoppedAt,
            whole,
            keep,
          });
          old?.remove();
        },
        moved: () => {
          this.sources.delete(name);
          this.#retryAt.delete(reserve.id);
          this.#forget(place);
          events?.source?.(source);
        },
      },
    });
    this.sources.set(name, source);
    this.#lastSources.set(name, source);
    events?.source?.(source);
    return source;
  }

  /** The target may not know yet that the guest is its own: it is told, again and again. */
  #settle(source: Source): void {
    const to = this.places.get(source.guest.spec.name)?.entry?.peer;
    if (to === undefined || to === null || !this.#mayRetry(source.id)) return;
    this.#dial(to, {
      open: (session) => {
        if (!source.isConnected && source.state === 'under way') source.connected(session);
        else session.close();
      },
      failed: () => {},
    });
  }

  // ---- Coming ----

  /** Somebody has connected. */
  accept(link: Link): void {
    if (this.#strangers.size >= mostStrangers) {
      link.close();
      return;
    }
    const { key, clock } = this.#options;
    const session = new Session({ link, role: 'listener', key, clock });
    this.#strangers.add(session);
    session.begin({
      open: () => {},
      message: (type, payload) => {
        this.#strangers.delete(session);
        this.#first(session, type, payload);
      },
      ended: (reason) => {
        this.#strangers.delete(session);
        this.#options.events?.note?.(`a connection from ${session.peer} ended: ${reason}`);
      },
    });
  }

  /** The first message says what the connection is for. */
  #first(session: Session, type: number, payload: Uint8Array): void {
    try {
      if (type === MESSAGE.RESERVE) this.#reserve(session, unpack(shapes.reserve, payload));
      else if (type === MESSAGE.RESUME) this.#resume(session, unpack(shapes.id, payload).id);
      else if (type === MESSAGE.ASK) this.#answer(session, unpack(shapes.id, payload).id);
      else if (type === MESSAGE.CONTROL) this.#options.events?.control?.(session, payload);
      else throw new FieldError(`message ${type} to begin with`);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.#refuse(session, error.message);
    }
  }

  #refuse(session: Session, reason: string): void {
    session.send(MESSAGE.REFUSED, pack(shapes.why, { reason: reason.slice(0, 500) }));
    session.close();
  }

  #reserve(session: Session, reserve: Reserve): void {
    const { name } = reserve.guest;
    const earlier = this.targets.get(name);
    if (earlier && !earlier.isPrepared) earlier.cancel('the guest comes by another migration');
    const refusal =
      this.#refusal(reserve.guest) ?? incompatible(reserve.guest, reserve.stateVersion, this.#offer());
    if (refusal !== undefined) this.#refuse(session, refusal);
    else this.#prepare(session, reserve);
  }

  #offer() {
    const { variant, monitor, translateUser = false } = this.#options.machinery;
    return { variant, monitor, translateUser, devices: deviceNames };
  }

  /** Sets the guest's memory and disk aside. */
  #prepare(session: Session, reserve: Reserve): void {
    let place: Place;
    try {
      place = this.#reserved(reserve);
    } catch (error) {
      this.#refuse(session, (error as Error).message);
      return;
    }
    this.#target(place, reserve).begin(session);
  }

  /** A place for a guest that is to come. Throws what Place throws. */
  #reserved({ guest, withStorage }: Reserve): Place {
    if (!withStorage) return this.#place(guest, newKeep(guest.name));
    const disk = this.#options.disks.create(guest.name, guest.sectors);
    try {
      return this.#place({ ...guest, disk, diskIdentity: null }, newKeep(guest.name));
    } catch (error) {
      this.#options.disks.remove(disk);
      throw error;
    }
  }

  #target(
    place: Place,
    reserve: Reserve,
    before?: 'prepared' | { readonly here: readonly number[] },
  ): Target {
    const { clock, patience, events } = this.#options;
    const { name, guest, keep } = place;
    const whole = reserve.mode !== 'post-copy';
    const entry: Registered = {
      spec: guest.spec,
      phase: 'prepared',
      epoch: reserve.epoch,
      keep: keep.folder,
      printed: reserve.printed,
      ownDisk: reserve.withStorage,
      whole,
      held: reserve.held,
      migration: reserve.id,
      peer: reserve.from,
      stoppedAt: null,
    };
    const target: Target = new Target({
      reserve,
      guest,
      keep,
      clock,
      patience,
      ...(before === undefined ? {} : { before }),
      events: {
        changed: () => events?.target?.(target),
        failed: () => {
          this.targets.delete(name);
          this.#retryAt.delete(reserve.id);
          this.register.remove(name);
          this.places.delete(name);
          place.entry = entry;
          place.remove();
          events?.target?.(target);
        },
        prepared: ({ printed }) => this.#write(place, { ...entry, printed }),
        committed: () => {
          this.#write(place, { ...(place.entry ?? entry), phase: 'owned' });
          this.register.settle(reserve.id);
          this.#retryAt.delete(reserve.id);
          if (whole) this.targets.delete(name);
          else place.fetching = target;
          this.#run(place);
        },
        whole: () => {
          this.#write(place, { ...(place.entry as Registered), whole: true });
          this.targets.delete(name);
          place.fetching = undefined;
        },
      },
    });
    this.targets.set(name, target);
    events?.target?.(target);
    return target;
  }

  /** The source has decided and wants to know that we know. */
  #resume(session: Session, id: string): void {
    const target = [...this.targets.values()].find(({ reserve }) => reserve.id === id);
    const isOurs = [...this.places.values()].some(
      ({ entry }) => entry?.migration === id && entry.phase === 'owned',
    );
    if (target !== undefined) target.resume(session);
    else if (isOurs || this.register.isSettled(id)) {
      session.send(MESSAGE.ACTIVATED);
      session.send(MESSAGE.COMPLETE);
      session.handTo(nobody);
    } else {
      session.send(MESSAGE.ABORT, pack(shapes.why, { reason: `${this.address} never had that guest` }));
      session.close();
    }
  }

  /** A target that is prepared asks how it was decided. */
  #answer(session: Session, id: string): void {
    const source = [...this.sources.values()].find((candidate) => candidate.id === id);
    const outcome: Outcome = source === undefined ? 'aborted' : source.isDecided ? 'committed' : 'undecided';
    session.send(MESSAGE.OUTCOME, pack(shapes.outcome, { id, outcome }));
    if (source?.isDecided) source.asked(session);
    else session.close();
  }

  /** Prepared, and the source is not there: it is asked how it decided, again and again. */
  #ask(target: Target): void {
    const { id, from } = target.reserve;
    if (!this.#mayRetry(id)) return;
    this.#dial(from, {
      open: (session) => {
        session.handTo({
          open: () => {},
          message: (type, payload) => this.#answered(target, session, type, payload),
          ended: () => {},
        });
        session.send(MESSAGE.ASK, pack(shapes.id, { id }));
      },
      failed: () => {},
    });
  }

  #answered(target: Target, session: Session, type: number, payload: Uint8Array): void {
    if (type !== MESSAGE.OUTCOME || target.isConnected || !target.isPrepared) {
      session.close();
      return;
    }
    const { id, outcome } = unpack(shapes.outcome, payload);
    if (outcome === 'committed' && id === target.reserve.id) target.resume(session);
    else {
      session.close();
      if (outcome === 'aborted' && id === target.reserve.id) target.resolve(false);
    }
  }

  // ---- Connections, and going on after a death ----

  #mayRetry(id: string): boolean {
    const now = this.#options.clock();
    if (now < (this.#retryAt.get(id) ?? 0)) return false;
    this.#retryAt.set(id, now + retryMs);
    return true;
  }

  #dial(to: string, done: { open(session: Session): void; failed(reason: string): void }): void {
    const { key, clock, network } = this.#options;
    network.dial(to, (link, reason) => {
      if (link === undefined) {
        done.failed(reason);
        return;
      }
      const session = new Session({ link, role: 'dialer', key, clock });
      session.begin({ open: () => done.open(session), message: () => {}, ended: done.failed });
    });
  }

  /** Goes on with what is on the shelf: before anything else. Throws FieldError for a file that is damaged. */
  recover(): void {
    for (const name of this.register.names()) {
      const entry = this.register.get(name);
      if (entry !== undefined) this.#recover(entry);
    }
    this.#removeStrays();
  }

  #recover(entry: Registered): void {
    const place = this.#place(entry.spec, entry.keep);
    place.entry = entry;
    if (entry.phase === 'leaving') this.#recoverLeaving(place, entry);
    else if (entry.phase === 'prepared') {
      place.recover();
      this.#target(place, reserveOf(entry), 'prepared');
    } else {
      const here = entry.whole ? undefined : place.keep.present();
      place.recover(here);
      if (here?.length === place.guest.units(false).count) this.#write(place, { ...entry, whole: true });
      else if (here !== undefined) place.fetching = this.#target(place, reserveOf(entry), { here });
      this.#run(place);
    }
  }

  /** A guest that is the target's already. Post-copy still needs its memory as it was when it stood still. */
  #recoverLeaving(place: Place, entry: Registered): void {
    if (!entry.whole) place.repeat(entry.stoppedAt ?? 0);
    const policy: Policy = { ...leavingPolicy, mode: entry.whole ? 'pre-copy' : 'post-copy' };
    this.#source(place, reserveOf(entry), policy, entry.peer ?? '', true);
  }

  /** Keeps of migrations that were cut off by the death are nobody's. */
  #removeStrays(): void {
    const { shelf } = this.#options;
    const keeps = [...this.places.values()].map(({ keep }) => `${keep.folder}.`);
    for (const file of shelf.list())
      if (file.startsWith(keepPrefix) && !keeps.some((keep) => file.startsWith(keep))) shelf.remove(file);
  }
}

const nobody = { open: () => {}, message: () => {}, ended: () => {} };

const keepPrefix = 'keep-';

function newKeep(name: string): string {
  return `${keepPrefix}${name}-${randomBytes(6).toString('hex')}`;
}

/** A guest that was started here. */
const started = {
  phase: 'owned',
  epoch: 0,
  printed: 0,
  ownDisk: false,
  whole: true,
  held: false,
  migration: null,
  peer: null,
  stoppedAt: null,
} as const;

/** Of a guest that has left, what the migration was: as far as it matters to its end. */
const leavingPolicy: Policy = presets.ringlab;

/** The reservation that a register's entry came from. */
function reserveOf({ spec, epoch, whole, ownDisk, held, printed, migration, peer }: Registered): Reserve {
  return {
    id: migration ?? '',
    guest: spec,
    epoch,
    mode: whole ? 'pre-copy' : 'post-copy',
    withStorage: ownDisk,
    held,
    printed,
    from: peer ?? '',
    stateVersion: STATE_VERSION,
  };
}

/** Devices that every machine has. */
const deviceNames: readonly string[] = ['console', 'disk', 'network'];
