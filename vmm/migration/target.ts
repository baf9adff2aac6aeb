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
import { FieldError } from '../snapshot/schema.ts';
import type { HostedGuest } from './guest.ts';
import { readBatch } from './image/batch.ts';
import { digestOf, sumOf } from './image/sender.ts';
import { UNIT, type Units } from './image/units.ts';
import type { Keep } from './keep/keep.ts';
import type { Stage } from './stages.ts';
import { type End, MESSAGE, pack, type Reserve, shapes, unpack } from './wire/messages.ts';
import { complaint, type Session } from './wire/session.ts';

export interface TargetOptions {
  readonly reserve: Reserve;
  readonly guest: HostedGuest;
  readonly keep: Keep;
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
  /** A whole image is here, and kept. Writes down that it is. */
  prepared(end: End): void;
  /** The source has decided: the guest is ours. Writes that down and has it run. */
  committed(): void;
  /** Post-copy: all units are here. Writes that down. */
  whole(): void;
}

/** Most bytes of state: what a console's waiting input may be, and the rest. */
const mostState = 65 * 2 ** 20;

const zeros = new Uint8Array(UNIT);

export class Target {
  readonly reserve: Reserve;
  readonly guest: HostedGuest;
  readonly stages: { readonly stage: Stage; readonly at: number }[] = [];
  state: 'under way' | 'failed' | 'committed' = 'under way';
  reason = '';
  /** Rounds received, and units. */
  rounds = 0;
  received = 0;
  readonly #keep: Keep;
  readonly #clock: () => number;
  readonly #patience: number;
  readonly #events: TargetEvents;
  readonly #units: Units;
  /** Checksum of each unit as it came last. */
  readonly #sums: Uint32Array;
  /** Post-copy: 1 = the unit is here. */
  readonly #here: Uint8Array;
  #missing: number;
  readonly #asked = new Set<number>();
  #session: Session | undefined;
  #state: Uint8Array[] = [];
  #stateBytes = 0;

  constructor({ reserve, guest, keep, clock, patience, events, before }: TargetOptions) {
    this.reserve = reserve;
    this.guest = guest;
    this.#keep = keep;
    this.#clock = clock;
    this.#patience = patience;
    this.#events = events;
    this.#units = guest.units(reserve.withStorage);
    this.#sums = new Uint32Array(this.#units.count);
    this.#here = new Uint8Array(this.#units.count);
    this.#missing = this.#units.count;
    this.stages.push({ stage: before === undefined ? 'reservation' : 'commitment', at: clock() });
    if (before === 'prepared' && reserve.mode !== 'post-copy') this.#missing = 0;
    else if (typeof before === 'object') this.#fetchOn(before.here);
  }

  /** Ours already, with those units. */
  #fetchOn(here: readonly number[]): void {
    this.state = 'committed';
    for (const unit of here) this.#here[unit] = 1;
    this.#missing = this.#here.filter((isHere) => isHere === 0).length;
    this.stages.push({ stage: 'activation', at: this.#clock() });
  }

  /** The guest's place is reserved: the source may begin. */
  begin(session: Session): void {
    this.attach(session);
    session.send(MESSAGE.RESERVED);
  }

  get stage(): Stage {
    return this.stages.at(-1)?.stage ?? 'reservation';
  }

  /** A whole image is here and the source has not been heard to decide. */
  get isPrepared(): boolean {
    return this.stage === 'commitment';
  }

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  /** Units that are still to be fetched: only after post-copy's activation. */
  get missing(): number {
    return this.state === 'committed' ? this.#missing : 0;
  }

  /** Goes on over that connection. */
  attach(session: Session): void {
    this.#session?.close();
    this.#session = session;
    session.handTo({
      open: () => {},
      message: (type, payload) => this.#message(type, payload),
      ended: (reason) => {
        if (this.#session === session) this.#ended(reason);
      },
    });
  }

  /** Gives up, if that is still possible; returns whether it was. */
  cancel(reason: string): boolean {
    if (this.state !== 'under way' || this.isPrepared) return false;
    this.#session?.send(MESSAGE.ABORT, pack(shapes.why, { reason: reason.slice(0, 500) }));
    this.#close();
    this.#fail(reason);
    return true;
  }

  turn(): void {
    const session = this.#session;
    if (session === undefined) return;
    if (this.#clock() - session.heard <= this.#patience) return;
    this.#close();
    this.#ended(`nothing was heard of the source for ${this.#patience} ms`);
  }

  /** The source, asked, says that it kept the guest. */
  abandon(): void {
    if (this.state !== 'under way' || !this.isPrepared) return;
    this.#close();
    this.#fail('the source kept the guest');
  }

  /** After RESUME: the source has decided, and wants to know whether we know. */
  resume(session: Session): void {
    this.attach(session);
    if (this.isPrepared) this.#commit();
    else this.#tellActivated();
  }

  #close(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  #ended(reason: string): void {
    this.#session = undefined;
    this.#asked.clear();
    if (this.state === 'under way' && !this.isPrepared) this.#fail(reason);
  }

  #fail(reason: string): void {
    this.state = 'failed';
    this.reason = reason;
    this.#events.failed(reason);
  }

  #enter(stage: Stage): void {
    this.stages.push({ stage, at: this.#clock() });
    this.#events.changed();
  }

  // ---- Messages ----

  #message(type: number, payload: Uint8Array): void {
    if (this.state === 'failed') return;
    try {
      this.#take(type, payload);
    } catch (error) {
      const reason = complaint(error, 'source');
      this.#close();
      this.#ended(reason);
    }
  }

  #take(type: number, payload: Uint8Array): void {
    const { stage } = this;
    const copies = stage === 'reservation' || stage === 'pre-copy' || stage === 'stop-and-copy';
    if (type === MESSAGE.PAGES && copies) this.#receive(payload);
    else if (type === MESSAGE.PAGES && this.missing > 0) this.#fetched(payload);
    else if (type === MESSAGE.ROUND_END && stage === 'pre-copy') this.#endRound(payload);
    else if (type === MESSAGE.STOPPED && (stage === 'reservation' || stage === 'pre-copy'))
      this.#enter('stop-and-copy');
    else if (type === MESSAGE.STATE && stage === 'stop-and-copy') this.#collect(payload);
    else if (type === MESSAGE.END && stage === 'stop-and-copy') this.#prepare(unpack(shapes.end, payload));
    else if (type === MESSAGE.COMMIT && this.isPrepared) this.#commit();
    else if (type === MESSAGE.ABORT && this.state === 'under way')
      this.#aborted(unpack(shapes.why, payload).reason);
    else throw new FieldError(`message ${type} in stage ${stage}`);
  }

