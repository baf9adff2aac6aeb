/**
 * Chaining: links from one place in the translation cache to another. A link that is not
 * made yet, or whose target was dropped, is a callout that asks the monitor for the target.
 */
import type { TranslationCache } from './cache.ts';
import type { Context } from './context.ts';
import { countWord } from './count.ts';
import { branchReaches, CALLOUT, fromSaveArea, jumpWord, word } from './encode.ts';
import { SAVE } from './layout.ts';
import { boundary } from './origin.ts';

/** Steps of the real machine that a stub adds to the guest's branch: a count and a jump. */
const stubSurplus = 2;

/** Bytes of a stub: a count and a jump. */
export const STUB_BYTES = 8;

export interface Link {
  /**
   * jump: the guest's own jump, one word. taken: the target of a branch, through a stub. fall: the next
   * instruction, through the stub that ends a unit. slot: an entry of a table of indirect targets.
   */
  readonly kind: 'jump' | 'taken' | 'fall' | 'slot';
  readonly context: Context;
  /** The guest address that it leads to. */
  target: number;
  /** Cache address of the word, stub or slot. */
  readonly site: number;
  /** The branch itself: its address, and its word for a displacement. */
  readonly branch?: { readonly at: number; readonly encode: (displacement: number) => number };
  /** The cache address that it leads to; undefined if it is not made. */
  to: number | undefined;
}

/** The register that contains the target of an indirect jump. */
export const TARGET = 5;
/** Two more registers that an indirect jump uses. */
export const SCRATCH = [6, 7] as const;

/** The slots of the save area where the guest's values of these registers are meanwhile. */
export const SPILLS = [
  { register: TARGET, slot: SAVE.SPILL0 },
  { register: SCRATCH[0], slot: SAVE.SPILL1 },
  { register: SCRATCH[1], slot: SAVE.SPILL2 },
] as const;

/** Words of a slot in the table of indirect targets. */
export const SLOT_WORDS = 8;
/** Words of a slot that are executed if its target is the wanted one. */
export const SLOT_STEPS = 7;

export class Links {
  readonly #cache: TranslationCache;
  /** Links by the cache address that they lead to. */
  readonly #incoming = new Map<number, Set<Link>>();

  constructor(cache: TranslationCache) {
    this.#cache = cache;
  }

  /** Makes `link` lead to `to`. */
  make(link: Link, to: number): void {
    this.forget(link);
    link.to = to;
    const known = this.#incoming.get(to);
    if (known === undefined) this.#incoming.set(to, new Set([link]));
    else known.add(link);
    this.#write(link, to);
  }

  /** Undoes all links that lead to `to`. */
  undoTo(to: number): void {
    for (const link of this.#incoming.get(to) ?? []) this.#unwrite(link);
    this.#incoming.delete(to);
  }

  /** Makes `link` a callout again. */
  undo(link: Link): void {
    if (link.to === undefined) return;
    this.#incoming.get(link.to)?.delete(link);
    this.#unwrite(link);
  }

  /** Forgets that `link` leads somewhere, because its own words were overwritten or will be. */
  forget(link: Link): void {
    if (link.to !== undefined) this.#incoming.get(link.to)?.delete(link);
    link.to = undefined;
  }

  clear(): void {
    this.#incoming.clear();
  }

  #write(link: Link, to: number): void {
    const { kind, site, branch } = link;
    if (kind === 'jump') this.#cache.patch(site, jumpWord(site, to));
    else if (kind === 'slot') this.#writeSlot(link, to);
    else if (branch !== undefined && branchReaches(branch.at, to)) {
      this.#cache.patch(branch.at, branch.encode(to - branch.at));
    } else if (site !== to) this.#writeStub(link, to);
  }

  /** Writes a stub, which counts its own steps and jumps. */
  #writeStub({ site, target }: Link, to: number): void {
    this.#cache.write(site, countWord(stubSurplus), boundary(target));
    const uncounted = 1 - stubSurplus;
    const origin = { pc: target, boundary: false, uncounted, spilled: [] };
    this.#cache.write(site + 4, jumpWord(site + 4, to), origin);
  }

  #writeSlot({ site, target }: Link, to: number): void {
    const low = (target << 20) >> 20;
    const [first, second] = SCRATCH;
    const words = [
      word('lui', { rd: first, imm: (target - low) | 0 }),
      word('addi', { rd: first, rs1: first, imm: low }),
      word('bne', { rs1: TARGET, rs2: first, imm: 4 * (SLOT_STEPS - 2) }),
      fromSaveArea(second, SAVE.SPILL2),
      fromSaveArea(first, SAVE.SPILL1),
      fromSaveArea(TARGET, SAVE.SPILL0),
      jumpWord(site + 4 * (SLOT_STEPS - 1), to),
    ];
    for (const [n, one] of words.entries()) this.#cache.patch(site + 4 * n, one);
  }

  /** Makes the words of `link` a callout again. */
  #unwrite(link: Link): void {
    link.to = undefined;
    const { kind, site, branch, target } = link;
    if (kind === 'jump' || kind === 'slot') {
      this.#cache.patch(site, CALLOUT);
      return;
    }
    this.#cache.write(site, CALLOUT, boundary(target, { kind: 'link', link }));
    if (branch !== undefined) this.#cache.patch(branch.at, branch.encode(site - branch.at));
  }
}
