/**
 * Coming: the targets of a host's migrations, what they write down, and how they learn what
 * the source decided when it was lost before they heard.
 */
import type { HostedGuest } from './hosted-guest.ts';
import { type Offer, incompatible } from '../migration/compatibility.ts';
import { type House, reserveOf } from './house.ts';
import type { Registered } from './keep/register.ts';
import type { Slot } from './slot.ts';
import { MigrationTarget, type TargetEvents } from '../migration/target.ts';
import { decodeAs, encodeAs } from '../wire/codec.ts';
import { type GuestSpec, MESSAGE, type Reserve, STATE_VERSION, shapes } from '../wire/messages.ts';
import { refuse, type Channel } from '../wire/channel.ts';

/** Devices that every machine has. */
const deviceNames: readonly string[] = ['console', 'disk', 'network', 'paravirtual', 'context'];

export class Arrivals {
  /** Under way, by guest. */
  readonly targets = new Map<string, MigrationTarget<HostedGuest>>();
  readonly #house: House;

  constructor(house: House) {
    this.#house = house;
  }

  /** Gives every target its turn; those that are prepared and lost the source ask it, but in a pool the store knows. */
  turn(): void {
    for (const target of this.targets.values()) {
      target.turn();
      const isAlone = target.isPrepared && !target.isConnected && target.state === 'under way';
      if (isAlone && this.#house.options.pool === undefined) this.#ask(target);
    }
  }

  // ---- Reservation ----

  /** A source asks for room. */
  reserve(channel: Channel, reserve: Reserve): void {
    const { pool } = this.#house.options;
    if (pool === undefined) this.#consider(channel, reserve);
    else
      pool.expects(reserve, (refusal) => {
        if (refusal !== undefined) refuse(channel, refusal);
        else this.#house.guarded(channel, () => this.#consider(channel, reserve));
      });
  }

  #consider(channel: Channel, reserve: Reserve): void {
    const earlier = this.targets.get(reserve.guest.name);
    if (earlier && !earlier.isPrepared) earlier.cancel('the guest comes by another migration');
    const refusal = this.#house.refusal(reserve.guest) ?? this.refusal(reserve.guest, reserve.stateVersion);
    if (refusal !== undefined) refuse(channel, refusal);
    else this.#prepare(channel, reserve);
  }

  /** Why a guest would not run right here; undefined = it would. */
  refusal(guest: GuestSpec, stateVersion = STATE_VERSION): string | undefined {
    return incompatible(guest, stateVersion, this.#offer());
  }

  #offer(): Offer {
    const { variant, monitor, translateUser = false } = this.#house.options.machinery;
    return { variant, monitor, translateUser, devices: deviceNames };
  }

