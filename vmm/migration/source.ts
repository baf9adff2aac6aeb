/**
 * The source's side of a migration: a state machine that is given messages and time, and
 * never waits. What each stage sends and expects is drawn in wire/messages.ts.
 *
 *     reservation    RESERVED -> pre-copy (cold, post-copy: stop-and-copy); REFUSED -> failed
 *     pre-copy       rounds, until the policy says stop
 *     stop-and-copy  the guest stands still; the rest, the state; END -> commitment
 *     commitment     PREPARED -> decided: from this write on the guest is the target's
 *     activation     ACTIVATED -> moved (post-copy: COMPLETE)
 *
 * Until it has decided, whatever goes wrong ends in `failed`, and the guest runs on here.
 * After, nothing can fail any more: a connection that is lost is made again (host.ts) until
 * the target has said that it knows.
 */
import { FieldError } from '../snapshot/schema.ts';
import type { HostedGuest } from './guest.ts';
import { UnitSender } from './image/sender.ts';
import type { UnitLog, Units } from './image/units.ts';
import { decide, firstLimit, type Policy, type Round } from './policy.ts';
import type { Stage } from './stages.ts';
import { type End, LONGEST, MESSAGE, pack, type Reserve, shapes, unpack } from './wire/messages.ts';
import { FRAME_HEADER } from './wire/frame.ts';
import { complaint, type Session } from './wire/session.ts';

export interface SourceOptions {
  readonly guest: HostedGuest;
  readonly policy: Policy;
  readonly reserve: Reserve;
  readonly clock: () => number;
  /** Milliseconds without a sign of the target after which it is given up. */
  readonly patience: number;
  /** Bytes printed before the guest's keep was begun. */
  readonly printed: () => number;
  readonly events: SourceEvents;
  /** It was decided before this host's process began. */
  readonly isDecided?: boolean;
}

export interface SourceEvents {
  /** A stage began, or a round ended. */
  changed(): void;
  /** It failed: the guest is ours and runs on. */
  failed(reason: string): void;
  /** Writes down that the guest is the target's. What is not written down has not happened. */
  decided(stoppedAt: number): void;
  /** The target knows, and needs nothing more. */
  moved(): void;
}

/** How it stands. */
export type SourceState = 'under way' | 'failed' | 'moved';

/** Most bytes on their way to the network at once. */
const mostBacklog = 4 * 2 ** 20;

/** Units looked at in one turn at most: the guest shall have its turns. */
const unitsPerTurn = 1024;

const stateChunk = LONGEST.FRIEND / 2;

export class Source {
  readonly policy: Policy;
  readonly guest: HostedGuest;
  readonly id: string;
  readonly rounds: Round[] = [];
  readonly stages: { readonly stage: Stage; readonly at: number }[] = [];
  state: SourceState = 'under way';
  /** Why the guest was stopped for good, or the migration failed. */
  reason = '';
  /** Part of its time that the guest is denied. */
  throttle = 0;
  /** By the clock: when the guest stood still, and when the target had it. */
  stoppedAt: number | undefined;
  activatedAt: number | undefined;
  /** Bytes of all frames with contents. */
  bytes = 0;
  readonly units: Units;
  readonly #reserve: Reserve;
  readonly #clock: () => number;
  readonly #patience: number;
  readonly #printed: () => number;
  readonly #events: SourceEvents;
  #session: Session | undefined;
  #log: UnitLog | undefined;
  readonly #sender: UnitSender;
  /** Units of this round, and how many of them were looked at. */
  #todo: readonly number[] = [];
  #at = 0;
  #skipped = 0;
  #roundEnded = false;
  #roundStarted = 0;
  #limit: number | null;
  /** Since when the target owes a sign. */
  #waitsSince: number;
  /** Post-copy: what the target asked for, not sent yet. */
  #wanted: number[] = [];

