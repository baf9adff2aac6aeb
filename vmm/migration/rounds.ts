/**
 * What the source copies: the rounds of units, the log of what the guest dirties meanwhile,
 * and how much may be on its way. Which round comes next, and when there are enough of them,
 * the source says (source.ts, policy.ts).
 */
import { FieldError } from '../wire/schema.ts';
import { UnitSender } from './image/sender.ts';
import type { UnitLog, Units } from './image/units.ts';
import type { Batch } from './image/batch.ts';
import type { Round } from './policy.ts';
import { FRAME_HEADER } from '../wire/frame.ts';

/** Most bytes on their way to the network at once. */
const mostBacklog = 8 * 2 ** 20;

/** Units looked at in one turn at most: the guest shall have its turns. */
const unitsPerTurn = 2048;

export interface RoundsOptions {
  readonly units: Units;
  readonly clock: () => number;
  /** Sends a batch. */
  readonly send: (batch: Batch) => void;
}

export class Rounds {
  /** Those that have ended, the target having all of them. */
  readonly ended: Round[] = [];
  /** Bytes a second; null = as fast as it goes. */
  limit: number | null = null;
  /** Bytes of all frames with contents. */
  bytes = 0;
  readonly #units: Units;
  readonly #clock: () => number;
  readonly #sender: UnitSender;
  #log: UnitLog | undefined;
  /** Units of this round, and how many of them were looked at. */
  #todo: readonly number[] = [];
  #at = 0;
  #skipped = 0;
  #started = 0;
  readonly #wanted: number[] = [];

  constructor({ units, clock, send }: RoundsOptions) {
    this.#units = units;
    this.#clock = clock;
    const log = { has: (unit: number) => this.#log?.has(unit) ?? false };
    this.#sender = new UnitSender(units, log, (batch) => {
      const bytes = FRAME_HEADER + batch.length;
      this.bytes += bytes;
      send(batch);
      return bytes;
    });
  }

  /** Notes from here on what the guest dirties. */
  watch(): void {
    this.#log = this.#units.log();
  }

  /** Notes no more. */
  unwatch(): void {
    this.#log?.close();
    this.#log = undefined;
  }

  /** Starts a round with all units. */
  startAll(): void {
    this.start(Array.from({ length: this.#units.count }, (_, unit) => unit));
  }

  /** Starts a round with the units that were dirtied since they were last taken. */
  startDirty(): void {
    this.start(this.#log?.take() ?? []);
  }

  start(todo: readonly number[]): void {
    this.#sender.expect(todo);
    this.#todo = todo;
    this.#at = 0;
    this.#skipped = 0;
    this.#started = this.#clock();
  }

  /** Whether some of the round was not looked at. */
  get hasMore(): boolean {
    return this.#at < this.#todo.length;
  }

  /** Sends of the round what may go in one turn, `backlog` saying what is on its way; returns whether all of it is. */
  send(backlog: () => number): boolean {
    this.#sendWanted();
    for (let n = 0; n < unitsPerTurn && this.maySend(backlog()); n++) {
      const unit = this.#todo[this.#at++] as number;
      if (this.#log?.has(unit)) this.#skipped += 1;
      else if (!this.#sender.has(unit)) this.#sender.add(unit);
    }
    if (this.hasMore) return false;
    this.#sender.flush();
    return true;
  }

  /** The target cannot go on without that unit: it goes first. */
  want(unit: number): void {
    this.#wanted.push(unit);
  }

  #sendWanted(): void {
    if (this.#wanted.length === 0) return;
    for (const unit of this.#wanted.splice(0))
      if (unit < this.#units.count && !this.#sender.has(unit)) this.#sender.add(unit);
    this.#sender.flush();
  }

  /** Whether a unit may be sent now, `backlog` bytes being on their way. */
  maySend(backlog: number): boolean {
    if (!this.hasMore || backlog > mostBacklog) return false;
    if (this.limit === null) return true;
    const seconds = (this.#clock() - this.#started) / 1000;
    return this.#sender.tally.bytes <= this.limit * seconds;
  }

  /** The target has all of the round, the guest having been denied that part of its time. */
  end(throttle: number): void {
    this.ended.push({
      ...this.#sender.tally,
      skipped: this.#skipped,
      dirtied: this.#log?.count() ?? 0,
      seconds: (this.#clock() - this.#started) / 1000,
      limit: this.limit,
      throttle,
    });
  }

  /** What was sent of the round under way. */
  get tally(): { readonly sent: number; readonly bytes: number } {
    const { sent, bytes } = this.#sender.tally;
    return { sent, bytes };
  }

  /** Of the manifest of what was sent. */
  digest(): number {
    return this.#sender.digest();
  }

  /** The target runs the guest, and has the units of which a bit is set: sends the others, and repeats nothing. Throws FieldError. */
  startMissing(bits: Uint8Array): void {
    const { count } = this.#units;
    if (bits.length !== Math.ceil(count / 8)) throw new FieldError('a map of units of another guest');
    this.#sender.repeats = false;
    const missing: number[] = [];
    for (let unit = 0; unit < count; unit++)
      if ((((bits[unit >>> 3] as number) >>> (unit & 7)) & 1) === 0) missing.push(unit);
    this.start(missing);
  }
}
