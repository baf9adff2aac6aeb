/**
 * Where the registers of a region are. If compiled code writes a general register before it reads it again, the
 * value is in memory, where the exits need it, and not in a local. In a local, V8 would keep such a value from one
 * round of a loop to the next, and store it wherever it is computed, for exits that are hardly ever
 * taken. So a region loads the registers that it reads. On an exit it stores those that may have changed, and before
 * a loop those that the loop does not read.
 *
 * Sets of registers are words, register n being bit n.
 */
import { type Block, dominates, isBackward } from './blocks.ts';
import type { Node } from './region.ts';

/** Where registers are at some point; the rest are in locals, and in memory too. */
export interface Places {
  /** In memory: their locals hold nothing. */
  readonly memory: number;
  /** In locals: memory may have an older value. */
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
  // What a choice may write it may leave, too.
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
  /** What was taken on from a block last. */
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

  /** What the region reads from here on before it writes it. */
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

  /** What is read after a system instruction before it is written. */
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

  /** Takes what a block leaves on to those after it; true if that was more than they knew. */
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
