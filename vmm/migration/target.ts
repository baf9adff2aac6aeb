/**
 * The target's side of a migration. It is given messages and time, and never waits: target-table.ts says what it does
 * in which stage, this file how.
 *
 * Before it is prepared, whatever goes wrong ends in `failed`, and nothing is left here. Once it is prepared, it must
 * not give up by itself, because the source may have decided: it asks the source (hosting/arrivals.ts).
 */
import { joined, viewOf } from '../../isa/machine/bytes.ts';
import { FieldError } from '../wire/schema.ts';
import { UnitReceiver } from './image/receiver.ts';
import type { GuestStore, MovingGuest, MovingLog } from './moving-guest.ts';
import { Peer } from './peer.ts';
import { type Meanings, StageMachine } from './stage-machine.ts';
import type { Stage } from './stages.ts';
import { targetTable } from './target-table.ts';
import { decodeAs, encodeAs } from '../wire/codec.ts';
import { type End, MESSAGE, type Reserve, shapes } from '../wire/messages.ts';
import type { Channel } from '../wire/channel.ts';

export interface TargetOptions<Guest extends MovingGuest> {
  readonly reserve: Reserve;
  readonly guest: Guest;
  readonly store: GuestStore;
  readonly log: MovingLog;
  readonly clock: () => number;
  readonly patience: number;
  readonly events: TargetEvents;
  /** It had come so far before this host's process began: prepared, or ours with these units. */
  readonly before?: 'prepared' | { readonly here: readonly number[] };
}

export interface TargetEvents {
  changed(): void;
  /** The migration failed: there is no guest here. */
  failed(): void;
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
  /** Why it failed. */
  reason = '';
  /** Rounds received. */
  rounds = 0;
  readonly #options: TargetOptions<Guest>;
  readonly #units: UnitReceiver;
  /** Post-copy: units that were asked for. */
  readonly #asked = new Set<number>();
  readonly #peer: Peer;
  readonly #machine: StageMachine<(typeof targetTable)[number]>;
  /** The source, which waits, was told over which connection to begin. */
  #isAnswered = false;
  #state: Uint8Array[] = [];
  #stateBytes = 0;
  /** While the source waits for something to be kept: when it was told so last. */
  #busySince: number | undefined;
  /** The source's END, once all has come. */
  #end: End | undefined;

