/**
 * The line to the other side of a migration: which connection it is at the moment, since when
 * nothing was heard over it, and what becomes of an error in what was. What is said is the
 * two sides' own (source.ts, target.ts).
 */
import { FieldError } from '../wire/schema.ts';
import { encodeAs } from '../wire/codec.ts';
import { MESSAGE, type MessageName, messageName, shapes } from '../wire/messages.ts';
import { complaint, type Channel } from '../wire/channel.ts';

export interface PeerOptions {
  /** Who is at the other end, and where. */
  readonly other: 'source' | 'target';
  readonly address: string;
  readonly clock: () => number;
  /** Milliseconds without a sign after which the other side is given up. */
  readonly patience: number;
  /** Takes a message while the migration is under way; may throw FieldError, and what the shelf throws: then the line is lost. */
  readonly message: (name: MessageName, payload: Uint8Array) => void;
  /** There is no connection any more; not called when we closed it. */
  readonly lost: (reason: string) => void;
  /** A connection that was tried is gone, and the one before it is used again. */
  readonly back?: () => void;
}

export class Peer {
  readonly #options: PeerOptions;
  #channel: Channel | undefined;
  /** The connection before the present one, as long as nothing has come over that. */
  #before: Channel | undefined;
  #since: number;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#since = options.clock();
  }

  get isConnected(): boolean {
    return this.#channel !== undefined;
  }

  /** Whether a connection is being tried, with another one to go back to. */
  get isTrying(): boolean {
    return this.#before !== undefined;
  }

  /** Bytes that are not on their way yet. */
  get backlog(): number {
    return this.#channel?.backlog ?? 0;
  }

  /** Goes on over that connection; the one before is closed. */
  use(channel: Channel): void {
    this.close();
    this.#attach(channel);
  }

  /** Goes on over that connection if anything comes over it, and otherwise over the one before. */
  try(channel: Channel): void {
    this.#before = this.#channel;
    this.#attach(channel);
  }

  #attach(channel: Channel): void {
    this.#channel = channel;
    this.owed();
    channel.handTo({
      message: (type, payload) => this.guard(() => this.#message(channel, type, payload)),
      ended: (reason) => this.#ended(channel, reason),
    });
  }

  /** The other side owes a sign from now on. */
  owed(): void {
    this.#since = this.#options.clock();
  }

  send(type: number, payload?: Uint8Array): void {
    this.#channel?.send(type, payload);
  }

  /** As Channel's. */
  sendFrom(buffer: Uint8Array, length: number, type: number, sent: () => void): void {
    this.#channel?.sendFrom(buffer, length, type, sent);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#before?.close();
    this.#before = undefined;
  }

  /** Says why not, and closes. */
  abort(reason: string): void {
    this.send(MESSAGE.ABORT, encodeAs(shapes.why, { reason: reason.slice(0, 500) }));
    this.close();
  }

  /** Looks whether the other side was heard in time; returns whether there is a line. */
  tick(): boolean {
    const channel = this.#channel;
    if (channel === undefined) return false;
    channel.tick();
    const { clock, patience, other } = this.#options;
    if (clock() - Math.max(this.#since, channel.heard) > patience)
      this.#lose(`nothing was heard of the ${other} ${this.#options.address} for ${patience} ms`);
    return this.isConnected;
  }

  /** Does something that an error of the other side's, or of the shelf's, may end: then the line is lost. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#lose(complaint(error, this.#options.other));
    }
  }

  #lose(reason: string): void {
    this.close();
    this.#options.lost(reason);
  }

  #message(channel: Channel, type: number, payload: Uint8Array): void {
    if (channel === this.#channel) {
      this.#before?.close();
      this.#before = undefined;
    } else if (type !== MESSAGE.ABORT) throw new FieldError('a message over a connection that was given up');
    const name = messageName(type);
    if (name === undefined) throw new FieldError(`a message of unknown type ${type}`);
    this.#options.message(name, payload);
  }

  #ended(channel: Channel, reason: string): void {
    if (channel === this.#before) this.#before = undefined;
    if (channel !== this.#channel) return;
    this.#channel = this.#before;
    this.#before = undefined;
    if (this.isConnected) this.#options.back?.();
    else this.#options.lost(reason);
  }
}
