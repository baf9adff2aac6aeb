/**
 * A batch of units (units.ts): what a PAGES frame carries. Numbers little-endian.
 *
 *     0    count of entries, at most MOST.ENTRIES
 *     4    count of contents, at most MOST.RAW
 *     8    the contents, 4096 bytes each
 *     …    the entries: unit, and where its contents are:
 *              RAW    the next of those in the batch
 *              ZERO   zeros
 *              other  the same as that unit's at the target when the batch is applied
 */
import { viewOf } from '../../../isa/machine/bytes.ts';
import { FieldError } from '../../wire/schema.ts';
import { FRAME_HEADER } from '../../wire/frame.ts';
import { UNIT } from './units.ts';

const RAW = 0xffffffff;
const ZERO = 0xfffffffe;

/** A batch is sent when it has that many entries, or that many contents. */
const MOST = { ENTRIES: 1024, RAW: 64 } as const;

const headBytes = 8;
const entryBytes = 8;

const contentsAt = FRAME_HEADER + headBytes;
const frameBytes = contentsAt + MOST.RAW * UNIT + MOST.ENTRIES * entryBytes;

/** A frame to be: room for its header, and a batch behind it. */
export interface Batch {
  readonly frame: Uint8Array;
  /** Of the batch. */
  readonly length: number;
  /** To be called when the frame's bytes are not needed any more. */
  readonly release: () => void;
}

/** Collects units, their contents copied where they will be sent from: the guest goes on while the batch is on its way. */
export class BatchWriter {
  readonly #entries: number[] = [];
  #rawCount = 0;
  #frame: Uint8Array | undefined;
  /** Frames that were released. */
  readonly #free: Uint8Array[] = [];

  get isFull(): boolean {
    return this.#entries.length >= 2 * MOST.ENTRIES || this.#rawCount >= MOST.RAW;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  zero(unit: number): void {
    this.#entries.push(unit, ZERO);
  }

  same(unit: number, as: number): void {
    this.#entries.push(unit, as);
  }

  raw(unit: number, contents: Uint8Array): void {
    this.#entries.push(unit, RAW);
    this.#room().set(contents, contentsAt + this.#rawCount * UNIT);
    this.#rawCount += 1;
  }

  /** The batch; the writer is empty after. */
  take(): Batch {
    const frame = this.#room();
    const view = viewOf(frame);
    view.setUint32(FRAME_HEADER, this.#entries.length / 2, true);
    view.setUint32(FRAME_HEADER + 4, this.#rawCount, true);
    let at = contentsAt + this.#rawCount * UNIT;
    for (const word of this.#entries) {
      view.setUint32(at, word, true);
      at += 4;
    }
    this.#entries.length = 0;
    this.#rawCount = 0;
    this.#frame = undefined;
    return { frame, length: at - FRAME_HEADER, release: () => this.#free.push(frame) };
  }

  #room(): Uint8Array {
    this.#frame ??= this.#free.pop() ?? new Uint8Array(frameBytes);
    return this.#frame;
  }
}

/** Units that follow each other, and what they have. */
export interface UnitRun {
  readonly first: number;
  readonly count: number;
  /** Their contents, one after the other, 'zero', or the unit that has the same (one unit only). */
  readonly contents: Uint8Array | 'zero' | number;
}

/** Takes a batch apart, in order. Throws FieldError for what is no batch of units below `units`. */
export function* readBatch(payload: Uint8Array, units: number): Generator<UnitRun> {
  const batch = viewOf(payload);
  const [count, rawCount] = counts(batch);
  const entries = headBytes + rawCount * UNIT;
  if (count === 0 || batch.byteLength !== entries + count * entryBytes)
    throw new FieldError('a batch of units of another length');
  let raw = headBytes;
  for (let at = entries; at < batch.byteLength; ) {
    const first = batch.getUint32(at, true);
    const from = batch.getUint32(at + 4, true);
    const length = from < ZERO ? 1 : runLength(batch, at);
    if (first + length > units || (from < ZERO && from >= units))
      throw new FieldError('a unit that the guest has not');
    if (from === RAW) {
      const end = raw + length * UNIT;
      if (end > entries) throw new FieldError('a batch of units with too few contents');
      yield { first, count: length, contents: payload.subarray(raw, end) };
      raw = end;
    } else yield { first, count: length, contents: from === ZERO ? 'zero' : from };
    at += length * entryBytes;
  }
  if (raw !== entries) throw new FieldError('a batch of units with contents of none');
}

/** How many entries from the one at `at` are of units that follow each other and have their contents from the same. */
function runLength(batch: DataView, at: number): number {
  const first = batch.getUint32(at, true);
  const from = batch.getUint32(at + 4, true);
  let length = 1;
  for (let next = at + entryBytes; next < batch.byteLength; next += entryBytes, length++)
    if (batch.getUint32(next, true) !== first + length || batch.getUint32(next + 4, true) !== from) break;
  return length;
}

/** How many entries, and how many contents. */
function counts(batch: DataView): [entries: number, contents: number] {
  if (batch.byteLength < headBytes) throw new FieldError('a batch of units that is cut short');
  const [entries, contents] = [batch.getUint32(0, true), batch.getUint32(4, true)];
  if (entries > MOST.ENTRIES || contents > MOST.RAW) throw new FieldError('a batch of too many units');
  return [entries, contents];
}
