/**
 * Code that continues elsewhere through the jump cache (layout.ts), in the present ring and address space. An entry leads to a
 * region, or to one block of a batch.
 */
import { type Code, codeType, OP, VOID } from './emitter.ts';
import { jumpCache, samples, SLOT } from './layout.ts';

/** Puts the address of the entry for the pc in local `pc` into local `entry`, and pushes whether it is for this pc here. */
export function findJump(code: Code, pc: number, entry: number): void {
  code.get(pc).constant(2).op(OP.i32_shl).constant(0).memory(OP.i32_load, SLOT.SALT).op(OP.i32_add);
  code.constant(jumpCache.mask).op(OP.i32_and).tee(entry);
  code.memory(OP.i32_load, jumpCache.at).get(pc).constant(0).memory(OP.i32_load, SLOT.RING);
  code
    .op(OP.i32_or, OP.i32_eq)
    .get(entry)
    .memory(OP.i32_load, jumpCache.at + 8);
  code.constant(0).memory(OP.i32_load, SLOT.STAMP).op(OP.i32_eq, OP.i32_and);
}

/** Continues with the fuel in local `fuel` where the entry in local `entry` leads. */
export function takeJump(code: Code, fuel: number, entry: number): void {
  code
    .get(fuel)
    .get(entry)
    .memory(OP.i32_load, jumpCache.at + 12);
  code.get(entry).memory(OP.i32_load, jumpCache.at + 4);
  code.byte(OP.return_call_indirect).unsigned(codeType).unsigned(0);
}

/** Of the indirect jumps that compiled code did not expect, one in 2^samplingBits is noted. */
const samplingBits = 7;
export const sampling = 2 ** samplingBits;

/**
 * Counts an indirect jump that was not expected, and notes it now and then in the ring of samples: its site, which
 * `site` pushes, and its target, from local `pc`. `scratch` is a local. The code goes on without returning to the engine.
 */
export function sampleJump(code: Code, pc: number, scratch: number, site: () => void): void {
  code.constant(0).constant(0).memory(OP.i32_load, SLOT.SAMPLE).constant(1).op(OP.i32_add);
  code.tee(scratch).memory(OP.i32_store, SLOT.SAMPLE);
  code
    .get(scratch)
    .constant(sampling - 1)
    .op(OP.i32_and, OP.i32_eqz, OP.if, VOID);
  code
    .get(scratch)
    .constant(samplingBits)
    .op(OP.i32_shr_u)
    .constant(samples.entries - 1)
    .op(OP.i32_and);
  code.constant(3).op(OP.i32_shl).tee(scratch);
  site();
  code.memory(OP.i32_store, samples.at);
  code
    .get(scratch)
    .get(pc)
    .memory(OP.i32_store, samples.at + 4)
    .op(OP.end);
}

/** Reads the ring of samples. */
export class JumpSamples {
  readonly #words: Int32Array;
  /** Number of the last sample that was read. */
  #read: number;

  constructor(buffer: ArrayBuffer) {
    this.#words = new Int32Array(buffer);
    this.#read = this.#written;
  }

  /** Number of the last sample. */
  get #written(): number {
    return (this.#words[SLOT.SAMPLE >>> 2] as number) >>> samplingBits;
  }

  /** Calls `note` for the new samples; the oldest are lost if there are more than the ring holds. */
  read(note: (site: number, target: number) => void): void {
    const written = this.#written;
    if (written === this.#read) return;
    const last = written < this.#read ? written + 2 ** (32 - samplingBits) : written;
    for (let n = Math.max(this.#read, last - samples.entries) + 1; n <= last; n++) {
      const at = (samples.at >>> 2) + 2 * (n & (samples.entries - 1));
      note(this.#words[at] as number, (this.#words[at + 1] as number) >>> 0);
    }
    this.#read = written;
  }
}
