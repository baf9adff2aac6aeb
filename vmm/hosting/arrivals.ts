/**
 * Coming: the targets of a host's migrations, what they write down, and how they learn what
 * the source decided when it was lost before they heard.
 */
import type { HostedGuest } from './hosted-guest.ts';
import { type Offer, incompatible } from '../migration/compatibility.ts';
import { type House, newKeep, reserveOf } from './house.ts';
import type { Registered } from './keep/register.ts';
import type { Place } from './place.ts';
import { MigrationTarget, type TargetEvents } from '../migration/target.ts';
import { MESSAGE, pack, type Reserve, shapes, unpack } from '../wire/messages.ts';
import { refuse, type Session } from '../wire/session.ts';

/** Devices that every machine has. */
const deviceNames: readonly string[] = ['console', 'disk', 'network'];

const nobody = { open: () => {}, message: () => {}, ended: () => {} };

export class Arrivals {
  /** Under way, by guest. */
  readonly targets = new Map<string, MigrationTarget<HostedGuest>>();
  readonly #house: House;

  constructor(house: House) {
    this.#house = house;
  }

  /** Gives every target its turn; those that are prepared and lost the source ask it. */
  turn(): void {
    for (const target of this.targets.values()) {
      target.turn();
      if (target.isPrepared && !target.isConnected && target.state === 'under way') this.#ask(target);
    }
  }

  // ---- Reservation ----

  /** A source asks for room. */
  reserve(session: Session, reserve: Reserve): void {
    const earlier = this.targets.get(reserve.guest.name);
    if (earlier && !earlier.isPrepared) earlier.cancel('the guest comes by another migration');
    const refusal =
      this.#house.refusal(reserve.guest) ?? incompatible(reserve.guest, reserve.stateVersion, this.#offer());
    if (refusal !== undefined) refuse(session, refusal);
    else this.#prepare(session, reserve);
  }

  #offer(): Offer {
    const { variant, monitor, translateUser = false } = this.#house.options.machinery;
    return { variant, monitor, translateUser, devices: deviceNames };
  }

  /** Sets the guest's memory and disk aside. */
  #prepare(session: Session, reserve: Reserve): void {
    let place: Place;
    try {
      place = this.#reserved(reserve);
    } catch (error) {
      refuse(session, (error as Error).message);
      return;
    }
    const target = this.#target(place, reserve);
    target.asked(session);
    this.#fetch(target);
  }

  /**
   * The guest comes over a connection that its target makes, if it can: only who makes a
   * connection can have what comes read into a buffer of its own (wire/tcp.ts).
   */
  #fetch(target: MigrationTarget<HostedGuest>): void {
    this.#house.dial(target.reserve.from, {
      open: (session) => target.fetch(session),
      failed: () => target.begin(),
    });
  }

  /** A place for a guest that is to come. Throws what Place throws. */
  #reserved({ guest, withStorage }: Reserve): Place {
    if (!withStorage) return this.#house.place(guest, newKeep(guest.name));
    const { disks } = this.#house.options;
    const disk = disks.create(guest.name, guest.sectors);
    try {
      return this.#house.place({ ...guest, disk, diskIdentity: null }, newKeep(guest.name));
    } catch (error) {
      disks.remove(disk);
      throw error;
    }
  }

  // ---- Targets ----

  /** After a death: a guest whose whole image is here, and only the source knows whose it is. */
  recoverPrepared(place: Place, entry: Registered): void {
    place.recover();
    this.#target(place, reserveOf(entry), 'prepared');
  }

  /** After a death: a guest of ours, of which perhaps not all has come. */
  recoverOwned(place: Place, entry: Registered): void {
    const here = entry.whole ? undefined : place.keep.present();
    place.recover(here);
    if (here?.length === place.guest.units(false).count) this.#house.write(place, { ...entry, whole: true });
    else if (here !== undefined) place.fetching = this.#target(place, reserveOf(entry), { here });
  }

  #target(
    place: Place,
    reserve: Reserve,
    before?: 'prepared' | { readonly here: readonly number[] },
  ): MigrationTarget<HostedGuest> {
    const { clock, patience } = this.#house.options;
    const { name, guest, keep } = place;
    const told = () => this.#house.events.target?.(target);
    const target: MigrationTarget<HostedGuest> = new MigrationTarget({
      reserve,
      guest,
      store: keep,
      clock,
      patience,
      ...(before === undefined ? {} : { before }),
      events: { changed: told, ...this.#eventsOf(place, reserve, () => target) },
    });
    this.targets.set(name, target);
    told();
    return target;
  }

  /** What a target's changes mean for the register. */
  #eventsOf(
    place: Place,
    reserve: Reserve,
    target: () => MigrationTarget<HostedGuest>,
  ): Omit<TargetEvents, 'changed'> {
    const house = this.#house;
    const { name } = place;
    const entry = entryOf(place, reserve);
    return {
      failed: () => {
        this.targets.delete(name);
        house.settled(reserve.id);
        house.register.remove(name);
        house.places.delete(name);
        place.entry = entry;
        place.remove();
        house.events.target?.(target());
      },
      prepared: ({ printed }) => {
        place.guest.keepIn(place.keep);
        house.write(place, { ...entry, printed });
      },
      committed: () => {
        house.write(place, { ...(place.entry ?? entry), phase: 'owned' });
        house.register.settle(reserve.id);
        house.settled(reserve.id);
        if (entry.whole) this.targets.delete(name);
        else place.fetching = target();
        house.run(place);
      },
      whole: () => {
        house.write(place, { ...(place.entry ?? entry), whole: true });
        this.targets.delete(name);
        place.fetching = undefined;
      },
    };
  }

  // ---- After a cut ----

  /** The source has decided and wants to know that we know. */
  resume(session: Session, id: string): void {
    const target = [...this.targets.values()].find(({ reserve }) => reserve.id === id);
    const isOurs = [...this.#house.places.values()].some(
      ({ entry }) => entry?.migration === id && entry.phase === 'owned',
    );
    if (target !== undefined) target.resume(session);
    else if (isOurs || this.#house.register.isSettled(id)) {
      session.send(MESSAGE.ACTIVATED);
      session.send(MESSAGE.COMPLETE);
      session.handTo(nobody);
    } else {
      session.send(
        MESSAGE.ABORT,
        pack(shapes.why, { reason: `${this.#house.address} never had that guest` }),
      );
      session.close();
    }
  }

  /** Prepared, and the source is not there: it is asked how it decided, again and again. */
  #ask(target: MigrationTarget<HostedGuest>): void {
    const { id, from } = target.reserve;
    if (!this.#house.mayRetry(id)) return;
    this.#house.dial(from, {
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

  #answered(target: MigrationTarget<HostedGuest>, session: Session, type: number, payload: Uint8Array): void {
    if (type !== MESSAGE.OUTCOME || target.isConnected || !target.isPrepared) {
      session.close();
      return;
    }
    const { id, outcome } = unpack(shapes.outcome, payload);
    if (outcome === 'committed' && id === target.reserve.id) target.resume(session);
    else {
      session.close();
      if (outcome === 'aborted' && id === target.reserve.id) target.abandon();
    }
  }
}

/** What the register says of a guest that is prepared. */
function entryOf({ guest, keep }: Place, reserve: Reserve): Registered {
  return {
    spec: guest.spec,
    phase: 'prepared',
    epoch: reserve.epoch,
    keep: keep.folder,
    printed: reserve.printed,
    ownDisk: reserve.withStorage,
    whole: reserve.mode !== 'post-copy',
    held: reserve.held,
    migration: reserve.id,
    peer: reserve.from,
    stoppedAt: null,
  };
}
