/**
 * A conversation over a connection. First both sides prove that they know the key; then they send messages.
 *
 * Each side sends 32 random bytes. Its proof is an HMAC under the key over the bytes of both sides and its own role, so a
 * proof cannot be used a second time or sent back to its maker. The two keys that seal the frames afterwards are computed
 * from the same bytes. A stranger receives random bytes and a proof that is of no use to it. It may send 256 bytes a frame,
 * and has five seconds.
 */
import { FieldError } from './schema.ts';
import { encodeFrame, finishFrame, type WireFrame, FrameError, FrameReader, VersionError } from './frame.ts';
import type { Connection } from './connection.ts';
import { decodeAs, encodeAs } from './codec.ts';
import { LONGEST, MESSAGE, shapes } from './messages.ts';
import { checksum, equal, hmac, type Seal, type SealMaker } from './seal.ts';

export interface ChannelEvents {
  /** Both have proved that they know the key. */
  open(): void;
  /** A message has arrived. The payload must be used or copied before the call returns. */
  message(type: number, payload: Uint8Array): void;
  /** The conversation has ended. This is called once, and nothing is called after it. */
  ended(reason: string): void;
}

export interface ChannelOptions {
  readonly connection: Connection;
  readonly role: 'dialer' | 'listener';
  /** The key that both sides know. */
  readonly key: Uint8Array;
  /** Makes the seals of frames, the same on both sides. */
  readonly sealMaker: SealMaker;
  readonly clock: () => number;
}

/** Added to the reason if a listener ends before it has said anything: a listener of version 1 does that to all others. */
const unanswered = "without an answer; does it speak another version of ringlab's protocol?";

/**
 * Milliseconds that the other side has to prove that it knows the key. A host that we have dialled has longer than one that
 * dials us, because it may be busy.
 */
const greeting = { listener: 5000, dialer: 15_000 } as const;

export class Channel {
  readonly peer: string;
  readonly #connection: Connection;
  readonly #role: ChannelOptions['role'];
  readonly #key: Uint8Array;
  readonly #sealMaker: SealMaker;
  readonly #clock: () => number;
  readonly #started: number;
  readonly #reader: FrameReader;
  readonly #nonce = crypto.getRandomValues(new Uint8Array(32));
  #peerNonce: Uint8Array = new Uint8Array();
  #events: Partial<ChannelEvents> = {};
  #state: 'greeting' | 'open' | 'ended' = 'greeting';
  #sealOut: Seal = checksum;
  #sealIn: Seal = checksum;
  #sequence = 0;
  /** The other side has sent something, or was to speak first. */
  #isAnswered: boolean;
  /** When something arrived last, by the clock. */
  heard: number;

