/**
 * Switches of several processes: one in the middle takes members (`Members`), the others
 * join it (`joinSwitch`). Both sides prove that they know the key before anything else
 * passes (vmm/wire/session.ts); who does not costs a bounded amount of memory
 * and is sent away.
 */
import type { Link } from '../wire/link.ts';
import { Session } from '../wire/session.ts';
import { addressNumber } from './frame.ts';
import type { Switch } from './switch.ts';
import { Trunk } from './trunk.ts';

export interface Secret {
  /** The key that all members know. */
  readonly key: Uint8Array;
  /** Milliseconds since whenever. */
  readonly clock: () => number;
}

/** Most members, and most connections that may be about to prove themselves. */
const most = { members: 256, strangers: 32 } as const;

export interface MemberEvents {
  joined(peer: string): void;
  left(peer: string, reason: string): void;
}

/** The members of a switch. */
export class Members {
  readonly #switch: Switch;
  readonly #secret: Secret;
  readonly #events: MemberEvents;
  readonly #strangers = new Set<Session>();
  readonly #trunks = new Set<Trunk>();
  #addresses = 0;

  constructor(joined: Switch, secret: Secret, events: MemberEvents) {
    this.#switch = joined;
    this.#secret = secret;
    this.#events = events;
  }

  /** Somebody has connected. */
  accept(link: Link): void {
    if (this.#strangers.size >= most.strangers || this.#trunks.size >= most.members) {
      link.close();
      return;
    }
    const session = new Session({ link, role: 'listener', ...this.#secret });
    this.#strangers.add(session);
    session.begin({
      open: () => this.#open(session),
      message: () => {},
      ended: (reason) => {
        this.#strangers.delete(session);
        this.#events.left(session.peer, reason);
      },
    });
  }

  /** Sends those away who have not proved themselves in time. */
  tick(): void {
    for (const session of this.#strangers) session.tick();
  }

  /** Ends all trunks. */
  close(): void {
    for (const session of this.#strangers) session.close();
    for (const trunk of this.#trunks) trunk.close();
    this.#strangers.clear();
    this.#trunks.clear();
  }

  #open(session: Session): void {
    this.#strangers.delete(session);
    const trunk = trunkOver(session, this.#switch);
    this.#trunks.add(trunk);
    trunk.onEnd = (reason) => {
      this.#trunks.delete(trunk);
      this.#events.left(session.peer, reason);
    };
    this.#events.joined(session.peer);
    trunk.offer(this.#newAddress());
  }

  /** An address that nobody was given here and nobody is known to have. */
  #newAddress(): Uint8Array {
    do this.#addresses += 1;
    while (this.#switch.stationOf(addressNumber(this.#addresses)) !== undefined);
    return addressNumber(this.#addresses);
  }
}

/** Joins the switch at the other end of `link`; `ended` is told if that fails, or is over some day. Call the session's `tick` now and then. */
export function joinSwitch(
  joined: Switch,
  link: Link,
  secret: Secret,
  events: { joined(trunk: Trunk): void; ended(reason: string): void },
): Session {
  const session = new Session({ link, role: 'dialer', ...secret });
  session.begin({
    open: () => {
      const trunk = trunkOver(session, joined);
      trunk.onEnd = events.ended;
      events.joined(trunk);
    },
    message: () => {},
    ended: events.ended,
  });
  return session;
}

/** A trunk over a session whose two sides have proved themselves. */
function trunkOver(session: Session, joined: Switch): Trunk {
  const trunk = new Trunk(joined, session);
  session.handTo({
    open: () => {},
    message: (type, payload) => trunk.message(type, payload),
    ended: (reason) => trunk.ended(reason),
  });
  return trunk;
}
