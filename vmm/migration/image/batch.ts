/**
 * A batch of units (units.ts): what a PAGES frame carries. Numbers little-endian.
 *
 *     0    count, at most MOST.ENTRIES
 *     4    an entry for each: unit, and where its contents are:
 *              RAW    4096 bytes at the end of the batch, in order
 *              ZERO   zeros
 *              other  the same as that unit's at the target when the batch is applied
 *     …    the contents of the raw ones, at most MOST.RAW
 */
import { FieldError } from '../../snapshot/schema.ts';
import { UNIT } from './units.ts';

const RAW = 0xffffffff;
const ZERO = 0xfffffffe;

/** A batch is sent when it has that many entries, or that many contents. */
const MOST = { ENTRIES: 1024, RAW: 64 } as const;

const entryBytes = 8;

/** Collects units. Contents are copied: the guest goes on while the batch is on its way. */
export class BatchWriter {
  readonly #entries: number[] = [];
  readonly #raw = Buffer.allocUnsafe(MOST.RAW * UNIT);
  #rawCount = 0;

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
    this.#raw.set(contents, this.#rawCount * UNIT);
    this.#rawCount += 1;
  }

  /** The batch in parts; the writer is empty after. The parts are the caller's until the next `raw`. */
  take(): [head: Uint8Array, contents: Uint8Array] {
    const head = Buffer.allocUnsafe(4 + this.#entries.length * 4);
    head.writeUInt32LE(this.#entries.length / 2);
    for (const [n, word] of this.#entries.entries()) head.writeUInt32LE(word, 4 + n * 4);
    const contents = this.#raw.subarray(0, this.#rawCount * UNIT);
    this.#entries.length = 0;
    this.#rawCount = 0;
    return [head, contents];
  }
}

export interface Entry {
  readonly unit: number;
  /** The contents, 'zero', or the unit that has the same. */
  readonly contents: Uint8Array | 'zero' | number;
}

/** Takes a batch apart. Throws FieldError for what is no batch of units below `units`. */
export function* readBatch(payload: Uint8Array, units: number): Generator<Entry> {
  const batch = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const count = batch.length < 4 ? 0 : batch.readUInt32LE(0);
  if (count === 0 || count > MOST.ENTRIES || batch.length < 4 + count * entryBytes)
    throw new FieldError('a batch of units that is cut short');
  let raw = 4 + count * entryBytes;
  for (let n = 0; n < count; n++) {
    const unit = batch.readUInt32LE(4 + n * entryBytes);
    const from = batch.readUInt32LE(8 + n * entryBytes);
    if (unit >= units || (from < ZERO && from >= units))
      throw new FieldError('a unit that the guest has not');
    if (from === RAW) {
      if (raw + UNIT > batch.length) throw new FieldError('a batch of units that is cut short');
      yield { unit, contents: batch.subarray(raw, raw + UNIT) };
      raw += UNIT;
    } else yield { unit, contents: from === ZERO ? 'zero' : from };
  }
  if (raw !== batch.length) throw new FieldError('a batch of units with something behind it');
}