  constructor({ connection, role, key, sealMaker, clock }: ChannelOptions) {
    this.peer = connection.peer;
    this.#connection = connection;
    this.#role = role;
    this.#isAnswered = role === 'listener';
    this.#key = key;
    this.#sealMaker = sealMaker;
    this.#clock = clock;
    this.#started = clock();
    this.heard = this.#started;
    this.#reader = new FrameReader({
      longest: () => (this.#state === 'open' ? LONGEST.FRIEND : LONGEST.STRANGER),
      seal: () => this.#sealIn,
    });
  }

  /** Begins the conversation. */
  begin(events: Partial<ChannelEvents>): void {
    this.#events = events;
    this.#connection.listen({
      bytes: (chunk) => this.#received(chunk),
      ended: (reason) => this.#end(this.#isAnswered ? reason : `${reason} ${unanswered}`),
    });
    if (this.#role === 'dialer') this.#send(MESSAGE.HELLO, encodeAs(shapes.hello, { nonce: this.#nonce }));
  }

  /** From now on, `events` is told of what happens. */
  handTo(events: Partial<ChannelEvents>): void {
    this.#events = events;
  }

  /** Bytes that have not been sent yet. */
  get backlog(): number {
    return this.#connection.backlog;
  }

  /** Whether the other side has sent its random bytes, as a friend does. */
  get isGreeted(): boolean {
    return this.#peerNonce.length > 0;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Sends a message; after the end, nothing happens. */
  send(type: number, payload?: Uint8Array): void {
    if (this.#state === 'open') this.#send(type, payload);
  }

  /**
   * Sends a message whose payload, of `length` bytes, is in `buffer` already, after room for a frame's header. The buffer
   * must not be changed before `sent` is called.
   */
  sendFrom(buffer: Uint8Array, length: number, type: number, sent: () => void): void {
    if (this.#state === 'open')
      this.#connection.send(finishFrame(buffer, length, type, this.#sequence++, this.#sealOut), sent);
  }

  /** Ends the conversation from this side. `ended` is not called. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#connection.close();
  }

  /** Ends it when the other side does not prove itself in time. */
  tick(): void {
    if (this.#state === 'greeting' && this.#clock() - this.#started > greeting[this.#role])
      this.#fail('no proof of the key in time');
  }

  #send(type: number, payload?: Uint8Array): void {
    this.#connection.send(encodeFrame(type, this.#sequence++, this.#sealOut, payload));
  }

  #received(chunk: Uint8Array): void {
    if (this.#state === 'ended') return;
    this.heard = this.#clock();
    this.#isAnswered = true;
    try {
      this.#reader.push(chunk, (frame) => this.#take(frame));
    } catch (error) {
      if (!(error instanceof FrameError || error instanceof FieldError)) throw error;
      // Any frame of ours tells the other side which version this is.
      if (error instanceof VersionError && this.#sequence === 0) this.#send(MESSAGE.REFUSED);
      this.#fail(error.message);
    }
  }

  #take(frame: WireFrame): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'open') this.#events.message?.(frame.type, frame.payload);
    else if (this.#role === 'dialer') this.#answer(frame);
    else this.#greet(frame);
  }

  /** The dialer's part: checks the listener's challenge, and answers it. */
  #answer({ type, payload }: WireFrame): void {
    if (type !== MESSAGE.CHALLENGE) throw new FrameError('no challenge where one was expected');
    const challenge = decodeAs(shapes.challenge, payload);
    this.#peerNonce = challenge.nonce;
    if (!equal(challenge.proof, this.#proof('listener'))) throw new FrameError('it has another key than we');
    this.#send(MESSAGE.PROOF, encodeAs(shapes.proof, { proof: this.#proof('dialer') }));
    this.#open();
  }

  /** The listener's part: sends the challenge, then checks the proof. */
  #greet({ type, payload }: WireFrame): void {
    if (type === MESSAGE.HELLO && this.#peerNonce.length === 0) {
      this.#peerNonce = decodeAs(shapes.hello, payload).nonce;
      const proof = this.#proof('listener');
      this.#send(MESSAGE.CHALLENGE, encodeAs(shapes.challenge, { nonce: this.#nonce, proof }));
      return;
    }
    if (type !== MESSAGE.PROOF || this.#peerNonce.length === 0)
      throw new FrameError('a message from somebody who has not proved that it knows the key');
    if (!equal(decodeAs(shapes.proof, payload).proof, this.#proof('dialer')))
      throw new FrameError('it has another key than we');
    this.#open();
  }

  #nonces(): readonly [dialer: Uint8Array, listener: Uint8Array] {
    return this.#role === 'dialer' ? [this.#nonce, this.#peerNonce] : [this.#peerNonce, this.#nonce];
  }

  #proof(role: ChannelOptions['role']): Uint8Array {
    return hmac(this.#key, `ringlab 1 proof of the ${role}`, ...this.#nonces());
  }

  #open(): void {
    const seal = (from: string) =>
      this.#sealMaker(hmac(this.#key, `ringlab 1 frames of the ${from}`, ...this.#nonces()));
    const other = this.#role === 'dialer' ? 'listener' : 'dialer';
    this.#sealOut = seal(this.#role);
    this.#sealIn = seal(other);
    this.#state = 'open';
    this.#events.open?.();
  }

  #fail(reason: string): void {
    this.#connection.close();
    this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#events.ended?.(reason);
  }
}

/** Says why a request is refused, and ends the conversation. */
export function refuse(channel: Channel, reason: string): void {
  channel.send(MESSAGE.REFUSED, encodeAs(shapes.why, { reason: reason.slice(0, 500) }));
  channel.close();
}

/**
 * Says why a conversation cannot continue after `error`: the other side sent something that makes no sense, or this host's
 * shelf failed. Throws any other error, because that is a bug of ours.
 */
export function complaint(error: unknown, other: string): string {
  if (error instanceof FieldError) return `the ${other} said what makes no sense: ${error.message}`;
  const { syscall, message } = error as { readonly syscall?: string; readonly message: string };
  if (syscall === undefined) throw error;
  return `it could not be written down here: ${message}`;
}