  /** Sets the guest's memory and disk aside. */
  #prepare(channel: Channel, reserve: Reserve): void {
    let slot: Slot;
    try {
      slot = this.#house.reserved(reserve.guest, reserve.withStorage);
    } catch (error) {
      refuse(channel, (error as Error).message);
      return;
    }
    const target = this.#target(slot, reserve);
    target.asked(channel);
    this.#fetch(target);
  }

  /**
   * The guest comes over a connection that its target makes, if it can: only who makes a
   * connection can have what comes read into a buffer of its own (wire/tcp.ts).
   */
  #fetch(target: MigrationTarget<HostedGuest>): void {
    this.#house.dial(target.reserve.from, {
      open: (channel) => target.fetch(channel),
      failed: () => target.begin(),
    });
  }

  // ---- Targets ----

  /** After a death: a guest whose whole image is here, and only the source knows whose it is. */
  recoverPrepared(slot: Slot, entry: Registered): void {
    slot.recover();
    this.#target(slot, reserveOf(entry), 'prepared');
  }

  /** After a death: a guest of ours, of which perhaps not all has come. */
  recoverOwned(slot: Slot, entry: Registered): void {
    const here = entry.whole ? undefined : slot.keep.present();
    slot.recover(here);
    if (here?.length === slot.guest.units(false).count) this.#house.write(slot, { ...entry, whole: true });
    else if (here !== undefined) slot.fetching = this.#target(slot, reserveOf(entry), { here });
  }

  #target(
    slot: Slot,
    reserve: Reserve,
    before?: 'prepared' | { readonly here: readonly number[] },
  ): MigrationTarget<HostedGuest> {
    const { clock, patience } = this.#house.options;
    const { name, guest, keep, log } = slot;
    const told = () => this.#house.events.target?.(target);
    const target: MigrationTarget<HostedGuest> = new MigrationTarget({
      reserve,
      guest,
      store: keep,
      log,
      clock,
      patience,
      ...(before === undefined ? {} : { before }),
      events: { changed: told, ...this.#eventsOf(slot, reserve, () => target) },
    });
    this.targets.set(name, target);
    told();
    return target;
  }

  /** What a target's changes mean for the register. */
  #eventsOf(
    slot: Slot,
    reserve: Reserve,
    target: () => MigrationTarget<HostedGuest>,
  ): Omit<TargetEvents, 'changed'> {
    const house = this.#house;
    const { name } = slot;
    const entry = entryOf(slot, reserve);
    return {
      failed: () => {
        this.targets.delete(name);
        house.settled(reserve.id);
        house.forget(slot, reserve.withStorage);
        house.events.target?.(target());
      },
      prepared: ({ printed }) => {
        slot.guest.keepIn(slot.keep);
        house.write(slot, { ...entry, printed });
      },
      committed: () => {
        house.write(slot, { ...(slot.entry ?? entry), phase: 'owned' });
        house.register.settle(reserve.id);
        house.settled(reserve.id);
        if (entry.whole) this.targets.delete(name);
        else slot.fetching = target();
        house.run(slot);
      },
      whole: () => {
        house.write(slot, { ...(slot.entry ?? entry), whole: true });
        this.targets.delete(name);
        slot.fetching = undefined;
      },
    };
  }

  // ---- Guests of a pool ----

  /** The pool's store says that the guest is ours. */
  take(name: string): void {
    this.targets.get(name)?.given();
  }

  /** The guest is given up here. Once it was prepared, what is stored of it stays: others may go on from that. */
  giveUp(name: string): void {
    const target = this.targets.get(name);
    if (target === undefined || target.cancel('it is given up there')) return;
    target.leave();
    this.targets.delete(name);
  }

  // ---- After a cut ----

  /** The source has decided and wants to know that we know. */
  resume(channel: Channel, id: string): void {
    const target = [...this.targets.values()].find(({ reserve }) => reserve.id === id);
    const isOurs = [...this.#house.slots.values()].some(
      ({ entry }) => entry?.migration === id && entry.phase === 'owned',
    );
    if (target !== undefined) target.resume(channel);
    else if (isOurs || this.#house.register.isSettled(id)) {
      channel.send(MESSAGE.ACTIVATED);
      channel.send(MESSAGE.COMPLETE);
      channel.handTo({});
    } else {
      channel.send(
        MESSAGE.ABORT,
        encodeAs(shapes.why, { reason: `${this.#house.address} never had that guest` }),
      );
      channel.close();
    }
  }

  /** Prepared, and the source is not there: it is asked how it decided, again and again. */
  #ask(target: MigrationTarget<HostedGuest>): void {
    const { id, from } = target.reserve;
    if (!this.#house.mayRetry(id)) return;
    this.#house.dial(from, {
      open: (channel) => {
        channel.handTo({
          message: (type, payload) =>
            this.#house.guarded(channel, () => this.#answered(target, channel, type, payload)),
        });
        channel.send(MESSAGE.ASK, encodeAs(shapes.id, { id }));
      },
      failed: () => {},
    });
  }

  #answered(target: MigrationTarget<HostedGuest>, channel: Channel, type: number, payload: Uint8Array): void {
    if (type !== MESSAGE.OUTCOME || target.isConnected || !target.isPrepared) {
      channel.close();
      return;
    }
    const { id, outcome } = decodeAs(shapes.outcome, payload);
    if (outcome === 'committed' && id === target.reserve.id) target.resume(channel);
    else {
      channel.close();
      if (outcome === 'aborted' && id === target.reserve.id) target.abandon();
    }
  }
}

/** What the register says of a guest that is prepared. */
function entryOf({ guest, keep }: Slot, reserve: Reserve): Registered {
  return {
    spec: guest.spec,
    phase: 'prepared',
    epoch: reserve.epoch,
    keep: keep.folder,
    printed: reserve.printed,
    ownDisk: reserve.withStorage || reserve.ownDisk,
    withStorage: reserve.withStorage,
    whole: reserve.mode !== 'post-copy',
    held: reserve.held,
    migration: reserve.id,
    peer: reserve.from,
    stoppedAt: null,
  };
}
