/**
 * Guests' consoles as somebody else's terminal has them: what was printed from an offset on, then what is printed, and
 * what is typed there. A guest that moves away takes its log with it; whoever reads is told where to, and the offset.
 */
import type { Channel } from '../wire/channel.ts';
import { decodeAs, encodeAs } from '../wire/codec.ts';
import { address, MESSAGE, text } from '../wire/messages.ts';
import {
  bytes,
  type Checked,
  flag,
  integer,
  kinds,
  nullable,
  oneOf,
  record,
  type Shape,
  step,
} from '../wire/schema.ts';
import { type Host, HostError } from './host.ts';
import { isStorageError } from './keep/trouble.ts';
import type { Slot } from './slot.ts';

/** Most bytes of a message, and of what is on its way to one reader. */
const most = { message: 2 ** 17, backlog: 2 ** 20 } as const;

/** What of a console is asked for. */
export const consoleFields = {
  /** The offset of the first byte; null = the first that is stored. */
  since: nullable(step),
  /** Only so many of the last lines; null = all. */
  lines: nullable(integer(0, 2 ** 31)),
  /** Wait for what is printed, until the guest has ended. */
  follow: flag,
} as const;

const consoleShape = record(consoleFields);
export type ConsoleRequest = Checked<typeof consoleShape>;

const begins = record({
  kind: oneOf('begins'),
  /** The offset of the first byte that comes. */
  offset: step,
  /** The offset of the first byte that is stored. */
  start: step,
  /** How much of what it did before its host's process ended it has done again, in percent; null = it repeats nothing. */
  repeated: nullable(integer(0, 100)),
});

const output = record({ kind: oneOf('output'), offset: step, bytes: bytes(most.message) });

const ends = record({
  kind: oneOf('ends'),
  /** The offset behind the last byte. */
  offset: step,
  /** done: all that was asked for; ended: the guest is at its end; left: it is on another host, or is removed. */
  why: oneOf('done', 'ended', 'left'),
  /** left: where it is; null = nowhere. */
  to: nullable(address),
  /** ended: how, in words. */
  how: text(200),
});

export type ConsoleReply = Checked<typeof begins> | Checked<typeof output> | Checked<typeof ends>;

const consoleReply: Shape<ConsoleReply> = kinds<ConsoleReply>({ begins, output, ends });

/** Throws FieldError. */
export function decodeConsoleReply(payload: Uint8Array): ConsoleReply {
  return decodeAs(consoleReply, payload);
}

interface Reader {
  readonly channel: Channel;
  readonly slot: Slot;
  /** What was not sent begins here. */
  at: number;
  /** Where it ends; Infinity = with the guest. */
  readonly until: number;
}

export class Consoles {
  readonly #host: Host;
  readonly #readers = new Set<Reader>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Somebody wants to read a guest's console, and may type. Throws HostError when it is not here. */
  open(channel: Channel, guest: string, { since, lines, follow }: ConsoleRequest): void {
    const slot = this.#host.slots.get(guest);
    if (slot?.entry?.phase !== 'owned') throw new HostError(`there is no guest ${guest} here`);
    const { log } = slot;
    const first = Math.max(since ?? 0, lines === null ? 0 : log.linesFromEnd(lines), log.start);
    const at = Math.min(first, log.end);
    const reader: Reader = { channel, slot, at, until: follow ? Number.POSITIVE_INFINITY : log.end };
    this.#readers.add(reader);
    channel.handTo({
      message: (type, payload) => {
        if (type === MESSAGE.INPUT && this.#isHere(slot)) slot.guest.feed(Uint8Array.from(payload));
      },
      ended: () => this.#readers.delete(reader),
    });
    const { repeated } = slot.guest;
    this.#tell(channel, { kind: 'begins', offset: at, start: log.start, repeated });
  }

  /** Sends what was printed since the last turn. */
  turn(): void {
    for (const reader of this.#readers)
      try {
        this.#send(reader);
      } catch (error) {
        if (!isStorageError(error)) throw error;
        // Its log cannot be read now: who follows it asks again.
        this.#readers.delete(reader);
        reader.channel.close();
      }
  }

  #send(reader: Reader): void {
    const { channel, slot, until } = reader;
    if (!this.#isHere(slot)) {
      this.#end(reader, 'left');
      return;
    }
    const { log } = slot;
    while (reader.at < Math.min(log.end, until) && channel.backlog < most.backlog) {
      reader.at = Math.max(reader.at, log.start);
      const part = log.read(reader.at, Math.min(most.message, until - reader.at));
      this.#tell(channel, { kind: 'output', offset: reader.at, bytes: part });
      reader.at += part.length;
    }
    if (reader.at >= until) this.#end(reader, 'done');
    else if (slot.end !== undefined && reader.at === log.end) this.#end(reader, 'ended');
  }

  /** Whether the guest is this host's still. */
  #isHere(slot: Slot): boolean {
    return this.#host.slots.get(slot.name) === slot && slot.entry?.phase === 'owned';
  }

  #end(reader: Reader, why: 'done' | 'ended' | 'left'): void {
    const { channel, slot, at } = reader;
    this.#readers.delete(reader);
    const to = why === 'left' ? slot.goneTo : null;
    const reply = encodeAs(consoleReply, { kind: 'ends', offset: at, why, to, how: slot.end ?? '' });
    channel.send(MESSAGE.REPLY, reply);
    channel.close();
  }

  #tell(channel: Channel, reply: ConsoleReply): void {
    channel.send(MESSAGE.EVENT, encodeAs(consoleReply, reply));
  }
}
