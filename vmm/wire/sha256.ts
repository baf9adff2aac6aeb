/**
 * SHA-256 (FIPS 180-4), for platforms whose own one does not answer at once, such as browsers. Where there is a faster one,
 * as in Node, it is passed instead.
 */

/** A hash that is fed in parts. */
export interface Hash {
  /** Adds the next part of the data. The result is not used. */
  update(part: Uint8Array): unknown;
  /** The sum, 32 bytes. `update` must not be called after it. */
  digest(): Uint8Array;
}

/** Begins a SHA-256 sum. Node's is `() => createHash('sha256')`. */
export type Sha256 = () => Hash;

/** Bytes of a block. */
const BLOCK = 64;

/** The first 32 bits of the fraction of a number's root. */
function fraction(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

const primes = Array.from({ length: 310 }, (_, n) => n + 2).filter((n) => {
  for (let by = 2; by * by <= n; by++) if (n % by === 0) return false;
  return true;
});
const constants = Int32Array.from(primes.slice(0, 64), (prime) => fraction(Math.cbrt(prime)));
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/** A sum, computed by this module. */
export const portableSha256: Sha256 = () => new PortableHash();

class PortableHash implements Hash {
  readonly #state = initial.slice();
  readonly #words = new Int32Array(64);
  /** The bytes of the block that is not full yet. */
  readonly #block = new Uint8Array(BLOCK);
  #length = 0;

  update(part: Uint8Array): this {
    for (let at = 0; at < part.length; ) {
      const used = this.#length % BLOCK;
      const taken = part.subarray(at, at + BLOCK - used);
      this.#block.set(taken, used);
      this.#length += taken.length;
      at += taken.length;
      if (used + taken.length === BLOCK) this.#compress();
    }
    return this;
  }

  digest(): Uint8Array {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setBigUint64(0, BigInt(this.#length) * 8n);
    this.update(Uint8Array.of(0x80));
    this.update(new Uint8Array((2 * BLOCK - 8 - (this.#length % BLOCK)) % BLOCK));
    this.update(new Uint8Array(bits.buffer));
    const sum = new DataView(new ArrayBuffer(32));
    for (const [n, word] of this.#state.entries()) sum.setInt32(4 * n, word);
    return new Uint8Array(sum.buffer);
  }

  #compress(): void {
    const w = this.#schedule();
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = this.#state;
    for (let n = 0; n < 64; n++) {
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const first = (h + sum1 + choice + (constants[n] as number) + (w[n] as number)) | 0;
      [h, g, f, e, d, c, b] = [g, f, e, (d + first) | 0, c, b, a];
      a = (first + sum0 + majority) | 0;
    }
    for (const [n, word] of [a, b, c, d, e, f, g, h].entries())
      this.#state[n] = (this.#state[n] as number) + word;
  }

  /** The block's 16 words, big-endian, and the 48 that follow from them. */
  #schedule(): Int32Array {
    const w = this.#words;
    const view = new DataView(this.#block.buffer);
    for (let n = 0; n < 16; n++) w[n] = view.getInt32(4 * n);
    for (let n = 16; n < 64; n++) {
      const [near, far] = [w[n - 2] as number, w[n - 15] as number];
      const one = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10);
      const other = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3);
      w[n] = (w[n - 16] as number) + other + (w[n - 7] as number) + one;
    }
    return w;
  }
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
