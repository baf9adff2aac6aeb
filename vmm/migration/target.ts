/**
 * The target's side of a migration: a state machine that is given messages and time.
 *
 *     reservation    the guest's machine is made -> pre-copy
 *     pre-copy       units come and are put in place; ROUND_END -> RECEIVED
 *     stop-and-copy  STOPPED: the last units, the state; END: checked, kept -> commitment
 *     commitment     prepared; only the source knows how it ends: COMMIT or ABORT
 *     activation     ours; post-copy: units are fetched until all are here
 *
 * Before it is prepared, whatever goes wrong ends in `failed`: nothing was here. Once it is
 * prepared it may not give up by itself, for the source may have decided: it asks (host.ts).
 */
import { FieldError } from '../wire/schema.ts';
import { UnitReceiver } from './image/receiver.ts';
import type { GuestStore, MovingGuest } from './moving-guest.ts';
import { Line } from './line.ts';
import type { Stage } from './stages.ts';
import { type End, MESSAGE, pack, type Reserve, shapes, unpack } from '../wire/messages.ts';
import type { Session } from '../wire/session.ts';

export interface TargetOptions<Guest extends MovingGuest> {
  readonly reserve: Reserve;
  readonly guest: Guest;
  readonly store: GuestStore;
  readonly clock: () => number;
  readonly patience: number;
  readonly events: TargetEvents;
  /** It had come so far before this host's process began: prepared, or ours with these units. */
  readonly before?: 'prepared' | { readonly here: readonly number[] };
}

export interface TargetEvents {
  changed(): void;
  /** It failed: there is no guest here. */
  failed(reason: string): void;
  /** A whole image is here, and saved. Writes that down, and saves what the guest does from here on. */
  prepared(end: End): void;
  /** The source has decided: the guest is ours. Writes that down and has it run. */
  committed(): void;
  /** Post-copy: all units are here. Writes that down. */
  whole(): void;
}

/** Milliseconds that a connection to the source may take at most; then the one that it made will do. */
const mostDialing = 1000;

/** Milliseconds at most between two signs that we are still at it. */
const mostSilence = 1000;

/** Most bytes of state: what a console's waiting input may be, and the rest. */
const mostState = 65 * 2 ** 20;

export class MigrationTarget<Guest extends MovingGuest = MovingGuest> {
  readonly reserve: Reserve;
  readonly guest: Guest;
  readonly stages: { readonly stage: Stage; readonly at: number }[] = [];
  state: 'under way' | 'failed' | 'committed' = 'under way';
  reason = '';
  /** Rounds received. */
  rounds = 0;
  readonly #store: GuestStore;
  readonly #clock: () => number;
  readonly #patience: number;
  readonly #events: TargetEvents;
  readonly #units: UnitReceiver;
  /** Post-copy: units that were asked for. */
  readonly #asked = new Set<number>();
  readonly #line: Line;
  /** The source, which waits, was told over which connection to begin. */
  #isAnswered = false;
  #state: Uint8Array[] = [];
  #stateBytes = 0;
  /** While the source waits for something to be kept: when it was told so last. */
  #busySince: number | undefined;
  /** All has come, the source said. */
  #hasAll = false;

