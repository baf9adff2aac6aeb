/**
 * The source's side of a migration: a state machine that is given messages and time, and
 * never waits. What each stage sends and expects is drawn in wire/messages.ts.
 *
 *     reservation    RESERVED, FETCH -> pre-copy (cold, post-copy: stop-and-copy); REFUSED -> failed
 *     pre-copy       rounds, until the policy says stop
 *     stop-and-copy  the guest stands still; the rest, the state; END -> commitment
 *     commitment     PREPARED -> decided: from this write on the guest is the target's
 *     activation     ACTIVATED -> moved (post-copy: COMPLETE)
 *
 * Until it has decided, whatever goes wrong ends in `failed`, and the guest runs on here.
 * After, nothing can fail any more: a connection that is lost is made again (host.ts) until
 * the target has said that it knows.
 */
import { FieldError } from '../wire/schema.ts';
import type { MovingGuest } from './moving-guest.ts';
import type { Units } from './image/units.ts';
import { Line } from './line.ts';
import { decide, firstLimit, type Policy, type Round } from './policy.ts';
import { Rounds } from './rounds.ts';
import type { Stage } from './stages.ts';
import { type End, LONGEST, MESSAGE, pack, type Reserve, shapes, unpack } from '../wire/messages.ts';
import type { Session } from '../wire/session.ts';

export interface SourceOptions<Guest extends MovingGuest> {
  readonly guest: Guest;
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

const stateChunk = LONGEST.FRIEND / 2;

export class MigrationSource<Guest extends MovingGuest = MovingGuest> {
  readonly policy: Policy;
  readonly guest: Guest;
  readonly id: string;
  readonly stages: { readonly stage: Stage; readonly at: number }[] = [];
  state: SourceState = 'under way';
  /** Why the guest was stopped for good, or the migration failed. */
  reason = '';
  /** Part of its time that the guest is denied. */
  throttle = 0;
  /** By the clock: when the guest stood still, and when the target had it. */
  stoppedAt: number | undefined;
  activatedAt: number | undefined;
  /** By the clock: when it was over. */
  endedAt: number | undefined;
  readonly units: Units;
  readonly #reserve: Reserve;
  readonly #clock: () => number;
  readonly #printed: () => number;
  readonly #events: SourceEvents;
  readonly #line: Line;
  readonly #rounds: Rounds;
  /** All of the round is on its way. */
  #roundSent = false;

