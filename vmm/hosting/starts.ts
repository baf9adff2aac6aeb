/**
 * Guests that somebody starts on this host while it runs: whoever asks sends the guest's memory, its disk if it is to get
 * one of its own, and its state. The guest is nobody's until all of that is here and stored. When the connection is lost
 * before, nothing is left.
 */
import { joined } from '../../isa/machine/bytes.ts';
import type { Channel } from '../wire/channel.ts';
import { type GuestSpec, MESSAGE } from '../wire/messages.ts';
import { FieldError } from '../wire/schema.ts';
import { readBatch } from '../migration/image/batch.ts';
import type { Units } from '../migration/image/units.ts';
import { type Host, HostError } from './host.ts';
import { isStorageError } from './keep/trouble.ts';
import type { Slot } from './slot.ts';

/** Most bytes of state: what a console's waiting input may be, and the rest. */
const mostState = 65 * 2 ** 20;

/** What whoever starts a guest is told. */
export interface StartReplies {
  /** There is room: the guest can be sent, and has that address on the network. */
  ready(network: Uint8Array | null): void;
  started(what: string): void;
  refused(reason: string): void;
}

/** A guest that is being sent. */
class Start {
  readonly channel: Channel;
  readonly slot: Slot;
  readonly #units: Units;
  readonly #state: Uint8Array[] = [];
  #stateBytes = 0;

  constructor(channel: Channel, slot: Slot, withStorage: boolean) {
    this.channel = channel;
    this.slot = slot;
    this.#units = slot.guest.units(withStorage);
  }

  /** Takes a message; returns whether it was the last one. Throws FieldError. */
  take(type: number, payload: Uint8Array): boolean {
    if (type === MESSAGE.PAGES) this.#place(payload);
    else if (type === MESSAGE.STATE) this.#collect(payload);
    else if (type !== MESSAGE.END) throw new FieldError(`message ${type} while a guest is started`);
    return type === MESSAGE.END;
  }

  /** A unit that does not come is zero. */
  #place(payload: Uint8Array): void {
    for (const { first, contents } of readBatch(payload, this.#units.count)) {
      if (!(contents instanceof Uint8Array)) throw new FieldError('a unit without contents');
      this.#units.write(first, contents);
    }
  }

  #collect(part: Uint8Array): void {
    this.#stateBytes += part.length;
    if (this.#stateBytes > mostState) throw new FieldError('a state that is too long');
    this.#state.push(Uint8Array.from(part));
  }

  get state(): Uint8Array {
    return joined(this.#state);
  }
}

export class Starts {
  readonly #host: Host;
  readonly #underWay = new Set<Start>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Somebody wants to start a guest; with `withStorage` its disk's contents come with it. */
  open(channel: Channel, guest: GuestSpec, withStorage: boolean, replies: StartReplies): void {
    const named = {
      ...replies,
      refused: (reason: string) => replies.refused(`${guest.name} cannot be started: ${reason}`),
    };
    this.#host.addressFor(guest, (network, reason) => {
      if (reason === undefined) this.#reserve(channel, { ...guest, network }, withStorage, named);
      else named.refused(reason);
    });
  }

  #reserve(channel: Channel, guest: GuestSpec, withStorage: boolean, replies: StartReplies): void {
    if (!channel.isOpen) return;
    guarded(replies, () => {
      const start = new Start(channel, this.#host.reserve(guest, withStorage), withStorage);
      this.#underWay.add(start);
      channel.handTo({
        message: (type, payload) => this.#take(start, replies, type, payload),
        ended: () => this.#giveUp(start),
      });
      replies.ready(guest.network);
    });
  }

  #take(start: Start, replies: StartReplies, type: number, payload: Uint8Array): void {
    guarded(
      replies,
      () => {
        if (!start.take(type, payload)) return;
        const { slot } = start;
        slot.guest.restore(start.state);
        this.#underWay.delete(start);
        this.#host.begin(slot);
        replies.started(`${slot.name} runs on ${this.#host.address}, from step ${slot.guest.machine.steps}`);
      },
      () => this.#giveUp(start),
    );
  }

  #giveUp(start: Start): void {
    if (this.#underWay.delete(start)) this.#host.giveBack(start.slot);
  }

  /** Gives up guests of which nothing was heard for so many milliseconds. */
  turn(now: number, patience: number): void {
    for (const start of this.#underWay)
      if (now - start.channel.heard > patience) {
        start.channel.close();
        this.#giveUp(start);
      }
  }
}

/** Does it; what does not make sense, cannot be, or cannot be stored is refused, after `undo`. */
function guarded(replies: StartReplies, act: () => void, undo: () => void = () => {}): void {
  try {
    act();
  } catch (error) {
    const isTheirs = error instanceof FieldError || error instanceof HostError || error instanceof RangeError;
    if (!isTheirs && !isStorageError(error)) throw error;
    undo();
    replies.refused(isStorageError(error) ? `it could not be stored there: ${error.message}` : error.message);
  }
}
