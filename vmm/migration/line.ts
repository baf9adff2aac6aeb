/**
 * The line to the other side of a migration: which connection it is at the moment, since when
 * nothing was heard over it, and what becomes of an error in what was. What is said is the
 * two sides' own (source.ts, target.ts).
 */
import { FieldError } from '../wire/schema.ts';
import { MESSAGE, type MessageName, messageName, pack, shapes } from '../wire/messages.ts';
import { complaint, type Session } from '../wire/session.ts';

export interface LineOptions {
  /** Who is at the other end. */
  readonly other: 'source' | 'target';
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

export class Line {
  readonly #options: LineOptions;
  #session: Session | undefined;
  /** The connection before the present one, as long as nothing has come over that. */
  #before: Session | undefined;
  #since: number;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#since = options.clock();
  }

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  /** Whether a connection is being tried, with another one to go back to. */
  get isTrying(): boolean {
    return this.#before !== undefined;
  }

  /** Bytes that are not on their way yet. */
  get backlog(): number {
    return this.#session?.backlog ?? 0;
  }

  /** Goes on over that connection; the one before is closed. */
  use(session: Session): void {
    this.close();
    this.#attach(session);
  }

  /** Goes on over that connection if anything comes over it, and otherwise over the one before. */
  try(session: Session): void {
    this.#before = this.#session;
    this.#attach(session);
  }

  #attach(session: Session): void {
    this.#session = session;
    this.owed();
    session.handTo({
      open: () => {},
      message: (type, payload) => this.guard(() => this.#message(session, type, payload)),
      ended: (reason) => this.#ended(session, reason),
    });
  }

  /** The other side owes a sign from now on. */
  owed(): void {
    this.#since = this.#options.clock();
  }

  send(type: number, payload?: Uint8Array): void {
    this.#session?.send(type, payload);
  }

  /** As Session's. */
  sendFrom(buffer: Buffer, length: number, type: number, sent: () => void): void {
    this.#session?.sendFrom(buffer, length, type, sent);
  }

  close(): void {
    this.#session?.close();
    this.#session = undefined;
    this.#before?.close();
    this.#before = undefined;
  }

  /** Says why not, and closes. */
  abort(reason: string): void {
    this.send(MESSAGE.ABORT, pack(shapes.why, { reason: reason.slice(0, 500) }));
    this.close();
  }

  /** Looks whether the other side was heard in time; returns whether there is a line. */
  tick(): boolean {
    const session = this.#session;
    if (session === undefined) return false;
    session.tick();
    const { clock, patience, other } = this.#options;
    if (clock() - Math.max(this.#since, session.heard) > patience)
      this.#lose(`nothing was heard of the ${other} for ${patience} ms`);
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

  #message(session: Session, type: number, payload: Uint8Array): void {
    if (session === this.#session) {
      this.#before?.close();
      this.#before = undefined;
    } else if (type !== MESSAGE.ABORT) throw new FieldError('a message over a connection that was given up');
    const name = messageName(type);
    if (name === undefined) throw new FieldError(`a message of unknown type ${type}`);
    this.#options.message(name, payload);
  }

  #ended(session: Session, reason: string): void {
    if (session === this.#before) this.#before = undefined;
    if (session !== this.#session) return;
    this.#session = this.#before;
    this.#before = undefined;
    if (this.isConnected) this.#options.back?.();
    else this.#options.lost(reason);
  }
}
