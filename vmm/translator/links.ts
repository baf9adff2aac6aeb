/**
 * Links from one place of the translation cache to another: chaining. A link that is not
 * made yet, or whose target is gone, is a callout that asks for it.
 */
import type { TranslationCache } from './cache.ts';
import type { Context } from './context.ts';
import { countWord } from './count.ts';
import { branchReaches, CALLOUT, fromSaveArea, jumpWord, word } from './encode.ts';
import { SAVE } from './layout.ts';
import { boundary } from './origin.ts';

/** Steps of the real machine that a stub's count and jump are, beyond the guest's branch. */
const stubSurplus = 2;

/** Bytes of a stub: a count and a jump. */
export const STUB_BYTES = 8;

export interface Link {
  /**
   * jump: the guest's own jump, one word. taken: a branch's other way, by its stub. fall:
   * on to the next instruction, by the stub that ends a unit. slot: an entry of a table of
   * indirect targets.
   */
  readonly kind: 'jump' | 'taken' | 'fall' | 'slot';
  readonly context: Context;
  /** The guest address that it leads to. */
  target: number;
  /** Cache address of the word, stub or slot. */
  readonly site: number;
  /** The branch itself, with its word for a displacement of 0. */
  readonly branch?: { readonly at: number; readonly encode: (displacement: number) => number };
  /** Cache address that it leads to, once linked. */
  to: number | undefined;
}

/** Registers of indirect jumps: the target, and two for the way to it. */
export const TARGET = 5;
export const SCRATCH = [6, 7] as const;

/** Where they lie in the save area meanwhile. */
export const SPILLS = [
  { register: TARGET, slot: SAVE.SPILL0 },
  { register: SCRATCH[0], slot: SAVE.SPILL1 },
  { register: SCRATCH[1], slot: SAVE.SPILL2 },
] as const;

/** Words of a slot, and those executed of one that leads on. */
export const SLOT_WORDS = 8;
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

  /** Takes `link` out of the account: its own words are gone or lead elsewhere. */
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

  /** A stub: counts itself and jumps. */
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

  /** Makes it a callout again. */
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
