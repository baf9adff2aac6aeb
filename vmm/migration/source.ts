/**
 * The source's side of a migration. It is given messages and time, and never waits: source-table.ts says what it does
 * in which stage, this file how.
 *
 * Until it has decided (stage 5), whatever goes wrong ends in `failed`, and the guest runs on here. After that nothing
 * can fail: a lost connection is made again (hosting/departures.ts) until the target has said that it has the guest.
 * In a pool the store decides. While its answer is not known, the guest stands still, and nothing else ends the migration.
 */
import type { MovingGuest, MovingLog } from './moving-guest.ts';
import type { Units } from './image/units.ts';
import { Peer } from './peer.ts';
import { decide, firstLimit, type Policy, type Round } from './policy.ts';
import { Rounds } from './rounds.ts';
import { sourceTable } from './source-table.ts';
import { type Meanings, StageMachine } from './stage-machine.ts';
import type { Stage } from './stages.ts';
import { joined, viewOf } from '../../isa/machine/bytes.ts';
import { FieldError } from '../wire/schema.ts';
import { decodeAs, encodeAs } from '../wire/codec.ts';
import { type End, LONGEST, MESSAGE, type Reserve, shapes } from '../wire/messages.ts';
import type { Channel } from '../wire/channel.ts';

export interface SourceOptions<Guest extends MovingGuest> {
  readonly guest: Guest;
  readonly policy: Policy;
  readonly reserve: Reserve;
  /** The address of the target. */
  readonly to: string;
  readonly clock: () => number;
  /** Milliseconds without a sign of the target after which it is given up. */
  readonly patience: number;
  /** What the guest has printed. */
  readonly log: MovingLog;
  readonly events: SourceEvents;
  /** Decides whether the guest, which the target is ready for, goes there; without it, it does. */
  readonly decide?: Decide;
  /** It was decided before this host's process began. */
  readonly isDecided?: boolean;
}

/** Tells how it was decided, at once or later. Until then the guest runs nowhere. */
export type Decide = (told: (goes: boolean) => void) => void;

export interface SourceEvents {
  /** A stage began, or a round ended. */
  changed(): void;
  /** The migration failed: the guest is still ours and runs on. */
  failed(): void;
  /** Writes down that the guest is the target's. What is not written down has not happened. */
  decided(stoppedAt: number): void;
  /** The target has the guest and needs nothing more. */
  moved(): void;
}

const stateChunk = LONGEST.FRIEND / 2;

export class MigrationSource<Guest extends MovingGuest = MovingGuest> {
  readonly policy: Policy;
  readonly guest: Guest;
  readonly id: string;
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
  readonly #options: SourceOptions<Guest>;
  readonly #peer: Peer;
  readonly #rounds: Rounds;
  readonly #machine: StageMachine<(typeof sourceTable)[number]>;
  /** The offset up to which the log was sent. */
  #logSent = 0;
  #isBeingDecided = false;
  /** All of the round is on its way. */
  #roundSent = false;

