/** Sends requests to a running host, over its control channel. */
import {
  decodeReply,
  encodeRequest,
  type ControlReply,
  type ControlRequest,
} from '../../vmm/hosting/control.ts';
import { MESSAGE } from '../../vmm/wire/messages.ts';
import { Channel } from '../../vmm/wire/channel.ts';
import { gmac } from '../../vmm/wire/node-seal.ts';
import { type Certificate, TcpNetwork } from '../../vmm/wire/tcp.ts';
import { EXIT, Failure } from '../failure.ts';

/** Milliseconds between two checks whether the other side has proved itself in time. */
const tickMs = 500;

export interface Asker {
  readonly key: Uint8Array;
  readonly certificate?: Certificate;
}

/** The Failure for a host at `address` that gives no answer. */
function unreachable(address: string, reason: string): Failure {
  return new Failure(EXIT.UNREACHABLE, `${address}: ${reason}`);
}

/**
 * Sends a request, and resolves to the last reply; `progress` gets the replies before it. Rejects with a
 * Failure when the host cannot be reached, or leaves before it has answered.
 */
export async function ask(
  asker: Asker,
  address: string,
  request: ControlRequest,
  progress: (reply: ControlReply) => void = () => {},
): Promise<ControlReply> {
  const reply = await converse(asker, address, request, {
    event: (payload) => progress(decodeReply(payload)),
  });
  return decodeReply(reply);
}

/** Functions that a conversation calls. It begins with a request. */
export interface Conversation {
  /** Gets each reply before the last one. */
  event(payload: Uint8Array): void;
  /** Called when the request was sent: more can be sent through the channel. */
  open?(channel: Channel): void;
}

/** As `ask`, but the replies are not decoded. */
export function converse(
  { key, certificate }: Asker,
  address: string,
  request: ControlRequest,
  conversation: Conversation,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    new TcpNetwork(certificate).dial(address, (connection, reason) => {
      if (connection === undefined) {
        reject(unreachable(address, `cannot be reached: ${reason}`));
        return;
      }
      const channel = new Channel({
        connection,
        role: 'dialer',
        key,
        sealMaker: gmac,
        clock: () => performance.now(),
      });
      const timer = setInterval(() => channel.tick(), tickMs);
      channel.begin({
        open: () => {
          channel.send(MESSAGE.CONTROL, encodeRequest(request));
          conversation.open?.(channel);
        },
        message: (type, payload) => {
          if (type === MESSAGE.EVENT) conversation.event(payload);
          else {
            clearInterval(timer);
            channel.close();
            resolve(Uint8Array.from(payload));
          }
        },
        ended: (why) => {
          clearInterval(timer);
          reject(unreachable(address, `the host is gone: ${why}`));
        },
      });
    });
  });
}

/** The Failure for a reply that refuses the request, or that is of an unexpected kind. */
export function refusalOf(reply: ControlReply | Uint8Array): Failure {
  const found = reply instanceof Uint8Array ? decodeReply(reply) : reply;
  return new Failure(
    EXIT.CHECK_FAILED,
    found.kind === 'refused' ? found.reason : 'the host sent an unexpected answer',
  );
}
