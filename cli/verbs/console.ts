/** `ringlab console GUEST`: what a hosted guest has printed, from any offset, wherever the guest is. */
import { type ConsoleReply, decodeConsoleReply } from '../../vmm/hosting/consoles.ts';
import type { ControlRequest } from '../../vmm/hosting/control.ts';
import type { Channel } from '../../vmm/wire/channel.ts';
import { MESSAGE } from '../../vmm/wire/messages.ts';
import { FieldError } from '../../vmm/wire/schema.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { type Asker, ask, converse, refusalOf } from '../hosting/ask.ts';
import type { SecretOptions } from '../hosting/certificate.ts';
import { askerOf, hostOf } from '../hosting/find.ts';
import { checkAddress } from '../hosting/state.ts';
import { addSecretOptions, defaulting, parseCount } from '../options.ts';
import { note, print, writeGuest } from '../output.ts';

interface ConsoleOptions extends SecretOptions {
  readonly from?: string;
  readonly follow?: boolean;
  readonly since?: number;
  readonly lines?: number;
  readonly clear?: boolean;
}

/** Milliseconds between two searches for a guest that is moving, or whose host is gone. */
const againMs = 300;

/** Most bytes of typed input that are sent at once. */
const mostTyped = 2 ** 16;

export const command = addSecretOptions(
  createCommand('console', "Print a hosted guest's console; what is typed goes to the guest"),
)
  .argument('<guest>', 'its name')
  .option('-f, --follow', 'Wait for more, until the guest has ended or Ctrl-C')
  .option('--since <offset>', 'Begin with this byte; 0 is the first that it ever printed', parseCount)
  .option('-n, --lines <n>', 'Begin with this many of the last lines', parseCount)
  .option('--clear', 'Drop what it has printed so far')
  .addOption(defaulting('--from <host:port>', 'Look for it on this host first', 'look on this machine'))
  .action(exitWith(readConsole));

async function readConsole(guest: string, options: ConsoleOptions): Promise<number> {
  const from = options.from === undefined ? undefined : checkAddress('--from', options.from);
  if (options.since !== undefined && options.lines !== undefined)
    throw usage('--since and --lines are different beginnings; choose one');
  const asker = askerOf(from ?? '127.0.0.1:0', options);
  const host = from ?? (await hostOf(guest, asker));
  if (options.clear) {
    const reply = await ask(asker, host, { kind: 'clear', guest });
    if (reply.kind !== 'done') throw refusalOf(reply);
    print(`${reply.what}\n`);
    return EXIT.DONE;
  }
  const reader = new Reader(guest, asker, options);
  try {
    await reader.read(host);
  } finally {
    process.stdin.destroy();
  }
  return EXIT.DONE;
}

class Reader {
  readonly #guest: string;
  readonly #asker: Asker;
  readonly #isFollowing: boolean;
  readonly #lines: number | null;
  /** The offset of the next byte that is wanted. */
  #next: number | null;
  #channel: Channel | undefined;
  /** What was typed while there was no connection. */
  #typed: Uint8Array[] = [];
  #isTold = false;

  constructor(guest: string, asker: Asker, { follow = false, since, lines }: ConsoleOptions) {
    this.#guest = guest;
    this.#asker = asker;
    this.#isFollowing = follow;
    this.#lines = lines ?? null;
    this.#next = since ?? null;
  }

  /** Reads from that host, and from those that the guest moves to, to the end. Rejects with a Failure. */
  async read(first: string): Promise<void> {
    if (this.#isFollowing) this.#listen();
    for (let host = first; ; ) {
      try {
        const next = await this.#readFrom(host);
        if (next === undefined) return;
        host = next;
      } catch (error) {
        if (!this.#isFollowing || !(error instanceof Failure)) throw error;
        if (!this.#isTold) note(`ringlab: ${error.message}; ${this.#guest} is not there yet; waiting\n`);
        this.#isTold = true;
        await new Promise((resolve) => setTimeout(resolve, againMs));
        host = await hostOf(this.#guest, this.#asker, () => {}).catch(() => host);
      }
    }
  }

  /** Resolves to the host to which the guest has moved, or to undefined at the end. */
  async #readFrom(host: string): Promise<string | undefined> {
    const request: ControlRequest = {
      kind: 'console',
      guest: this.#guest,
      since: this.#next,
      lines: this.#next === null ? this.#lines : null,
      follow: this.#isFollowing,
    };
    try {
      const last = await converse(this.#asker, host, request, {
        event: (payload) => this.#take(decodeConsoleReply(payload)),
        open: (channel) => {
          this.#channel = channel;
          for (const typed of this.#typed.splice(0)) channel.send(MESSAGE.INPUT, typed);
        },
      });
      return this.#end(last);
    } finally {
      this.#channel = undefined;
    }
  }

  #take(reply: ConsoleReply): void {
    this.#isTold = false;
    if (reply.kind === 'begins') this.#begin(reply);
    if (reply.kind !== 'output') return;
    writeGuest(1, reply.bytes);
    this.#next = reply.offset + reply.bytes.length;
  }

  #begin({ offset, start, repeated }: Extract<ConsoleReply, { kind: 'begins' }>): void {
    const wanted = this.#next ?? (this.#lines === null ? 0 : offset);
    if (wanted < start) note(`ringlab: ${start - wanted} bytes from ${wanted} on were dropped\n`);
    if (repeated !== null && this.#isFollowing)
      note(
        `ringlab: ${this.#guest} is repeating what it did before its host's process ended, ${repeated} %; it prints more after that\n`,
      );
    this.#next = offset;
  }

  #end(payload: Uint8Array): string | undefined {
    const reply = endOf(payload);
    if (reply.why === 'left') {
      note(`ringlab: ${this.#guest} ${reply.to === null ? 'was removed' : `is on ${reply.to} now`}\n`);
      return reply.to ?? undefined;
    }
    if (reply.why === 'ended') note(`ringlab: ${this.#guest} ${reply.how}\n`);
    return undefined;
  }

  /** Sends typed input to the guest. Ctrl-D ends the guest's input; an empty pipe does not. */
  #listen(): void {
    let isUsed = process.stdin.isTTY;
    const send = (bytes: Uint8Array) => {
      if (this.#channel === undefined) this.#typed.push(bytes);
      else this.#channel.send(MESSAGE.INPUT, bytes);
    };
    process.stdin.on('data', (bytes: Buffer) => {
      isUsed = true;
      for (let at = 0; at < bytes.length; at += mostTyped) send(bytes.subarray(at, at + mostTyped));
    });
    process.stdin.on('end', () => {
      if (isUsed) send(new Uint8Array());
    });
  }
}

/** The last reply. Throws a Failure if it refuses the request. */
function endOf(payload: Uint8Array): Extract<ConsoleReply, { kind: 'ends' }> {
  try {
    const reply = decodeConsoleReply(payload);
    if (reply.kind === 'ends') return reply;
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
  }
  throw refusalOf(payload);
}
