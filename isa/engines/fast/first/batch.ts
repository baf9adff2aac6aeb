/**
 * Batches: code of the first tier. A batch is a few hundred instructions from one entry on, compiled at once, with one
 * function for each of its blocks. It is cheap to make, and runs several times as fast as the interpreter.
 */
import { PAGE } from '../../../machine/storage.ts';
import type { Entrance } from '../cache.ts';
import { counters } from '../layout.ts';
import { wasm, type WasmMemory, type WasmTable } from '../webassembly.ts';
import type { BlockTarget } from './block.ts';
import { type FirstBlock, type FirstSource, formBlocks } from './blocks.ts';
import { batchModule } from './emit.ts';

/** A block in the cache: code can be entered at its beginning. */
export interface BatchBlock extends Entrance {
  /** Index in the shared function table: that of its batch, or one of its own. */
  slot: number;
  /** Index of its counter in the words of the buffer. Each execution takes 1; below 0 the block is due. */
  readonly counter: number;
  readonly batch: CompiledBatch;
  /** What the engine last set the counter to, and the executions before that. */
  start: number;
  before: number;
  /** The step at which a region took it over; 0 = none has. */
  takenAt: number;
}

export interface CompiledBatch {
  readonly blocks: BatchBlock[];
  /** Enters the block whose number is `index`. */
  readonly run: (fuel: number, index: number) => number;
  /** Index of `run` in the shared function table. */
  readonly slot: number;
  /** Its own table: the functions of its blocks, in their order. */
  readonly functions: WasmTable;
  readonly bytes: number;
  readonly pages: ReadonlyMap<number, number>;
  /** The words of its code, by physical address / 4. */
  readonly words: ReadonlySet<number>;
}

/** Where a batch begins, and what it is made from and for. */
export interface BatchOrder extends FirstSource {
  readonly entry: number;
  readonly stamp: number;
  readonly target: Omit<BlockTarget, 'noteAt'>;
  /** The pages of its code as `fetch` has met them: virtual to physical page number. */
  readonly pages: ReadonlyMap<number, number>;
  /** A free index in the function table. */
  readonly slot: () => number;
}

/** What the modules import. */
interface Imports {
  readonly memory: WasmMemory;
  readonly table: WasmTable;
  readonly system: (site: number, fuel: number) => number;
}

/** Paging off, an access is compared with a bound of at least its width. */
const leastBound = 4;

export class Batches {
  readonly #imports: Imports;
  readonly #words: Int32Array;
  /** Executions after which a block is hot. It is due for the first time after half of them. */
  readonly #patience: number;
  /** Words in use of those for counters. */
  #counters = 0;
  /** Where accesses note their addresses: the places of words in the buffer, in bytes, by pc. */
  readonly #notes = new Map<number, number>();

  constructor(imports: Imports, patience: number) {
    this.#imports = imports;
    this.#words = new Int32Array(imports.memory.buffer);
    this.#patience = patience;
  }

  /** Whether there is no counter left for another batch: all code must be dropped first. */
  get isFull(): boolean {
    return this.#counters > counters.count - 1024;
  }

  /** All batches are gone. */
  clear(): void {
    this.#counters = 0;
    this.#notes.clear();
  }

  /** Makes a batch, its code not yet in the function table; undefined if there is nothing to compile at its entry. */
  make(order: BatchOrder): CompiledBatch | undefined {
    const { pages, stamp } = order;
    const target = { ...order.target, noteAt: (pc: number) => this.#noteAt(pc) };
    const formed = formBlocks(order.entry, order);
    if (formed.length === 0) return undefined;
    const start = this.#patience >>> 1;
    const counted = formed.map((block) => ({ block, counter: this.#newWord(start) }));
    const { buffer } = this.#imports.memory;
    const module = batchModule(counted, target, buffer.byteLength / 65536);
    const { exports } = new wasm.Instance(new wasm.Module(module), { r: this.#imports });
    const run = exports.e as CompiledBatch['run'];
    const functions = exports.t as WasmTable;
    const slot = order.slot();
    const batch: CompiledBatch = {
      blocks: [],
      run,
      slot,
      functions,
      bytes: module.length,
      pages,
      words: wordsOf(formed, pages),
    };
    const { ring, addressing } = target;
    for (const [n, { block, counter }] of counted.entries())
      batch.blocks.push({
        entry: block.pc,
        physical: physicalOf(block.pc, pages),
        longest: block.instructions.length,
        index: n + 1,
        counter: counter / 4,
        start,
        before: 0,
        takenAt: 0,
        stamps: new Set([stamp]),
        batch,
        ring,
        addressing,
        leastBound,
        run,
        slot,
        pages,
      });
    return batch;
  }

  /** The address of a new word in the buffer, in bytes. */
  #newWord(value: number): number {
    const at = counters.at + 4 * this.#counters++;
    this.#words[at / 4] = value;
    return at;
  }

  #noteAt(pc: number): number {
    const at = this.#notes.get(pc) ?? this.#newWord(0);
    this.#notes.set(pc, at);
    return at;
  }

  /** The address to which the access at `pc` went last in the first tier, if that is known. */
  lastAddress(pc: number): number | undefined {
    const at = this.#notes.get(pc);
    const address = at === undefined ? 0 : (this.#words[at / 4] as number);
    return address === 0 ? undefined : address >>> 0;
  }

  // ---- Counting ----

  /** Whether the engine is to look at a block: it is promoted, and compiled by the second tier if it is hot. */
  isDue({ counter }: BatchBlock): boolean {
    return (this.#words[counter] as number) < 0;
  }

  /** Whether a block has been executed so often that the second tier should have it. */
  isHot(block: BatchBlock): boolean {
    return this.executions(block) >= this.#patience;
  }

  /** Has a block count on: it is not hot yet, the second tier does not want it now, or has it in a region. */
  renew(block: BatchBlock): void {
    const executions = this.executions(block);
    block.before = executions;
    block.start = executions < this.#patience ? this.#patience - executions : this.#patience;
    this.#words[block.counter] = block.start;
  }

  /** How often a block was executed. Below 0 its counter counts how often its region was entered, which says nothing. */
  executions({ counter, start, before }: BatchBlock): number {
    return before + start - Math.max(this.#words[counter] as number, 0);
  }

  /**
   * How often the code of a block was executed until the machine's step `steps`, about: a region that has taken it over
   * does not count, and is assumed to execute it as often as it was executed before.
   */
  estimate(block: BatchBlock, steps: number): number {
    const executions = this.executions(block);
    return block.takenAt === 0 ? executions : executions * (steps / block.takenAt);
  }
}

function physicalOf(pc: number, pages: ReadonlyMap<number, number>): number {
  return (pages.get(pc >>> 12) as number) * PAGE + (pc & (PAGE - 1));
}

function wordsOf(blocks: readonly FirstBlock[], pages: ReadonlyMap<number, number>): Set<number> {
  const words = new Set<number>();
  for (const { pc, instructions } of blocks)
    for (const n of instructions.keys()) words.add(physicalOf((pc + 4 * n) >>> 0, pages) >>> 2);
  return words;
}