  constructor(options: TargetOptions<Guest>) {
    const { reserve, guest, store, clock, patience, events, before } = options;
    this.#options = options;
    this.reserve = reserve;
    this.guest = guest;
    this.#peer = new Peer({
      other: 'source',
      address: reserve.from,
      clock,
      patience,
      message: (name, payload) => this.#machine.take(name, { payload }),
      lost: (reason) => this.#machine.offer('connection lost', { reason }),
      back: () => {
        this.#isAnswered = false;
        this.begin();
      },
    });
    this.#units = new UnitReceiver(guest.units(reserve.withStorage), store, guest.machine.memory.bytes);
    this.#machine = new StageMachine({
      table: targetTable,
      meanings: this.#meanings(),
      first: before === undefined ? 'reservation' : before === 'prepared' ? 'commitment' : 'activation',
      clock,
      entered: () => events.changed(),
      ended: () => this.#failed(),
    });
    if (typeof before === 'object') this.#units.have(before.here);
    else if (before === 'prepared' && reserve.mode !== 'post-copy') this.#units.missing = 0;
  }

  // ---- The connection ----

  /** The guest's place is reserved. The source, which asked over that connection, waits. */
  asked(channel: Channel): void {
    this.#peer.use(channel);
  }

  /** The source may begin, over a connection that we made; the one that it made is there for when this fails. */
  fetch(channel: Channel): void {
    if (!this.#machine.accepts('source reached') || !this.isConnected) {
      channel.close();
      return;
    }
    this.#peer.try(channel);
    this.#machine.take('source reached');
  }

  /** The source may begin, over the connection that it made. */
  begin(): void {
    this.#machine.offer('source not reached');
  }

  get stages(): readonly { readonly stage: Stage; readonly at: number }[] {
    return this.#machine.stages;
  }

  get stage(): Stage {
    return this.#machine.stage;
  }

  get state(): 'under way' | 'failed' | 'committed' {
    if (this.#machine.ending !== undefined) return 'failed';
    return this.stage === 'activation' ? 'committed' : 'under way';
  }

  /** A whole image is here and the source has not been heard to decide. */
  get isPrepared(): boolean {
    return this.stage === 'commitment';
  }

  get isConnected(): boolean {
    return this.#peer.isConnected;
  }

  /** Units that are still to be fetched: only after post-copy's activation. */
  get missing(): number {
    return this.state === 'committed' ? this.#units.missing : 0;
  }

  /** Gives up, if that is still possible; returns whether it was. */
  cancel(reason: string): boolean {
    return this.#machine.offer('cancelled', { reason });
  }

  turn(): void {
    const now = this.#options.clock();
    if (now - (this.stages[0]?.at ?? 0) > Math.min(mostDialing, this.#options.patience / 2)) this.begin();
    if (now - (this.#busySince ?? now) > Math.min(mostSilence, this.#options.patience / 4)) {
      this.#busySince = now;
      this.#peer.send(MESSAGE.BUSY);
      this.#peer.owed();
    }
    this.#peer.tick();
  }

  /** The pool's store says that the guest is ours, whether the source has told so or not. */
  given(): void {
    this.#machine.offer('the pool gave it');
  }

  /** Nothing more is said or heard; what is stored of the guest stays. */
  leave(): void {
    this.#units.abandon();
    this.#peer.close();
  }

  /** The source, asked, says that it kept the guest. */
  abandon(): void {
    this.#machine.take('source kept the guest', { reason: 'the source kept the guest' });
  }

  /** The source has decided, and asks over that connection whether we know. Throws FieldError if it cannot have. */
  resume(channel: Channel): void {
    const event = 'RESUME on a new connection';
    if (!this.#machine.accepts(event)) throw new FieldError(`${event} in stage ${this.stage}`);
    this.#peer.use(channel);
    this.#machine.take(event);
  }

  // ---- What the table's phrases mean ----

  #meanings(): Meanings<(typeof targetTable)[number]> {
    return {
      conditions: {
        'the source waits': () => !this.#isAnswered,
        'before END': () => this.#end === undefined,
        'units are missing': () => this.missing > 0,
      },
      actions: {
        'send FETCH': () => this.#answer(MESSAGE.FETCH, encodeAs(shapes.id, { id: this.reserve.id })),
        'send RESERVED': () => this.#answer(MESSAGE.RESERVED),
        'put the units in place': ({ payload }) => this.#units.take(payload),
        'save the units, then send RECEIVED': ({ payload }) =>
          this.#endRound(decodeAs(shapes.round, payload).round),
        'store what it printed': ({ payload }) => this.#follow(payload),
        'collect the state': ({ payload }) => this.#collect(payload),
        'check the image, save it': ({ payload }) => this.#prepare(decodeAs(shapes.end, payload)),
        'write "prepared", send PREPARED': () => this.#prepared(),
        'write "owned", run the guest': () => this.#options.events.committed(),
        'send ACTIVATED': () => this.#tellActivated(),
        'put the missing units in place': ({ payload }) => this.#fetched(payload),
        'forget what was asked for': () => this.#asked.clear(),
        'send ABORT': ({ reason }) => {
          this.reason = reason;
          this.#peer.abort(reason);
        },
        'note the reason': ({ reason }) => {
          this.reason = reason;
        },
        'note why the source gave up': ({ payload }) => {
          this.reason = `the source gave up: ${decodeAs(shapes.why, payload).reason}`;
        },
      },
    };
  }

  #answer(type: number, payload?: Uint8Array): void {
    this.#isAnswered = true;
    this.#peer.send(type, payload);
  }

  #failed(): void {
    this.#busySince = undefined;
    this.#units.abandon();
    this.#peer.close();
    this.#options.events.failed();
  }

  // ---- Units, before the guest runs here ----

  /** The round is here when it is kept: so that the guest need not stand still for that in the end. */
  #endRound(round: number): void {
    this.#whenKept(() => {
      this.rounds = round;
      this.#options.events.changed();
      this.#peer.send(MESSAGE.RECEIVED, encodeAs(shapes.round, { round }));
    });
  }

  #whenKept(act: () => void): void {
    this.#busySince = this.#options.clock();
    this.#units.whenKept((error) =>
      this.#peer.guard(() => {
        this.#busySince = undefined;
        this.#peer.owed();
        if (error) throw error;
        act();
      }),
    );
  }

  // ---- What it printed ----

  #follow(payload: Uint8Array): void {
    const at = payload.length < 8 ? -1 : viewOf(payload).getFloat64(0, true);
    if (!Number.isSafeInteger(at) || at < 0) throw new FieldError('console output without an offset');
    if (!this.#options.log.follow(at, payload.subarray(8)))
      throw new FieldError(`console output from ${at} on, where ${this.#options.log.end} is the end`);
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
    if (end.printed !== this.#options.log.end)
      throw new FieldError('a part of the console output never came');
    const state = joined(this.#state);
    this.#state = [];
    this.guest.restore(state);
    if (this.guest.machine.steps !== end.steps) throw new FieldError('a state of another step');
    this.#end = end;
    this.#whenKept(() => {
      this.#options.store.state = state;
      this.#machine.take('image saved');
    });
  }

  /** All of the guest is saved. Written down first, and sent after that. */
  #prepared(): void {
    this.#options.events.prepared(this.#end as End);
    this.#peer.send(MESSAGE.PREPARED);
  }

  #tellActivated(): void {
    this.#peer.send(MESSAGE.ACTIVATED);
    if (this.reserve.mode === 'post-copy') this.#tellHave();
  }

  // ---- Post-copy ----

  #tellHave(): void {
    this.#peer.send(MESSAGE.HAVE, this.#units.bits());
    if (this.#units.missing === 0) this.#complete();
  }

  /** Written down first, and said after that: the source then forgets the guest. */
  #complete(): void {
    this.#options.events.whole();
    this.#peer.send(MESSAGE.COMPLETE);
  }

  /** Whether the unit is here. */
  has(unit: number): boolean {
    return this.#units.has(unit);
  }

  /** The guest cannot go on without that unit. */
  want(unit: number): void {
    if (this.#asked.has(unit) || !this.isConnected) return;
    this.#asked.add(unit);
    this.#peer.send(MESSAGE.WANT, encodeAs(shapes.want, { unit }));
  }

  #fetched(payload: Uint8Array): void {
    this.#units.takeMissing(payload);
    if (this.#units.missing === 0) this.#complete();
  }
}
