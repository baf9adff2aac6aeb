/**
 * Checkpoints: states of a run to go back to, at bounded memory.
 *
 *     step     0 ──── c1 ──────── c2 ── c3 ─ c4 c5 now
 *     holds    all     blocks written since the one before it
 *
 * A block's contents at a checkpoint are the newest at or before it, so what two of them
 * have in common is kept once. Dropping one hands what it holds to the next. When there are
 * too many, the one goes that is missed least: where the gap it leaves is smallest against
 * its distance from now. So they lie exponentially thinner away from where one is
 * (Boothe 2000, section 4, bidirectional debugging).
 */
import type { Blocks } from './blocks.ts';

export interface Checkpoint<State> {
  readonly step: number;
  readonly state: State;
  /** For each of the Blocks: what was written since the checkpoint before. */
  readonly written: readonly Map<number, Uint8Array>[];
}

/** How much checkpoints may take. */
export interface Limits {
  /** Bytes of contents, beyond those of the first checkpoint. */
  readonly bytes: number;
  /** Number of checkpoints. */
  readonly count: number;
}

export class Checkpoints<State> {
  readonly #blocks: readonly Blocks[];
  readonly #limits: Limits;
  readonly #list: Checkpoint<State>[] = [];
  /** The one since which the Blocks know what was written. */
  #current = -1;
  #bytes = 0;

  constructor(blocks: readonly Blocks[], limits: Limits) {
    this.#blocks = blocks;
    this.#limits = limits;
  }

  /** Their steps, ascending. */
  get steps(): readonly number[] {
    return this.#list.map(({ step }) => step);
  }

  /** Bytes of contents that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The next one after where the run is. */
  get next(): Checkpoint<State> | undefined {
    return this.#list[this.#current + 1];
  }

  /** The last one at or before `step`. */
  at(step: number): Checkpoint<State> {
    return this.#list[this.#indexAt(step)] as Checkpoint<State>;
  }

  /** Takes one of the present, at `step`, after the current one and before the next. */
  take(step: number, state: State): void {
    if (this.#list[this.#current]?.step === step) return;
    const written = this.#blocks.map((blocks) => {
      const numbers = blocks.takeDirty();
      return new Map(numbers.map((n) => [n, blocks.copy(n)]));
    });
    this.#bytes += this.#sizeOf(written);
    this.#list.splice(this.#current + 1, 0, { step, state, written });
    this.#current += 1;
    while (this.#isTooMuch() && this.#dropOne(step));
  }

  /** Puts all blocks back as they were at a checkpoint; the run is there now. */
  restore(checkpoint: Checkpoint<State>): void {
    const index = this.#list.indexOf(checkpoint);
    const between = this.#list.slice(Math.min(index, this.#current) + 1, Math.max(index, this.#current) + 1);
    for (const [n, blocks] of this.#blocks.entries()) {
      const changed = new Set(blocks.takeDirty());
      for (const { written } of between) for (const block of written[n]?.keys() ?? []) changed.add(block);
      for (const block of changed) blocks.put(block, this.#contents(index, n, block));
      blocks.takeDirty();
    }
    this.#current = index;
  }

  /** The run has come to the next checkpoint by itself. */
  pass(): void {
    for (const blocks of this.#blocks) blocks.takeDirty();
    this.#current += 1;
  }

  /** Drops those after the present: the run goes on otherwise than it did. */
  discardNext(): void {
    for (const { written } of this.#list.splice(this.#current + 1)) this.#bytes -= this.#sizeOf(written);
  }

  /** Contents of a block at checkpoint `index`: the newest that is not after it. */
  #contents(index: number, blocks: number, block: number): Uint8Array | undefined {
    for (let n = index; n >= 0; n--) {
      const contents = this.#list[n]?.written[blocks]?.get(block);
      if (contents !== undefined) return contents;
    }
    return undefined;
  }

  #indexAt(step: number): number {
    let low = 0;
    let high = this.#list.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#list[middle] as Checkpoint<State>).step <= step) low = middle;
      else high = middle;
    }
    return low;
  }

  // ---- Thinning ----

  #isTooMuch(): boolean {
    const beyond = this.#bytes - this.#sizeOf(this.#list[0]?.written ?? []);
    return this.#list.length > this.#limits.count || beyond > this.#limits.bytes;
  }

  /** Drops the one that is missed least at step `now`; never the first, the last, or the current one. */
  #dropOne(now: number): boolean {
    let [least, victim] = [Number.POSITIVE_INFINITY, -1];
    for (let n = 1; n + 1 < this.#list.length; n++) {
      if (n === this.#current) continue;
      const [before, at, after] = [n - 1, n, n + 1].map((i) => this.#list[i]?.step ?? 0) as [
        number,
        number,
        number,
      ];
      const loss = (after - before) / Math.max(1, Math.abs(now - at));
      if (loss < least) [least, victim] = [loss, n];
    }
    if (victim < 0) return false;
    this.#drop(victim);
    return true;
  }

  #drop(index: number): void {
    const [dropped] = this.#list.splice(index, 1) as [Checkpoint<State>];
    const heir = this.#list[index] as Checkpoint<State>;
    this.#bytes -= this.#sizeOf(dropped.written) + this.#sizeOf(heir.written);
    for (const [n, written] of heir.written.entries()) {
      for (const [block, contents] of dropped.written[n] ?? []) {
        if (!written.has(block)) written.set(block, contents);
      }
    }
    this.#bytes += this.#sizeOf(heir.written);
    if (this.#current > index) this.#current -= 1;
  }

  #sizeOf(written: readonly Map<number, Uint8Array>[]): number {
    return written.reduce((sum, { size }, n) => sum + size * (this.#blocks[n]?.blockSize ?? 0), 0);
  }
}
