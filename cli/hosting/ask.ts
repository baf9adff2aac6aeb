/** Asking a running host for something, over its control channel. */
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

/** The host at `address` cannot be talked to. */
function unreachable(address: string, reason: string): Failure {
  return new Failure(EXIT.UNREACHABLE, `${address}: ${reason}`);
}

/**
 * Sends a request, and resolves to the last reply; `progress` gets the replies before it. Rejects with a
 * Failure when the host cannot be reached, or leaves before it has answered.
 */
export function ask(
  { key, certificate }: Asker,
  address: string,
  request: ControlRequest,
  progress: (reply: ControlReply) => void = () => {},
): Promise<ControlReply> {
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
        open: () => channel.send(MESSAGE.CONTROL, encodeRequest(request)),
        message: (type, payload) => {
          const reply = decodeReply(payload);
          if (type === MESSAGE.EVENT) progress(reply);
          else {
            clearInterval(timer);
            channel.close();
            resolve(reply);
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