  constructor({ guest, policy, reserve, clock, patience, printed, events, isDecided }: SourceOptions) {
    this.guest = guest;
    this.policy = policy;
    this.id = reserve.id;
    this.#reserve = reserve;
    this.#clock = clock;
    this.#patience = patience;
    this.#printed = printed;
    this.#events = events;
    this.#waitsSince = clock();
    this.#limit = firstLimit(policy);
    this.units = guest.units(policy.withStorage);
    this.#sender = new UnitSender(this.units, { has: (unit) => this.#log?.has(unit) ?? false }, (...parts) =>
      this.#emit(...parts),
    );
    this.stages.push({ stage: isDecided ? 'activation' : 'pre-migration', at: clock() });
    if (isDecided) this.stoppedAt = clock();
  }

  get stage(): Stage {
    return this.stages.at(-1)?.stage ?? 'pre-migration';
  }

  /** Whether the decision has fallen: the guest is the target's. */
  get isDecided(): boolean {
    return this.stage === 'activation';
  }

  /** Whether the guest has to stand still. */
  get stopsGuest(): boolean {
    return this.stoppedAt !== undefined && this.state !== 'failed';
  }

  // ---- What happens to it ----

  /** There is a connection. */
  connected(session: Session): void {
    this.#use(session);
    if (this.isDecided) session.send(MESSAGE.RESUME, pack(shapes.id, { id: this.id }));
    else {
      this.#enter('reservation');
      session.send(MESSAGE.RESERVE, pack(shapes.reserve, this.#reserve));
    }
  }

  /** The target has asked how it was decided, over that connection: it goes on there. */
  asked(session: Session): void {
    this.#use(session);
  }

  #use(session: Session): void {
    this.#session?.close();
    this.#session = session;
    this.#waitsSince = this.#clock();
    session.handTo({
      open: () => {},
      message: (type, payload) => this.#message(type, payload),
      ended: (reason) => {
        if (this.#session === session) this.ended(reason);
      },
    });
  }

  /** The connection is gone, or there was none. */
  ended(reason: string): void {
    this.#session = undefined;
    if (!this.isDecided) this.#fail(reason);
  }

  /** What was sent since the guest stands still. */
  get last(): { readonly sent: number; readonly bytes: number } {
    const { sent, bytes } = this.stoppedAt === undefined ? { sent: 0, bytes: 0 } : this.#sender.tally;
    return { sent, bytes };
  }

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  /** Gives up, if that is still possible; returns whether it was. */
  cancel(reason: string): boolean {
    if (this.isDecided || this.state !== 'under way') return false;
    this.#session?.send(MESSAGE.ABORT, pack(shapes.why, { reason: reason.slice(0, 500) }));
    this.#session?.close();
    this.#fail(reason);
    return true;
  }

  /** Does what can be done now. The guest is between two steps. */
  turn(): void {
    if (this.state !== 'under way') return;
    const session = this.#session;
    if (session === undefined) return;
    session.tick();
    if (this.#clock() - Math.max(this.#waitsSince, session.heard) > this.#patience) {
      session.close();
      this.ended(`nothing was heard of the target for ${this.#patience} ms`);
      return;
    }
    if (this.stage === 'pre-copy') this.#copy(session);
    else if (this.stage === 'stop-and-copy') this.#finish(session);
    else if (this.isDecided) this.#push(session);
  }

  #message(type: number, payload: Uint8Array): void {
    if (this.state !== 'under way') return;
    try {
      this.#take(type, payload);
    } catch (error) {
      const reason = complaint(error, 'target');
      this.#session?.close();
      this.ended(reason);
    }
  }

  #take(type: number, payload: Uint8Array): void {
    const { stage } = this;
    if (type === MESSAGE.RESERVED && stage === 'reservation') this.#begin();
    else if (type === MESSAGE.REFUSED && stage === 'reservation')
      this.#leave(`refused: ${unpack(shapes.why, payload).reason}`);
    else if (type === MESSAGE.RECEIVED && stage === 'pre-copy')
      this.#endRound(unpack(shapes.round, payload).round);
    else if (type === MESSAGE.PREPARED && stage === 'commitment') this.#decide();
    else if (type === MESSAGE.ACTIVATED && this.isDecided) this.#activated();
    else if (type === MESSAGE.HAVE && this.isDecided) this.#have(payload);
    else if (type === MESSAGE.WANT && this.isDecided) this.#wanted.push(unpack(shapes.want, payload).unit);
    else if (type === MESSAGE.COMPLETE && this.isDecided) this.#end();
    else if (type === MESSAGE.ABORT) this.#leave(`the target gave up: ${unpack(shapes.why, payload).reason}`);
    else throw new FieldError(`message ${type} in stage ${stage}`);
  }

  // ---- Stages 0 to 2 ----

  #enter(stage: Stage): void {
    this.stages.push({ stage, at: this.#clock() });
    this.#events.changed();
  }

  #begin(): void {
    if (this.policy.mode !== 'pre-copy') {
      this.#stop(
        this.policy.mode === 'cold' ? 'cold: it is copied standing still' : 'post-copy: it runs there first',
      );
      return;
    }
    this.#log = this.units.log();
    this.#enter('pre-copy');
    this.#startRound(Array.from({ length: this.units.count }, (_, unit) => unit));
  }

  #startRound(todo: readonly number[]): void {
    this.#sender.expect(todo);
    this.#sender.tally = { sent: 0, zero: 0, repeated: 0, bytes: 0 };
    this.#todo = todo;
    this.#at = 0;
    this.#skipped = 0;
    this.#roundEnded = false;
    this.#roundStarted = this.#clock();
  }

  /** Sends what of the round may go now. */
  #copy(session: Session): void {
    if (this.#roundEnded) return;
    if (!this.#sendSome(session)) return;
    this.#roundEnded = true;
    session.send(MESSAGE.ROUND_END, pack(shapes.round, { round: this.rounds.length + 1 }));
  }

  /** Sends of the round what may go in one turn; returns whether all of it is on its way. */
  #sendSome(session: Session): boolean {
    if (session.backlog === 0 && this.#at < this.#todo.length) this.#waitsSince = this.#clock();
    for (let n = 0; n < unitsPerTurn && this.#at < this.#todo.length && this.#maySend(session); n++) {
      const unit = this.#todo[this.#at++] as number;
      if (this.#log?.has(unit)) this.#skipped += 1;
      else if (!this.#sender.has(unit)) this.#sender.add(unit);
    }
    if (this.#at < this.#todo.length) return false;
    this.#sender.flush();
    return true;
  }

  #maySend(session: Session): boolean {
    if (session.backlog > mostBacklog) return false;
    if (this.#limit === null) return true;
    const seconds = (this.#clock() - this.#roundStarted) / 1000;
    return this.#sender.tally.bytes <= this.#limit * seconds;
  }

  /** The target has all of the round: another one, or the end of it. */
  #endRound(number: number): void {
    if (!this.#roundEnded || number !== this.rounds.length + 1)
      throw new FieldError(`round ${number} is not under way`);
    this.rounds.push({
      ...this.#sender.tally,
      skipped: this.#skipped,
      dirtied: this.#log?.count() ?? 0,
      seconds: (this.#clock() - this.#roundStarted) / 1000,
      limit: this.#limit,
      throttle: this.throttle,
    });
    const { stop, limit, throttle } = decide(this.policy, this.rounds, this.units.count);
    this.#limit = limit;
    this.throttle = throttle;
    this.#events.changed();
    if (stop !== undefined) this.#stop(stop);
    else this.#startRound(this.#log?.take() ?? []);
  }

  // ---- Stage 3 ----

  /** The guest stands still from here on. */
  #stop(reason: string): void {
    this.reason = reason;
    this.stoppedAt = this.#clock();
    this.guest.flush();
    this.#enter('stop-and-copy');
    this.#session?.send(MESSAGE.STOPPED);
    const { mode } = this.policy;
    const all = Array.from({ length: mode === 'cold' ? this.units.count : 0 }, (_, unit) => unit);
    this.#startRound(mode === 'pre-copy' ? (this.#log?.take() ?? []) : all);
    this.#limit = null;
    this.#closeLog();
  }

  #closeLog(): void {
    this.#log?.close();
    this.#log = undefined;
  }

  /** Sends the rest, as fast as it goes, and the state. */
  #finish(session: Session): void {
    if (!this.#sendSome(session)) return;
    const state = this.guest.save();
    for (let at = 0; at < state.length; at += stateChunk)
      session.send(MESSAGE.STATE, state.subarray(at, at + stateChunk));
    session.send(MESSAGE.END, pack(shapes.end, this.#ending()));
    this.#enter('commitment');
  }

  #ending(): End {
    const digest = this.policy.mode === 'post-copy' ? null : this.#sender.digest();
    return { steps: this.guest.machine.steps, printed: this.#printed(), digest };
  }

  // ---- Stages 4 and 5 ----

  /** The target has a whole image. Written down, and then told: the order is the transaction. */
  #decide(): void {
    this.#events.decided(this.guest.machine.steps);
    this.#session?.send(MESSAGE.COMMIT);
    this.#enter('activation');
  }

  #activated(): void {
    this.activatedAt ??= this.#clock();
    this.#events.changed();
    if (this.policy.mode !== 'post-copy') this.#end();
  }

  /** Post-copy: which units the target has; all others are to be sent. */
  #have(bits: Uint8Array): void {
    if (bits.length !== Math.ceil(this.units.count / 8))
      throw new FieldError('a map of units of another guest');
    this.activatedAt ??= this.#clock();
    this.#sender.repeats = false;
    const missing: number[] = [];
    for (let unit = 0; unit < this.units.count; unit++)
      if ((((bits[unit >>> 3] as number) >>> (unit & 7)) & 1) === 0) missing.push(unit);
    this.#startRound(missing);
  }

  /** Post-copy: what was asked for first, then the rest. */
  #push(session: Session): void {
    for (const unit of this.#wanted.splice(0))
      if (unit < this.units.count && !this.#sender.has(unit)) this.#sender.add(unit);
    this.#sender.flush();
    this.#sendSome(session);
  }

  // ---- Ends ----

  #end(): void {
    this.state = 'moved';
    this.#session?.close();
    this.#session = undefined;
    this.#events.moved();
  }

  /** The target will not have it. */
  #leave(reason: string): void {
    this.#session?.close();
    this.#session = undefined;
    if (!this.isDecided) this.#fail(reason);
  }

  #fail(reason: string): void {
    if (this.state !== 'under way') return;
    this.state = 'failed';
    this.reason = reason;
    this.throttle = 0;
    this.#closeLog();
    this.#events.failed(reason);
  }

  /** Sends a batch; returns its bytes on the wire. */
  #emit(...parts: Uint8Array[]): number {
    this.#session?.send(MESSAGE.PAGES, ...parts);
    const bytes = FRAME_HEADER + parts.reduce((sum, part) => sum + part.length, 0);
    this.bytes += bytes;
    return bytes;
  }
}