  constructor({ guest, policy, reserve, clock, patience, printed, events, isDecided }: SourceOptions<Guest>) {
    this.guest = guest;
    this.policy = policy;
    this.id = reserve.id;
    this.#reserve = reserve;
    this.#clock = clock;
    this.#printed = printed;
    this.#events = events;
    this.#line = new Line({
      other: 'target',
      clock,
      patience,
      message: (type, payload) => {
        if (this.state === 'under way') this.#take(type, payload);
      },
      lost: (reason) => this.ended(reason),
    });
    this.units = guest.units(policy.withStorage);
    this.#rounds = new Rounds({
      units: this.units,
      clock,
      send: ({ frame, length, release }) =>
        this.#line.sendFrom(frame, length, MESSAGE.PAGES, () => {
          release();
          // Who takes what is sent shows that it is there.
          this.#line.owed();
        }),
    });
    this.#rounds.limit = firstLimit(policy);
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
    this.#line.use(session);
    if (this.isDecided) session.send(MESSAGE.RESUME, pack(shapes.id, { id: this.id }));
    else {
      this.#enter('reservation');
      session.send(MESSAGE.RESERVE, pack(shapes.reserve, this.#reserve));
    }
  }

  /** The target has asked how it was decided, over that connection: it goes on there. */
  asked(session: Session): void {
    this.#line.use(session);
  }

  /** The target has made room, and the guest is to go over that connection. */
  fetched(session: Session): void {
    this.#line.use(session);
    this.#begin();
  }

  /** The connection is gone, or there was none. */
  ended(reason: string): void {
    if (!this.isDecided) this.#fail(reason);
  }

  /** The rounds that have ended. */
  get rounds(): readonly Round[] {
    return this.#rounds.ended;
  }

  /** Bytes of all frames with contents. */
  get bytes(): number {
    return this.#rounds.bytes;
  }

  /** What was sent since the guest stands still. */
  get last(): { readonly sent: number; readonly bytes: number } {
    return this.stoppedAt === undefined ? { sent: 0, bytes: 0 } : this.#rounds.tally;
  }

  /** Whether there is something of a round to send, and room for it on its way. */
  get canSend(): boolean {
    return this.isConnected && this.#rounds.maySend(this.#line.backlog);
  }

  get isConnected(): boolean {
    return this.#line.isConnected;
  }

  /** Gives up, if that is still possible; returns whether it was. */
  cancel(reason: string): boolean {
    if (this.isDecided || this.state !== 'under way') return false;
    this.#line.abort(reason);
    this.#fail(reason);
    return true;
  }

  /** Does what can be done now. The guest is between two steps. */
  turn(): void {
    if (this.state !== 'under way' || !this.#line.tick()) return;
    if (this.stage === 'pre-copy') this.#copy();
    else if (this.stage === 'stop-and-copy') this.#finish();
    else if (this.isDecided) this.#sendSome();
  }

  #take(type: number, payload: Uint8Array): void {
    const { stage } = this;
    if (type === MESSAGE.RESERVED && stage === 'reservation') this.#begin();
    else if (type === MESSAGE.REFUSED && stage === 'reservation')
      this.#leave(`refused: ${unpack(shapes.why, payload).reason}`);
    else if (type === MESSAGE.RECEIVED && stage === 'pre-copy')
      this.#endRound(unpack(shapes.round, payload).round);
    else if (type === MESSAGE.PREPARED && stage === 'commitment') this.#decide();
    else if (type === MESSAGE.BUSY) return;
    else if (type === MESSAGE.ACTIVATED && this.isDecided) this.#activated();
    else if (type === MESSAGE.HAVE && this.isDecided) this.#have(payload);
    else if (type === MESSAGE.WANT && this.isDecided) this.#rounds.want(unpack(shapes.want, payload).unit);
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
    this.#rounds.watch();
    this.#enter('pre-copy');
    this.#rounds.startAll();
  }

  /** Sends what of the round may go now. */
  #copy(): void {
    if (this.#roundSent || !this.#sendSome()) return;
    this.#roundSent = true;
    this.#line.send(MESSAGE.ROUND_END, pack(shapes.round, { round: this.rounds.length + 1 }));
  }

  /** Sends of the round what may go in one turn; returns whether all of it is on its way. */
  #sendSome(): boolean {
    if (this.#line.backlog === 0 && this.#rounds.hasMore) this.#line.owed();
    return this.#rounds.send(() => this.#line.backlog);
  }

  /** The target has all of the round: another one, or the end of it. */
  #endRound(number: number): void {
    if (!this.#roundSent || number !== this.rounds.length + 1)
      throw new FieldError(`round ${number} is not under way`);
    this.#rounds.end(this.throttle);
    const { stop, limit, throttle } = decide(this.policy, this.rounds, this.units.count);
    this.#rounds.limit = limit;
    this.throttle = throttle;
    this.#roundSent = false;
    this.#events.changed();
    if (stop !== undefined) this.#stop(stop);
    else this.#rounds.startDirty();
  }

  // ---- Stage 3 ----

  /** The guest stands still from here on. */
  #stop(reason: string): void {
    this.reason = reason;
    this.stoppedAt = this.#clock();
    this.guest.flush();
    this.#enter('stop-and-copy');
    this.#line.send(MESSAGE.STOPPED);
    const { mode } = this.policy;
    if (mode === 'pre-copy') this.#rounds.startDirty();
    else if (mode === 'cold') this.#rounds.startAll();
    this.#rounds.limit = null;
    this.#rounds.unwatch();
  }

  /** Sends the rest, as fast as it goes, and the state. */
  #finish(): void {
    if (!this.#sendSome()) return;
    const state = this.guest.save();
    for (let at = 0; at < state.length; at += stateChunk)
      this.#line.send(MESSAGE.STATE, state.subarray(at, at + stateChunk));
    this.#line.send(MESSAGE.END, pack(shapes.end, this.#ending()));
    this.#enter('commitment');
  }

  #ending(): End {
    const digest = this.policy.mode === 'post-copy' ? null : this.#rounds.digest();
    return { steps: this.guest.machine.steps, printed: this.#printed(), digest };
  }

  // ---- Stages 4 and 5 ----

  /** The target has a whole image. Written down, and then told: the order is the transaction. */
  #decide(): void {
    this.#events.decided(this.guest.machine.steps);
    this.#line.send(MESSAGE.COMMIT);
    this.#enter('activation');
  }

  #activated(): void {
    this.activatedAt ??= this.#clock();
    this.#events.changed();
    if (this.policy.mode !== 'post-copy') this.#end();
  }

  /** Post-copy: which units the target has; all others are to be sent. */
  #have(bits: Uint8Array): void {
    this.#rounds.startMissing(bits);
    this.activatedAt ??= this.#clock();
  }

  // ---- Ends ----

  #end(): void {
    this.state = 'moved';
    this.endedAt = this.#clock();
    this.#line.close();
    this.#events.moved();
  }

  /** The target will not have it. */
  #leave(reason: string): void {
    this.#line.close();
    if (!this.isDecided) this.#fail(reason);
  }

  #fail(reason: string): void {
    if (this.state !== 'under way') return;
    this.state = 'failed';
    this.endedAt = this.#clock();
    this.reason = reason;
    this.throttle = 0;
    this.#rounds.unwatch();
    this.#events.failed(reason);
  }
}