  constructor(options: SourceOptions<Guest>) {
    const { guest, policy, reserve, to, clock, patience, events, isDecided } = options;
    this.#options = options;
    this.guest = guest;
    this.policy = policy;
    this.id = reserve.id;
    this.#peer = new Peer({
      other: 'target',
      address: to,
      clock,
      patience,
      message: (name, payload) => this.#machine.take(name, { payload }),
      lost: (reason) => this.unreachable(reason),
    });
    this.units = guest.units(policy.withStorage);
    this.#rounds = new Rounds({
      units: this.units,
      clock,
      send: ({ frame, length, release }) =>
        this.#peer.sendFrom(frame, length, MESSAGE.PAGES, () => {
          release();
          // Who takes what is sent shows that it is there.
          this.#peer.owed();
        }),
    });
    this.#rounds.limit = firstLimit(policy);
    this.#machine = new StageMachine({
      table: sourceTable,
      meanings: this.#meanings(),
      first: isDecided ? 'activation' : 'pre-migration',
      clock,
      entered: () => events.changed(),
      ended: (ending) => this.#ended(ending),
    });
    if (isDecided) this.stoppedAt = clock();
  }

  get stages(): readonly { readonly stage: Stage; readonly at: number }[] {
    return this.#machine.stages;
  }

  get stage(): Stage {
    return this.#machine.stage;
  }

  get state(): 'under way' | 'failed' | 'moved' {
    return this.#machine.ending ?? 'under way';
  }

  /** Whether the source has decided: the guest is the target's. */
  get isDecided(): boolean {
    return this.stage === 'activation';
  }

  /** Whether the guest has to stand still. */
  get stopsGuest(): boolean {
    return this.stoppedAt !== undefined && this.state !== 'failed';
  }

  // ---- What happens to it ----

  /** There is a connection to the target. */
  connected(channel: Channel): void {
    this.#peer.use(channel);
    this.#machine.take('connected');
  }

  /** The target has asked over that connection what was decided; the migration goes on there. */
  asked(channel: Channel): void {
    this.#peer.use(channel);
  }

  /** The target has made room for the guest and fetches it over that connection. */
  fetched(channel: Channel): void {
    this.#peer.use(channel);
    this.#peer.guard(() => this.#machine.take('FETCH on a new connection'));
  }

  /** The connection is lost, or could not be made. */
  unreachable(reason: string): void {
    this.#machine.offer('connection lost', { reason });
  }

  /** The rounds that have ended. */
  get rounds(): readonly Round[] {
    return this.#rounds.ended;
  }

  /** Bytes of all frames with contents. */
  get bytes(): number {
    return this.#rounds.bytes;
  }

  /** What was sent of the round under way. */
  get round(): { readonly sent: number; readonly bytes: number } {
    return this.#rounds.tally;
  }

  /** What was sent since the guest stands still. */
  get last(): { readonly sent: number; readonly bytes: number } {
    return this.stoppedAt === undefined ? { sent: 0, bytes: 0 } : this.#rounds.tally;
  }

  /** Whether there is something of a round to send, and room for it on its way. */
  get canSend(): boolean {
    return this.isConnected && this.#rounds.maySend(this.#peer.backlog);
  }

  /** Whether the guest is handed over, and the target does not answer: it runs there when it does. */
  get isWaiting(): boolean {
    return this.isDecided && !this.isConnected && this.state === 'under way';
  }

  get isConnected(): boolean {
    return this.#peer.isConnected;
  }

  /** Gives up, if that is still possible; returns whether it was. */
  cancel(reason: string): boolean {
    return this.#machine.offer('cancelled', { reason });
  }

  /** The guest is given up here, whatever becomes of it: nothing more is said of it. */
  giveUp(reason: string): void {
    this.#peer.close();
    this.#machine.offer('given up here', { reason });
  }

  /** Does what can be done now. The guest is between two steps. */
  turn(): void {
    if (this.state !== 'under way' || !this.#peer.tick()) return;
    const isSending = this.stage === 'pre-copy' ? !this.#roundSent : this.stoppedAt !== undefined;
    if (isSending && this.#sendSome()) this.#peer.guard(() => this.#machine.offer('round sent'));
  }

  /** Sends of the round what may go in one turn; returns whether all of it is on its way. */
  #sendSome(): boolean {
    if (this.#peer.backlog === 0 && this.#rounds.hasMore) this.#peer.owed();
    return this.#rounds.send(() => this.#peer.backlog);
  }

  // ---- What the table's phrases mean ----

  #meanings(): Meanings<(typeof sourceTable)[number]> {
    const { mode } = this.policy;
    return {
      conditions: {
        'pre-copy': () => mode === 'pre-copy',
        'post-copy': () => mode === 'post-copy',
        'cold or post-copy': () => mode !== 'pre-copy',
        'pre-copy or cold': () => mode !== 'post-copy',
        'a round was sent': () => this.#roundSent,
        'it is being decided': () => this.#isBeingDecided,
        'it is not being decided': () => !this.#isBeingDecided,
      },
      actions: {
        'send RESERVE': () =>
          this.#peer.send(MESSAGE.RESERVE, encodeAs(shapes.reserve, this.#options.reserve)),
        'send CONSOLE and ROUND_END': () => this.#sendRoundEnd(),
        'send CONSOLE, STATE and END': () => this.#sendState(),
        'send RESUME': () => this.#peer.send(MESSAGE.RESUME, encodeAs(shapes.id, { id: this.id })),
        'log what the guest dirties': () => this.#rounds.watch(),
        'start a round of all units': () => this.#rounds.startAll(),
        'start a round of dirtied units': () => this.#rounds.startDirty(),
        'end the round, ask the policy': ({ payload }) =>
          this.#endRound(decodeAs(shapes.round, payload).round),
        'stop the guest': () => this.#stop(),
        'send STOPPED, start the last round': () => this.#startLastRound(),
        'have it decided': () => this.#haveDecided(),
        'write "leaving", send COMMIT': () => this.#decide(),
        'note when it was activated': () => this.#activated(),
        'start a round of missing units': ({ payload }) => this.#have(payload),
        'send that unit next': ({ payload }) => this.#rounds.want(decodeAs(shapes.want, payload).unit),
        'close the connection': () => this.#peer.close(),
        'say that the target is waited for': () => this.#options.events.changed(),
        'send ABORT': ({ reason }) => {
          this.reason = reason;
          this.#peer.abort(reason);
        },
        'note the reason': ({ reason }) => {
          this.reason = reason;
        },
        'note why it was refused': ({ payload }) => {
          this.reason = `refused: ${decodeAs(shapes.why, payload).reason}`;
        },
        'note why the target gave up': ({ payload }) => {
          this.reason = `the target gave up: ${decodeAs(shapes.why, payload).reason}`;
        },
      },
    };
  }

  /** What was printed since it was sent last. */
  #sendLog(): void {
    const { log } = this.#options;
    if (log.end === 0) return;
    do {
      const at = Math.max(this.#logSent, log.start);
      const head = new Uint8Array(8);
      viewOf(head).setFloat64(0, at, true);
      const part = log.read(at, stateChunk);
      this.#peer.send(MESSAGE.CONSOLE, joined([head, part]));
      this.#logSent = at + part.length;
    } while (this.#logSent < log.end);
  }

  #sendRoundEnd(): void {
    this.#roundSent = true;
    this.#sendLog();
    this.#peer.send(MESSAGE.ROUND_END, encodeAs(shapes.round, { round: this.rounds.length + 1 }));
  }

  /** The target has all of the round. */
  #endRound(number: number): void {
    if (number !== this.rounds.length + 1) throw new FieldError(`round ${number} is not under way`);
    this.#rounds.end(this.throttle);
    const { stop, limit, throttle } = decide(this.policy, this.rounds, this.units.count);
    this.#rounds.limit = limit;
    this.throttle = throttle;
    this.#roundSent = false;
    this.#options.events.changed();
    this.reason = stop ?? '';
    this.#machine.take(stop === undefined ? 'policy: another round' : 'policy: stop');
  }

  /** The guest stands still from here on. */
  #stop(): void {
    const { mode } = this.policy;
    if (mode === 'cold') this.reason = 'cold: it is copied standing still';
    else if (mode === 'post-copy') this.reason = 'post-copy: it runs there first';
    this.stoppedAt = this.#options.clock();
    this.guest.flush();
  }

  /** What is left is sent as fast as possible; post-copy sends nothing before the guest runs at the target. */
  #startLastRound(): void {
    this.#peer.send(MESSAGE.STOPPED);
    const { mode } = this.policy;
    if (mode === 'pre-copy') this.#rounds.startDirty();
    else if (mode === 'cold') this.#rounds.startAll();
    this.#rounds.limit = null;
  }

  #sendState(): void {
    this.#sendLog();
    const state = this.guest.save();
    for (let at = 0; at < state.length; at += stateChunk)
      this.#peer.send(MESSAGE.STATE, state.subarray(at, at + stateChunk));
    const digest = this.policy.mode === 'post-copy' ? null : this.#rounds.digest();
    const end: End = { steps: this.guest.machine.steps, printed: this.#options.log.end, digest };
    this.#peer.send(MESSAGE.END, encodeAs(shapes.end, end));
  }

  /** The target has a whole image. */
  #haveDecided(): void {
    const { decide = (told) => told(true) } = this.#options;
    this.#isBeingDecided = true;
    decide((goes) => {
      this.#isBeingDecided = false;
      if (goes) this.#machine.offer('decided: it goes');
      else this.#machine.offer('decided: it stays', { reason: 'the pool has decided that it stays' });
    });
  }

  /** The guest is the target's. Written down first, and sent after that: the order makes it a transaction. */
  #decide(): void {
    this.#options.events.decided(this.guest.machine.steps);
    this.#peer.send(MESSAGE.COMMIT);
  }

  #activated(): void {
    this.activatedAt ??= this.#options.clock();
    this.#options.events.changed();
  }

  /** Post-copy: the units that the target has not are to be sent. */
  #have(bits: Uint8Array): void {
    this.#rounds.startMissing(bits);
    this.activatedAt ??= this.#options.clock();
  }

  #ended(ending: 'failed' | 'moved'): void {
    this.endedAt = this.#options.clock();
    this.#peer.close();
    // Only now: it takes a while, and until the target runs the guest, the guest would stand still for it.
    this.#rounds.unwatch();
    if (ending === 'moved') {
      this.#options.events.moved();
      return;
    }
    this.throttle = 0;
    this.#options.events.failed();
  }
}
