/**
 * Going: the sources of a host's migrations, what they write down, and how they are settled
 * when the other side was lost after the decision.
 */
import type { HostedGuest } from './hosted-guest.ts';
import { randomBytes } from 'node:crypto';
import type { Registered } from './keep/register.ts';
import { HostError, type House, newKeep, reserveOf } from './house.ts';
import type { Place } from './place.ts';
import { type Policy, presets } from '../migration/policy.ts';
import { MigrationSource } from '../migration/source.ts';
import { MESSAGE, type Outcome, pack, type Reserve, shapes, STATE_VERSION } from '../wire/messages.ts';
import type { Session } from '../wire/session.ts';

/** What a source is to do. */
interface Departure {
  readonly place: Place;
  readonly reserve: Reserve;
  readonly policy: Policy;
  readonly to: string;
}

export class Departures {
  /** Under way, by guest. */
  readonly sources = new Map<string, MigrationSource<HostedGuest>>();
  /** The last of each guest, under way or ended. */
  readonly last = new Map<string, MigrationSource<HostedGuest>>();
  readonly #house: House;
  /** Those whose guest first has to repeat what it did, with how much of it was told last. */
  readonly #waiting = new Map<MigrationSource<HostedGuest>, { readonly to: string; told: number | null }>();

  constructor(house: House) {
    this.#house = house;
  }

  /**
   * Sends a guest to the host at `to`, as soon as it has repeated what it did before this
   * host's process ended. Throws HostError when it cannot go.
   */
  send(name: string, to: string, policy: Policy): MigrationSource<HostedGuest> {
    const place = this.#house.owned(name);
    const refusal = this.#refusal(place, to, policy);
    if (refusal !== undefined) throw new HostError(refusal);
    const { entry } = place;
    const reserve: Reserve = {
      id: randomBytes(16).toString('hex'),
      guest: { ...entry.spec, diskIdentity: place.diskIdentity },
      epoch: entry.epoch + 1,
      mode: policy.mode,
      withStorage: policy.withStorage && entry.spec.disk !== null,
      held: entry.held,
      printed: place.printed,
      from: this.#house.address,
      stateVersion: STATE_VERSION,
    };
    const source = this.#source({ place, reserve, policy, to }, false);
    if (place.guest.repeats) this.#waiting.set(source, { to, told: place.guest.repeated });
    else this.#dial(source, to);
    return source;
  }

  #dial(source: MigrationSource<HostedGuest>, to: string): void {
    this.#house.dial(to, {
      open: (session) => {
        if (source.state === 'under way') source.connected(session);
        else session.close();
      },
      failed: (reason) => source.unreachable(`${to} cannot be reached: ${reason}`),
    });
  }

  #refusal({ name, entry }: Place, to: string, policy: Policy): string | undefined {
    if (this.sources.has(name)) return `${name} is being migrated already`;
    if (!entry?.whole) return `${name} has just come by post-copy and is not all here yet`;
    if (to === this.#house.address) return `${name} is on ${to} already`;
    if (policy.withStorage && policy.mode === 'post-copy')
      return 'post-copy fetches memory; it cannot move a disk';
    return undefined;
  }

  /** Gives every source its turn; those that have decided and lost the target look for it. */
  turn(): void {
    for (const [source, waiting] of this.#waiting) {
      const { repeated } = source.guest;
      if (repeated === null || source.state !== 'under way') this.#waiting.delete(source);
      if (source.state !== 'under way') continue;
      if (repeated === null) this.#dial(source, waiting.to);
      else if (repeated !== waiting.told) {
        waiting.told = repeated;
        this.#house.events.source?.(source);
      }
    }
    for (const source of this.sources.values()) {
      source.turn();
      if (source.isDecided && !source.isConnected && source.state === 'under way') this.#settle(source);
    }
  }

  /** A target has made room, and fetches the guest over a connection of its own. */
  fetch(session: Session, id: string): void {
    const source = this.#known(id);
    if (source?.stage === 'reservation') source.fetched(session);
    else session.close();
  }

  #known(id: string): MigrationSource<HostedGuest> | undefined {
    return [...this.sources.values()].find((source) => source.id === id);
  }

  /** A target that is prepared asks how it was decided. What nobody here knows of was not. */
  answer(session: Session, id: string): void {
    const source = this.#known(id);
    const outcome: Outcome = source === undefined ? 'aborted' : source.isDecided ? 'committed' : 'undecided';
    session.send(MESSAGE.OUTCOME, pack(shapes.outcome, { id, outcome }));
    if (source?.isDecided) source.asked(session);
    else session.close();
  }

  /**
   * After a death: a guest that is the target's already, which may not know. Post-copy still
   * needs its memory as it was when it stood still.
   */
  recover(place: Place, entry: Registered): void {
    if (!entry.whole) place.repeat(entry.stoppedAt ?? 0);
    const policy: Policy = { ...presets.ringlab, mode: entry.whole ? 'pre-copy' : 'post-copy' };
    this.#source({ place, reserve: reserveOf(entry), policy, to: entry.peer ?? '' }, true);
  }

  #source(departure: Departure, isDecided: boolean): MigrationSource<HostedGuest> {
    const { place, reserve, policy } = departure;
    const { clock, patience } = this.#house.options;
    const { name } = place;
    const told = () => this.#house.events.source?.(source);
    const source: MigrationSource<HostedGuest> = new MigrationSource({
      guest: place.guest,
      policy,
      reserve,
      clock,
      patience,
      isDecided,
      printed: () => place.printed,
      events: {
        changed: told,
        failed: () => {
          this.sources.delete(name);
          told();
        },
        decided: (stoppedAt) => this.#decided(departure, stoppedAt),
        moved: () => {
          this.sources.delete(name);
          this.#house.settled(reserve.id);
          this.#house.forget(place);
          told();
        },
      },
    });
    this.sources.set(name, source);
    this.last.set(name, source);
    told();
    return source;
  }

  /**
   * Writes down that the guest is the target's. Post-copy will need its memory as it is now;
   * a guest with a disk cannot be run to here again, for the disk goes on with the target, so
   * it is kept first.
   */
  #decided({ place, reserve, policy, to }: Departure, stoppedAt: number): void {
    const whole = policy.mode !== 'post-copy';
    const before = !whole && place.guest.disk ? place.rebase(newKeep(place.name)) : undefined;
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
    before?.remove();
  }

  /** A write that fails may have been done all the same: what the register says then, holds. */
  #write(place: Place, entry: Registered): void {
    try {
      this.#house.write(place, entry);
    } catch (error) {
      if (this.#house.register.get(place.name)?.phase !== 'leaving') throw error;
      place.entry = entry;
    }
  }

  /** The target may not know yet that the guest is its own: it is told, again and again. */
  #settle(source: MigrationSource<HostedGuest>): void {
    const to = this.#house.places.get(source.guest.spec.name)?.entry?.peer;
    if (to === undefined || to === null || !this.#house.mayRetry(source.id)) return;
    this.#house.dial(to, {
      open: (session) => {
        if (!source.isConnected && source.state === 'under way') source.connected(session);
        else session.close();
      },
      failed: () => {},
    });
  }
}
