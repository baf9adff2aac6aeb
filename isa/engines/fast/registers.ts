/**
 * Plans where the registers of a region are at each instruction: in a local, in memory, or in both.
 *
 * A register that the code writes before it reads it again is left in memory, where the exits need it. If it were in a
 * local, V8 would carry its value from one round of a loop to the next, and store it wherever it is computed, only for
 * exits that are hardly ever taken. So a region loads only the registers that it reads. On an exit it stores those that
 * may have changed, and before a loop those that the loop does not read.
 *
 * A set of registers is a word; register n is bit n.
 */
import { type Block, dominates, isBackward } from './blocks.ts';
import type { Node } from './region.ts';

/** Where registers are at some point. Registers in neither set are both in their locals and in memory. */
export interface Places {
  /** Only in memory: their locals are not valid. */
  readonly memory: number;
  /** In locals, and memory may have an older value. */
  readonly dirty: number;
}

const all = -1;

/** The word with a register's bit; none for x0. */
function bit(register: number): number {
  return register === 0 ? 0 : 1 << register;
}

/** The registers of a set, in order. */
export function* registersIn(set: number): Iterable<number> {
  for (let n = 1; n < 32; n++) if ((set & (1 << n)) !== 0) yield n;
}

/** What an instruction reads. */
export function readBy({ at, kind, skipped = [] }: Node): number {
  // A choice may leave the registers that it can write as they were, so it also reads them.
  if (kind === 'choice')
    return skipped.reduce(
      (set, node) => set | readBy(node) | writtenBy(node),
      bit(at?.rs1 ?? 0) | bit(at?.rs2 ?? 0),
    );
  return at === undefined || kind === 'stop' ? 0 : bit(at.rs1) | bit(at.rs2);
}

/** What an instruction writes. */
export function writtenBy({ at, kind, skipped = [] }: Node): number {
  if (kind === 'choice') return skipped.reduce((set, node) => set | writtenBy(node), 0);
  if (at === undefined || kind === 'stop' || kind === 'branch') return 0;
  const { effect } = at.row;
  return kind === 'plain' && (effect.kind === 'store' || effect.kind === 'nothing') ? 0 : bit(at.rd);
}

export class RegisterPlan {
  readonly #systemStoresAll: boolean;
  readonly #live = new Map<Block, number>();
  readonly #liveOut = new Map<Block, number>();
  readonly #liveAfter = new Map<Node, number>();
  readonly #places = new Map<Block, Places>();
  /** The places at a block's begin when #goOn last went through it. */
  readonly #takenOn = new Map<Block, Places>();

  constructor(blocks: readonly Block[], systemStoresAll: boolean) {
    this.#systemStoresAll = systemStoresAll;
    for (let changed = true; changed; ) {
      changed = false;
      for (const block of [...blocks].reverse()) changed = this.#findLive(block) || changed;
    }
    const [entry] = blocks;
    for (const block of blocks) {
      const memory = block === entry || block.isLoopHeader ? all & ~this.liveInto(block) : 0;
      this.#places.set(block, { memory, dirty: 0 });
    }
    for (let changed = true; changed; ) {
      changed = false;
      for (const block of blocks) changed = this.#goOn(block) || changed;
    }
  }

  /** Whether all registers are stored before a system instruction, and those read later loaded after it. */
  storesAll({ changesAll = false }: Node): boolean {
    return this.#systemStoresAll || changesAll;
  }

  /** The registers that the region reads, from this block on, before it writes them. */
  liveInto(block: Block): number {
    return this.#live.get(block) ?? 0;
  }

  /** Where registers are when a block begins. */
  into(block: Block): Places {
    return this.#places.get(block) as Places;
  }

  /** Where they are after an instruction. */
  after(node: Node, { memory, dirty }: Places): Places {
    const written = writtenBy(node);
    if (node.kind !== 'system') return { memory: memory & ~written, dirty: dirty | written };
    if (this.storesAll(node)) return { memory: all & ~this.liveAfter(node), dirty: 0 };
    const rest = dirty & ~(readBy(node) | written);
    const unread = written & ~this.liveAfter(node);
    return { memory: (memory & ~written) | unread, dirty: rest };
  }

  /** The registers that are read after a system instruction before they are written. */
  liveAfter(node: Node): number {
    return this.#liveAfter.get(node) ?? 0;
  }

  #findLive(block: Block): boolean {
    let live = 0;
    for (const next of block.successors) live |= this.liveInto(next);
    if (this.#liveOut.get(block) === live) return false;
    this.#liveOut.set(block, live);
    for (let n = block.nodes.length - 1; n >= 0; n--) {
      const node = block.nodes[n] as Node;
      if (node.kind === 'system') this.#liveAfter.set(node, live);
      live = (live & ~writtenBy(node)) | readBy(node);
    }
    const changed = live !== this.liveInto(block);
    this.#live.set(block, live);
    return changed;
  }

  /** Passes the places at a block's end on to its successors; true if that changed one of them. */
  #goOn(block: Block): boolean {
    let leaving = this.into(block);
    if (this.#takenOn.get(block) === leaving) return false;
    this.#takenOn.set(block, leaving);
    for (const node of block.nodes) leaving = this.after(node, leaving);
    let changed = false;
    for (const next of block.successors) {
      if (isBackward(block, next) && !dominates(next, block)) continue;
      const into = this.into(next);
      const memory = next.isLoopHeader ? into.memory : into.memory | leaving.memory;
      const dirty = (into.dirty | leaving.dirty) & ~memory;
      if (memory === into.memory && dirty === into.dirty) continue;
      this.#places.set(next, { memory, dirty });
      changed = true;
    }
    return changed;
  }
}
