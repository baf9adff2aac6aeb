/**
 * Connects the switches of several processes: the one in the middle accepts members (`Members`), the others
 * join it (`joinSwitch`). Both sides prove that they know the key before anything else
 * passes (vmm/wire/channel.ts). A stranger costs a limited amount of memory, and its connection is
 * closed.
 */
import type { Connection } from '../wire/connection.ts';
import { Channel } from '../wire/channel.ts';
import type { SealMaker } from '../wire/seal.ts';
import { Strangers } from '../wire/strangers.ts';
import { addressNumber } from './frame.ts';
import type { Switch } from './switch.ts';
import { Trunk } from './trunk.ts';

export interface Secret {
  /** The key that all members know. */
  readonly key: Uint8Array;
  /** Makes the seals of messages; both sides use the same. */
  readonly sealMaker: SealMaker;
  /** Returns milliseconds since some moment. */
  readonly clock: () => number;
}

const mostMembers = 256;

export interface MemberEvents {
  joined(peer: string): void;
  left(peer: string, reason: string): void;
}

/** The members of a switch. */
export class Members {
  readonly #switch: Switch;
  readonly #secret: Secret;
  readonly #events: MemberEvents;
  readonly #strangers = new Strangers();
  readonly #trunks = new Set<Trunk>();
  #addresses = 0;

  constructor(joined: Switch, secret: Secret, events: MemberEvents) {
    this.#switch = joined;
    this.#secret = secret;
    this.#events = events;
  }

  /** Takes a new connection. */
  accept(connection: Connection): void {
    const channel = new Channel({ connection, role: 'listener', ...this.#secret });
    this.#strangers.add(channel);
    channel.begin({
      open: () => this.#open(channel),
      ended: (reason) => {
        this.#strangers.delete(channel);
        this.#events.left(channel.peer, reason);
      },
    });
  }

  /** Closes connections that have not proved themselves in time. */
  tick(): void {
    this.#strangers.tick();
  }

  /** Ends all trunks. */
  close(): void {
    this.#strangers.close();
    for (const trunk of this.#trunks) trunk.close();
    this.#trunks.clear();
  }

  #open(channel: Channel): void {
    this.#strangers.delete(channel);
    if (this.#trunks.size >= mostMembers) {
      channel.close();
      this.#events.left(channel.peer, `there are ${mostMembers} members already`);
      return;
    }
    const trunk = trunkOver(channel, this.#switch);
    this.#trunks.add(trunk);
    trunk.onEnd = (reason) => {
      this.#trunks.delete(trunk);
      this.#events.left(channel.peer, reason);
    };
    this.#events.joined(channel.peer);
    trunk.onAsk = () => trunk.offer(this.#newAddress());
    trunk.offer(this.#newAddress());
  }

  /** An address that was not given out here before and that no known station has. */
  #newAddress(): Uint8Array {
    do this.#addresses += 1;
    while (this.#switch.knows(addressNumber(this.#addresses)));
    return addressNumber(this.#addresses);
  }
}

/**
 * Joins the switch at the other end of `connection`. Calls `ended` if that fails, and also when the connection ends
 * later. Call the channel's `tick` now and then.
 */
export function joinSwitch(
  joined: Switch,
  connection: Connection,
  secret: Secret,
  events: { joined(trunk: Trunk): void; ended(reason: string): void },
): Channel {
  const channel = new Channel({ connection, role: 'dialer', ...secret });
  channel.begin({
    open: () => {
      const trunk = trunkOver(channel, joined);
      trunk.onEnd = events.ended;
      events.joined(trunk);
    },
    ended: events.ended,
  });
  return channel;
}

/** A trunk over a channel whose two sides have proved themselves. */
function trunkOver(channel: Channel, joined: Switch): Trunk {
  const trunk = new Trunk(joined, channel);
  channel.handTo({
    message: (type, payload) => trunk.message(type, payload),
    ended: (reason) => trunk.ended(reason),
  });
  return trunk;
}
