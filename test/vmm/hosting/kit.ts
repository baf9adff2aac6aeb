/** Asking a host in the same process, as `ringlab` asks one over a connection. */
import {
  Control,
  type ControlReply,
  type ControlRequest,
  decodeReply,
  encodeRequest,
  type GuestStatus,
} from '../../../vmm/hosting/control.ts';
import type { Host } from '../../../vmm/hosting/host.ts';
import type { Channel, ChannelEvents } from '../../../vmm/wire/channel.ts';
import { MESSAGE } from '../../../vmm/wire/messages.ts';

/** A conversation with a host's control, and what came of it. */
export class Asked {
  readonly events: Uint8Array[] = [];
  last: Uint8Array | undefined;
  #listener: Partial<ChannelEvents> = {};
  readonly channel: Channel;

  constructor() {
    this.channel = {
      peer: 'test',
      backlog: 0,
      heard: 0,
      isOpen: true,
      send: (type: number, payload = new Uint8Array()) => {
        if (type === MESSAGE.EVENT) this.events.push(payload);
        else this.last = payload;
      },
      handTo: (events: Partial<ChannelEvents>) => {
        this.#listener = events;
      },
      close: () => {},
    } as unknown as Channel;
  }

  /** The other side says something more, or is gone. */
  say(type: number, payload: Uint8Array = new Uint8Array()): void {
    this.#listener.message?.(type, payload);
  }

  hangUp(): void {
    this.#listener.ended?.('the connection was cut');
  }

  type(text: string): void {
    this.#listener.message?.(MESSAGE.INPUT, new TextEncoder().encode(text));
  }
}

/** Asks, and returns the conversation. */
export function askHost(control: Control, request: ControlRequest): Asked {
  const asked = new Asked();
  control.take(asked.channel, encodeRequest(request));
  return asked;
}

export function replyOf(control: Control, request: ControlRequest): ControlReply {
  return decodeReply(askHost(control, request).last ?? new Uint8Array());
}

/** What `ringlab migrate --list` tells of the host's guests. */
export function statusOf(host: Host): readonly GuestStatus[] {
  const reply = replyOf(new Control(host, () => 0), { kind: 'status' });
  return reply.kind === 'status' ? reply.guests : [];
}