  #aborted(reason: string): void {
    this.#close();
    this.#fail(`the source gave up: ${reason}`);
  }

  // ---- Units, before the guest runs here ----

  #receive(payload: Uint8Array): void {
    if (this.stage === 'reservation') this.#enter('pre-copy');
    let [first, end] = [0, 0];
    for (const { unit, contents } of readBatch(payload, this.#units.count)) {
      // A new machine and a new keep are zero already.
      const isNewZero = contents === 'zero' && this.#here[unit] === 0;
      if (isNewZero) this.#note(unit, 0);
      else this.#place(unit, contents);
      if (unit === end && !isNewZero) end += 1;
      else {
        this.#keepUnits(first, end);
        [first, end] = [unit, isNewZero ? unit : unit + 1];
      }
    }
    this.#keepUnits(first, end);
  }

  #place(unit: number, from: Uint8Array | 'zero' | number): void {
    const contents = from === 'zero' ? zeros : typeof from === 'number' ? this.#units.read(from) : from;
    this.#units.write(unit, contents);
    this.#note(unit, typeof from === 'number' ? (this.#sums[from] as number) : sumOf(from));
  }

  #note(unit: number, sum: number): void {
    this.#sums[unit] = sum;
    if (this.#here[unit] === 0) this.#missing -= 1;
    this.#here[unit] = 1;
    this.received += 1;
  }

  /** Keeps memory's units from `first` to before `end`; the disk's are on the disk already. */
  #keepUnits(first: number, end: number): void {
    const last = Math.min(end, this.#units.pages);
    if (first < last)
      this.#keep.writeUnits(first, this.guest.machine.memory.bytes.subarray(first * UNIT, last * UNIT));
  }

  #endRound(payload: Uint8Array): void {
    const { round } = unpack(shapes.round, payload);
    this.rounds = round;
    this.#events.changed();
    this.#session?.send(MESSAGE.RECEIVED, pack(shapes.round, { round }));
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
    if (!isPostCopy && this.#missing > 0) throw new FieldError(`${this.#missing} units never came`);
    if (!isPostCopy && end.digest !== digestOf(this.#sums))
      throw new FieldError('not the image that was sent');
    const state = Buffer.concat(this.#state);
    this.#state = [];
    this.guest.restore(state);
    if (this.guest.machine.steps !== end.steps) throw new FieldError('a state of another step');
    this.#keep.state = state;
    this.guest.keepIn(this.#keep);
    this.#events.prepared(end);
    this.#session?.send(MESSAGE.PREPARED);
    this.#enter('commitment');
  }

  #commit(): void {
    this.#events.committed();
    this.state = 'committed';
    this.#enter('activation');
    this.#tellActivated();
  }

  #tellActivated(): void {
    this.#session?.send(MESSAGE.ACTIVATED);
    if (this.reserve.mode === 'post-copy') this.#tellHave();
  }

  // ---- Post-copy ----

  #tellHave(): void {
    const bits = new Uint8Array(Math.ceil(this.#units.count / 8));
    for (const [unit, here] of this.#here.entries())
      if (here === 1) bits[unit >>> 3] = (bits[unit >>> 3] as number) | (1 << (unit & 7));
    this.#session?.send(MESSAGE.HAVE, bits);
    if (this.#missing === 0) this.#session?.send(MESSAGE.COMPLETE);
  }

  /** Whether the unit is here. */
  has(unit: number): boolean {
    return this.#here[unit] === 1;
  }

  /** The guest cannot go on without that unit. */
  want(unit: number): void {
    if (this.#asked.has(unit) || this.#session === undefined) return;
    this.#asked.add(unit);
    this.#session.send(MESSAGE.WANT, pack(shapes.want, { unit }));
  }

  /** Units that were missing; one that is here already may have been written since, and stays. */
  #fetched(payload: Uint8Array): void {
    const fresh: number[] = [];
    for (const { unit, contents: from } of readBatch(payload, this.#units.count)) {
      if (typeof from === 'number') throw new FieldError('a repetition while the guest runs');
      if (this.has(unit)) continue;
      this.#keep.writeUnits(unit, from === 'zero' ? zeros : from);
      this.#place(unit, from);
      fresh.push(unit);
    }
    this.#keep.notePresent(fresh);
    if (this.#missing > 0) return;
    this.#events.whole();
    this.#session?.send(MESSAGE.COMPLETE);
  }
}
