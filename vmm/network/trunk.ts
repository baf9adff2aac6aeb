/**
 * A trunk: connects this switch to one in another process, over a channel (vmm/wire/channel.ts), which delivers
 * whole messages in order, or ends.
 *
 *     type 64   a frame; one of a VLAN with its tag (vlan.ts)
 *     type 65   a frame that follows a guest: the guest's address, 6 bytes, then the frame
 *     type 66   an address that the other side may give to one of its guests, 6 bytes
 *     type 67   asks for one more such address; no bytes
 *
 * Any other message ends the channel. When the other side is slow, frames are dropped, as on any Ethernet, so that
 * the queue does not grow.
 */
import { joined } from '../../isa/machine/bytes.ts';
import { ADDRESS_BYTES, FRAME } from '../../isa/machine/devices/network.ts';
import type { Channel } from '../wire/channel.ts';
import { isGroup } from './frame.ts';
import type { Passing, Station, Switch } from './switch.ts';
import { isTagged, TAG_BYTES, tagged, untagged } from './vlan.ts';

/** Message types of a trunk. Migrations use other types. */
export const TRUNK = { FRAME: 64, FOLLOWS: 65, ADDRESS: 66, ASK: 67 } as const;

/** Bytes that may wait to be sent; frames beyond that are dropped. */
export const BACKLOG_MAX = 2 ** 20;

/** What a trunk uses of the channel between the two processes. */
export type TrunkChannel = Pick<Channel, 'peer' | 'backlog' | 'send' | 'close'>;

export class Trunk implements Station {
  readonly kind = 'trunk';
  readonly name: string;
  readonly #switch: Switch;
  readonly #channel: TrunkChannel;
  #open = true;
  #dropped = 0;
  /** Called once when the trunk ends, unless this side closed it. */
  onEnd: ((reason: string) => void) | undefined;
  /** Called with each address that the other side offers. */
  onAddress: ((address: Uint8Array) => void) | undefined;
  /** Called when the other side asks for an address. */
  onAsk: (() => void) | undefined;

  /** Joins the switch. The owner of the channel must call `message` and `ended`. */
  constructor(joined: Switch, channel: TrunkChannel) {
    this.name = channel.peer;
    this.#switch = joined;
    this.#channel = channel;
    joined.join(this);
  }

  /** Frames that were dropped because the other side was slow. */
  get dropped(): number {
    return this.#dropped;
  }

  take({ frame: plain, follows, vlan = 0 }: Passing): void {
    if (!this.#open) return;
    const frame = tagged(plain, vlan);
    if (this.#channel.backlog > BACKLOG_MAX) this.#dropped += 1;
    else if (follows === undefined) this.#channel.send(TRUNK.FRAME, frame);
    else this.#channel.send(TRUNK.FOLLOWS, joined([follows, frame]));
  }

  /** Offers the other side an address for a guest of its own. */
  offer(address: Uint8Array): void {
    this.#channel.send(TRUNK.ADDRESS, address);
  }

  /** Asks the other side for one more address. */
  askAddress(): void {
    this.#channel.send(TRUNK.ASK);
  }

  /** Handles a message from the channel. The trunk may keep the bytes. */
  message(type: number, payload: Uint8Array): void {
    if (!this.#open) return;
    if (type === TRUNK.FRAME && isFrame(payload)) this.#pass(payload);
    else if (type === TRUNK.FOLLOWS && isFrame(payload.subarray(ADDRESS_BYTES))) this.#follow(payload);
    else if (type === TRUNK.ADDRESS && payload.length === ADDRESS_BYTES && !isGroup(payload))
      this.onAddress?.(payload);
    else if (type === TRUNK.ASK && payload.length === 0 && this.onAsk) this.onAsk();
    else this.#fail(`message ${type} of ${payload.length} bytes, which is none of a trunk`);
  }

  /** To be called when the channel has ended. */
  ended(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#switch.leave(this);
    this.onEnd?.(reason);
  }

  /** Ends the trunk from this side. `onEnd` is not called. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#switch.leave(this);
    this.#channel.close();
  }

  #follow(payload: Uint8Array): void {
    const follows = payload.subarray(0, ADDRESS_BYTES);
    this.#pass(payload.subarray(ADDRESS_BYTES), follows);
  }

  /** A frame of a VLAN that cannot be is dropped. */
  #pass(frame: Uint8Array, follows?: Uint8Array): void {
    const found = untagged(frame);
    if (found === undefined) return;
    this.#switch.pass(this, { ...found, at: undefined, ...(follows !== undefined && { follows }) });
  }

  #fail(reason: string): void {
    this.#channel.close();
    this.ended(reason);
  }
}

function isFrame(frame: Uint8Array): boolean {
  const { length } = frame;
  return length >= FRAME.MIN && length <= FRAME.MAX + (isTagged(frame) ? TAG_BYTES : 0);
}
