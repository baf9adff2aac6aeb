/**
 * Going: the sources of a host's migrations, what they write down, and how they are settled
 * when the other side was lost after the decision.
 */
import type { HostedGuest } from './hosted-guest.ts';
import type { Registered } from './keep/register.ts';
import { HostError, type House, newKeep, randomHex, reserveOf } from './house.ts';
import { isStorageError } from './keep/trouble.ts';
import type { Slot } from './slot.ts';
import { type Policy, presets } from '../migration/policy.ts';
import { MigrationSource } from '../migration/source.ts';
import { encodeAs } from '../wire/codec.ts';
import { MESSAGE, type CommitOutcome, type Reserve, shapes, STATE_VERSION } from '../wire/messages.ts';
import type { Channel } from '../wire/channel.ts';

/** What a source is to do. */
interface Departure {
  readonly slot: Slot;
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
    const slot = this.#house.owned(name);
    const refusal = this.#refusal(slot, to, policy);
    if (refusal !== undefined) throw new HostError(refusal);
    const { entry } = slot;
    const reserve: Reserve = {
      id: randomHex(16),
      guest: { ...entry.spec, diskIdentity: slot.diskIdentity },
      epoch: entry.epoch + 1,
      mode: policy.mode,
      withStorage: policy.withStorage && entry.spec.disk !== null,
      ownDisk: entry.ownDisk,
      held: entry.held,
      printed: slot.log.end,
      from: this.#house.address,
      stateVersion: STATE_VERSION,
    };
    const source = this.#source({ slot, reserve, policy, to }, false);
    if (slot.guest.repeats) this.#waiting.set(source, { to, told: slot.guest.repeated });
    else this.#dial(source, to);
    return source;
  }

  /** Connects the source with its target. */
  #dial(source: MigrationSource<HostedGuest>, to: string): void {
    this.#house.dial(to, {
      open: (channel) => {
        if (source.state === 'under way' && !source.isConnected) source.connected(channel);
        else channel.close();
      },
      failed: (reason) => source.unreachable(`${to} cannot be reached: ${reason}`),
    });
  }

  #refusal({ name, entry }: Slot, to: string, policy: Policy): string | undefined {
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
      if (source.isWaiting) this.#settle(source);
    }
  }

  /** A target has made room, and fetches the guest over a connection of its own. */
  fetch(channel: Channel, id: string): void {
    const source = this.#known(id);
    if (source?.stage === 'reservation') source.fetched(channel);
    else channel.close();
  }

  #known(id: string): MigrationSource<HostedGuest> | undefined {
    return [...this.sources.values()].find((source) => source.id === id);
  }

  /** A target that is prepared asks how it was decided. What nobody here knows of was not. */
  answer(channel: Channel, id: string): void {
    const source = this.#known(id);
    const outcome: CommitOutcome =
      source === undefined ? 'aborted' : source.isDecided ? 'committed' : 'undecided';
    channel.send(MESSAGE.OUTCOME, encodeAs(shapes.outcome, { id, outcome }));
    if (source?.isDecided) source.asked(channel);
    else channel.close();
  }

  /**
   * After a death: a guest that is the target's already, which may not know. Post-copy still
   * needs its memory as it was when it stood still.
   */
  recover(slot: Slot, entry: Registered): void {
    if (!entry.whole) slot.repeat(entry.stoppedAt ?? 0);
    const policy: Policy = { ...presets.ringlab, mode: entry.whole ? 'pre-copy' : 'post-copy' };
    this.#source({ slot, reserve: reserveOf(entry), policy, to: entry.peer ?? '' }, true);
  }

  #source(departure: Departure, isDecided: boolean): MigrationSource<HostedGuest> {
    const { slot, reserve, policy, to } = departure;
    const { clock, patience } = this.#house.options;
    const { name } = slot;
    const { pool } = this.#house.options;
    const told = () => this.#house.events.source?.(source);
    const source: MigrationSource<HostedGuest> = new MigrationSource({
      guest: slot.guest,
      policy,
      reserve,
      to,
      clock,
      patience,
      isDecided,
      log: slot.log,
      ...(pool && {
        // What it produced and could not hand over would be lost: it has to be produced again.
        decide: (answer) => (slot.guest.hasWaiting ? answer(false) : pool.decide(name, to, answer)),
      }),
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
          this.#house.forget(slot, reserve.withStorage && reserve.ownDisk);
          this.#house.events.left?.(slot.guest);
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
   * it is saved first.
   */
  #decided({ slot, reserve, policy, to }: Departure, stoppedAt: number): void {
    const whole = policy.mode !== 'post-copy';
    const leaving = {
      phase: 'leaving',
      migration: reserve.id,
      peer: to,
      stoppedAt,
      whole,
      withStorage: reserve.withStorage,
    } as const;
    if (this.#house.options.pool) this.#writePooled(slot, leaving);
    else if (!whole && slot.guest.disk) this.#house.adopt(slot, slot.save(newKeep(slot.name)), leaving);
    else this.#house.writeSurely(slot, { ...(slot.entry as Registered), ...leaving });
    slot.unlockDisk();
  }

  /** The pool's store has decided, whatever can be written here. */
  #writePooled(slot: Slot, leaving: Partial<Registered>): void {
    const entry = { ...(slot.entry as Registered), ...leaving };
    slot.entry = entry;
    try {
      this.#house.write(slot, entry);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#house.events.trouble?.(`that ${slot.name} has left could not be stored: ${error.message}`);
    }
  }

  /** The guest is given up here, whatever becomes of it. */
  giveUp(name: string): void {
    this.sources.get(name)?.giveUp('it is given up here');
  }

  /** The target may not know yet that the guest is its own: it is told, as often as it takes. */
  #settle(source: MigrationSource<HostedGuest>): void {
    const to = this.#house.slots.get(source.guest.spec.name)?.entry?.peer;
    if (to === undefined || to === null || !this.#house.mayRetry(source.id)) return;
    this.#dial(source, to);
  }
}