  constructor({ reserve, guest, store, clock, patience, events, before }: TargetOptions<Guest>) {
    this.reserve = reserve;
    this.guest = guest;
    this.#store = store;
    this.#clock = clock;
    this.#patience = patience;
    this.#events = events;
    this.#line = new Line({
      other: 'source',
      clock,
      patience,
      message: (type, payload) => {
        if (this.state !== 'failed') this.#take(type, payload);
      },
      lost: (reason) => this.#ended(reason),
      back: () => {
        this.#isAnswered = false;
        this.begin();
      },
    });
    this.#units = new UnitReceiver(guest.units(reserve.withStorage), store, guest.machine.memory.bytes);
    this.stages.push({ stage: before === undefined ? 'reservation' : 'commitment', at: clock() });
    if (before === 'prepared' && reserve.mode !== 'post-copy') this.#units.missing = 0;
    else if (typeof before === 'object') this.#fetchOn(before.here);
  }

  /** Ours already, with those units. */
  #fetchOn(here: readonly number[]): void {
    this.state = 'committed';
    this.#units.have(here);
    this.stages.push({ stage: 'activation', at: this.#clock() });
  }

  // ---- The connection ----

  /** The guest's place is reserved. The source, which asked over that connection, waits. */
  asked(session: Session): void {
    this.#line.use(session);
  }

  /** The source may begin, over a connection that we made; the one that it made is there for when this fails. */
  fetch(session: Session): void {
    if (this.#isAnswered || this.stage !== 'reservation' || !this.isConnected) {
      session.close();
      return;
    }
    this.#isAnswered = true;
    this.#line.try(session);
    this.#line.send(MESSAGE.FETCH, pack(shapes.id, { id: this.reserve.id }));
  }

  /** The source may begin, over the connection that it made. */
  begin(): void {
    if (this.#isAnswered || this.stage !== 'reservation') return;
    this.#isAnswered = true;
    this.#line.send(MESSAGE.RESERVED);
  }

  get stage(): Stage {
    return this.stages.at(-1)?.stage ?? 'reservation';
  }

  /** A whole image is here and the source has not been heard to decide. */
  get isPrepared(): boolean {
    return this.stage === 'commitment';
  }

  get isConnected(): boolean {
    return this.#line.isConnected;
  }

  /** Units that are still to be fetched: only after post-copy's activation. */
  get missing(): number {
    return this.state === 'committed' ? this.#units.missing : 0;
  }

  /** Gives up, if that is still possible; returns whether it was. */
  cancel(reason: string): boolean {
    if (this.state !== 'under way' || this.isPrepared) return false;
    this.#line.abort(reason);
    this.#fail(reason);
    return true;
  }

  turn(): void {
    const now = this.#clock();
    if (now - (this.stages[0]?.at ?? 0) > Math.min(mostDialing, this.#patience / 2)) this.begin();
    if (now - (this.#busySince ?? now) > Math.min(mostSilence, this.#patience / 4)) {
      this.#busySince = now;
      this.#line.send(MESSAGE.BUSY);
      this.#line.owed();
    }
    this.#line.tick();
  }

  /** The source, asked, says that it kept the guest. */
  abandon(): void {
    if (this.state !== 'under way' || !this.isPrepared) return;
    this.#line.close();
    this.#fail('the source kept the guest');
  }

  /** After RESUME: the source has decided, and wants to know whether we know. */
  resume(session: Session): void {
    this.#line.use(session);
    if (this.isPrepared) this.#commit();
    else this.#tellActivated();
  }

  #ended(reason: string): void {
    this.#asked.clear();
    if (this.state === 'under way' && !this.isPrepared) this.#fail(reason);
  }

  #fail(reason: string): void {
    this.state = 'failed';
    this.reason = reason;
    this.#busySince = undefined;
    this.#units.abandon();
    this.#events.failed(reason);
  }

  #enter(stage: Stage): void {
    this.stages.push({ stage, at: this.#clock() });
    this.#events.changed();
  }

  // ---- Messages ----

  #take(type: number, payload: Uint8Array): void {
    const { stage } = this;
    const isStopped = stage === 'stop-and-copy' && !this.#hasAll;
    const copies = stage === 'reservation' || stage === 'pre-copy' || isStopped;
    if (type === MESSAGE.PAGES && copies) this.#receive(payload);
    else if (type === MESSAGE.PAGES && this.missing > 0) this.#fetched(payload);
    else if (type === MESSAGE.ROUND_END && stage === 'pre-copy') this.#endRound(payload);
    else if (type === MESSAGE.STOPPED && (stage === 'reservation' || stage === 'pre-copy'))
      this.#enter('stop-and-copy');
    else if (type === MESSAGE.STATE && isStopped) this.#collect(payload);
    else if (type === MESSAGE.END && isStopped) this.#prepare(unpack(shapes.end, payload));
    else if (type === MESSAGE.COMMIT && this.isPrepared) this.#commit();
    else if (type === MESSAGE.ABORT && this.state === 'under way')
      this.#aborted(unpack(shapes.why, payload).reason);
    else throw new FieldError(`message ${type} in stage ${stage}`);
  }

  #aborted(reason: string): void {
    this.#line.close();
    this.#fail(`the source gave up: ${reason}`);
  }

  // ---- Units, before the guest runs here ----

  #receive(payload: Uint8Array): void {
    if (this.stage === 'reservation') this.#enter('pre-copy');
    this.#units.take(payload);
  }

  /** The round is here when it is kept: so that the guest need not stand still for that in the end. */
  #endRound(payload: Uint8Array): void {
    const { round } = unpack(shapes.round, payload);
    this.#whenKept(() => {
      this.rounds = round;
      this.#events.changed();
      this.#line.send(MESSAGE.RECEIVED, pack(shapes.round, { round }));
    });
  }

  #whenKept(act: () => void): void {
    this.#busySince = this.#clock();
    this.#units.whenKept((error) =>
      this.#line.guard(() => {
        this.#busySince = undefined;
        this.#line.owed();
        if (error) throw error;
        act();
      }),
    );
  }

  // ---- State, and the guest's change of hands ----

  #collect(part: Uint8Array): void {
    this.#stateBytes += part.length;
    if (this.#stateBytes > mostState) throw new FieldError('a state that is too long');
    this.#state.push(Uint8Array.from(part));
  }

  /** All has come, it is said: checked, kept, and said so. */
  #prepare(end: End): void {
    const isPostCopy = this.reserve.mode === 'post-copy';
    const { missing } = this.#units;
    if (!isPostCopy && missing > 0) throw new FieldError(`${missing} units never came`);
    if (!isPostCopy && end.digest !== this.#units.digest())
      throw new FieldError('not the image that was sent');
    const state = Buffer.concat(this.#state);
    this.#state = [];
    this.guest.restore(state);
    if (this.guest.machine.steps !== end.steps) throw new FieldError('a state of another step');
    this.#hasAll = true;
    this.#whenKept(() => this.#prepared(end, state));
  }

  /** All of the guest's memory is kept; now the rest is, and it is said so. */
  #prepared(end: End, state: Uint8Array): void {
    this.#store.state = state;
    this.#events.prepared(end);
    this.#line.send(MESSAGE.PREPARED);
    this.#enter('commitment');
  }

  #commit(): void {
    this.#events.committed();
    this.state = 'committed';
    this.#enter('activation');
    this.#tellActivated();
  }

  #tellActivated(): void {
    this.#line.send(MESSAGE.ACTIVATED);
    if (this.reserve.mode === 'post-copy') this.#tellHave();
  }

  // ---- Post-copy ----

  #tellHave(): void {
    this.#line.send(MESSAGE.HAVE, this.#units.bits());
    if (this.#units.missing === 0) this.#line.send(MESSAGE.COMPLETE);
  }

  /** Whether the unit is here. */
  has(unit: number): boolean {
    return this.#units.has(unit);
  }

  /** The guest cannot go on without that unit. */
  want(unit: number): void {
    if (this.#asked.has(unit) || !this.isConnected) return;
    this.#asked.add(unit);
    this.#line.send(MESSAGE.WANT, pack(shapes.want, { unit }));
  }

  #fetched(payload: Uint8Array): void {
    this.#units.takeMissing(payload);
    if (this.#units.missing > 0) return;
    this.#events.whole();
    this.#line.send(MESSAGE.COMPLETE);
  }
}
