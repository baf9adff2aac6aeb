/**
 * Spans, for paged guests: runs of pages with the same difference between virtual and physical addresses, which may be
 * loaded from, or stored to without being watched. An access that is compiled for a span needs one
 * comparison with its ends instead of a look-up of its page ("range translations": V. Karakostas et al.,
 * "Redundant Memory Mappings", ISCA 2015).
 *
 * A span holds for an address space until a page-table entry from which it was made is written, or, for
 * stores, until one of its pages is watched. Then the span and the regions that use it are dropped.
 */
import type { Machine } from '../../machine/machine.ts';
import { WATCH } from '../../machine/memory.ts';
import { PAGE } from '../../machine/storage.ts';
import { findLeaf, frameInMemory, PTE } from '../../machine/translate.ts';
import { SR } from '../../table/sysregs.ts';
import type { FlatTables } from './tables.ts';

export interface Span {
  readonly store: boolean;
  /** Virtual addresses: the first, and the first past it. */
  readonly from: number;
  readonly to: number;
  /** Physical less virtual address. */
  readonly offset: number;
  /** Bits of their page-table entries that its pages need. */
  readonly needed: number;
  /** Where these entries are, by physical addresses: from, and to, excluded. */
  readonly entries: readonly (readonly [number, number])[];
  lost: boolean;
}

/** Pages beyond which a run is not followed. */
const most = 2 ** 17;

/** Address spaces, rings and kinds of access whose spans are remembered. */
const mostKeys = 64;

/** Spans of one of these. */
const mostSpans = 32;

/** Losses to writes of page tables after which there are no more spans: such a guest remaps all the time. */
const patience = 2;

const watchedHere = ~WATCH.NEXT;

export class Spans {
  readonly #machine: Machine;
  readonly #tables: FlatTables;
  readonly #onLost: (span: Span) => void;
  readonly #known = new Map<string, Span[]>();
  /** Pages left out at both ends of a run for stores: doubled whenever one is lost, as code or tables may be next to it. */
  #margin = 0;
  #remapped = 0;
  /** Pages with entries of spans, if they were counted since a span was made or lost. */
  #tablePages: ReadonlySet<number> | undefined;

  constructor(machine: Machine, tables: FlatTables, onLost: (span: Span) => void) {
    this.#machine = machine;
    this.#tables = tables;
    this.#onLost = onLost;
  }

  /** The span around a virtual address (unsigned) in the present address space and ring, if there is one. */
  find(va: number, store: boolean): Span | undefined {
    const span = this.#here(store).find(({ from, to }) => va >= from && va < to);
    if (span !== undefined) return span;
    if (this.#remapped >= patience) return undefined;
    const made = this.#make(Math.floor(va / PAGE), store);
    if (made !== undefined) this.#add(made);
    return made;
  }

  /** Newer spans come first: where pages are mapped one after the other, they are the longer ones. */
  #add(span: Span): void {
    const oldest = this.#here(span.store)[mostSpans - 1];
    if (oldest !== undefined) this.#lose((each) => each === oldest);
    this.#here(span.store).unshift(span);
    this.#tablePages = undefined;
  }

  /** Whether such an access can be made at a virtual address, in a span or not. */
  reaches(va: number, store: boolean): boolean {
    return this.#frame(Math.floor(va / PAGE), this.#needed(store), store) >= 0;
  }

  /** The longest span known here, one without `stack` if possible. */
  longest(store: boolean, stack: number): Span | undefined {
    const size = ({ from, to }: Span) => to - from - (stack >= from && stack < to ? 2 ** 32 : 0);
    return [...this.#here(store)].sort((a, b) => size(b) - size(a))[0];
  }

  /** The span for loads that has all of one for stores in it, if there is one. */
  readable(span: Span): Span | undefined {
    const loads = this.find(span.from, false);
    return loads !== undefined && contains(loads, span) ? loads : undefined;
  }

  /** Whether a span of another address space, or this one's, is true here. */
  holds(span: Span): boolean {
    if (span.lost) return false;
    const here = this.find(span.from, span.store);
    return here !== undefined && contains(here, span);
  }

  /** A physical page is watched from now on. */
  watched(page: number): void {
    const at = page * PAGE;
    const hit = this.#lose(({ store, from, to, offset }) => store && at >= from + offset && at < to + offset);
    if (hit) this.#margin = Math.min(2 * this.#margin + 1, most);
  }

  /** `length` bytes of a page table were written. */
  written(at: number, length: number): void {
    const hit = this.#lose(
      (span) =>
        span.entries.some(([from, to]) => at < to && at + length > from) &&
        !this.#isHarmless(span, at, length),
    );
    if (hit) this.#remapped += 1;
  }

  /** Whether entries of a span are in this physical page. */
  needs(page: number): boolean {
    this.#tablePages ??= new Set(
      [...this.#known.values()].flat().flatMap(({ entries }) => entries.flatMap(pagesOf)),
    );
    return this.#tablePages.has(page);
  }

  clear(): void {
    this.#lose(() => true);
    this.#known.clear();
  }

  #lose(which: (span: Span) => boolean): boolean {
    let hit = false;
    for (const [key, spans] of this.#known) {
      const lost = spans.filter(which);
      if (lost.length === 0) continue;
      hit = true;
      this.#known.set(
        key,
        spans.filter((span) => !lost.includes(span)),
      );
      this.#tablePages = undefined;
      for (const span of lost) {
        span.lost = true;
        this.#onLost(span);
      }
    }
    return hit;
  }

  /** Whether a written last-level entry still says of its page what the span says. */
  #isHarmless({ entries, needed, from, offset }: Span, at: number, length: number): boolean {
    const [root] = entries;
    if (length > 4 || at % 4 !== 0 || root === undefined || (at < root[1] && at + length > root[0]))
      return false;
    let page = from;
    for (const [first, end] of entries.slice(1)) {
      if (at >= first && at < end) {
        page += ((at - first) / 4) * PAGE;
        break;
      }
      page += ((end - first) / 4) * PAGE;
    }
    const entry = this.#machine.memory.words[at >>> 2] as number;
    return (entry & needed) === needed && (entry & PTE.FRAME) >>> 0 === page + offset;
  }

  // ---- Making one ----

  #here(store: boolean): Span[] {
    const machine = this.#machine;
    const where = `${machine.readSystem(SR.PTBR)} ${machine.readSystem(SR.LIMIT)}`;
    const key = `${where} ${machine.ring === 2 ? 1 : machine.ring} ${store}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= mostKeys) this.clear();
      known = [];
      this.#known.set(key, known);
    }
    return known;
  }

  /** The run around a page. Looking at page tables has them watched, which may part one for stores: it is looked at twice. */
  #runAround(anchor: number, store: boolean): Run {
    const needed = this.#needed(store);
    if (store) this.#run(anchor, needed, store);
    return this.#run(anchor, needed, store);
  }

  #make(anchor: number, store: boolean): Span | undefined {
    const needed = this.#needed(store);
    const [first, last] = this.#runAround(anchor, store);
    if (last < first) return undefined;
    const margin = store ? this.#margin : 0;
    const from = Math.min(first + margin, anchor) * PAGE;
    const to = Math.max(last + 1 - margin, anchor + 1) * PAGE;
    const offset = this.#frame(anchor, needed, store) * PAGE - anchor * PAGE;
    return { store, from, to, offset, needed, entries: this.#entries(from, to), lost: false };
  }

  /** Bits of a page-table entry without which such an access faults, or changes the entry. */
  #needed(store: boolean): number {
    const right = store ? PTE.W | PTE.D : PTE.R;
    return PTE.V | PTE.A | right | (this.#machine.ring === 3 ? PTE.U : 0);
  }

  /** First and last page of the run around a page; the last before the first if there is none. */
  #run(anchor: number, needed: number, store: boolean): Run {
    const frame = this.#frame(anchor, needed, store);
    if (frame < 0) return [1, 0];
    // Never below frame 0: that would be -1, as of a page without one.
    const inRun = (page: number) =>
      frame + page - anchor >= 0 && this.#frame(page, needed, store) === frame + page - anchor;
    let first = anchor;
    let last = anchor;
    while (anchor - first < most && first > 0 && inRun(first - 1)) first -= 1;
    while (last - anchor < most && last < 2 ** 20 - 1 && inRun(last + 1)) last += 1;
    return [first, last];
  }

  /** Number of the physical page of a virtual one if such accesses can be made to it; or -1. */
  #frame(page: number, needed: number, store: boolean): number {
    const { memory, ring } = this.#machine;
    const limit = ring === 0 ? 0 : this.#machine.readSystem(SR.LIMIT) >>> 0;
    if (limit !== 0 && (page + 1) * PAGE > limit) return -1;
    const entry = this.#tables.entry(page * PAGE);
    if (entry === undefined || (entry & needed) !== needed || !frameInMemory(entry, memory.size)) return -1;
    const frame = (entry & PTE.FRAME) >>> 12;
    return store && ((memory.watched[frame] as number) & watchedHere) !== 0 ? -1 : frame;
  }

  /** Where the page-table entries of a run are: the first level's, then a piece of the last level's for each of those. */
  #entries(from: number, to: number): (readonly [number, number])[] {
    const ptbr = this.#machine.readSystem(SR.PTBR);
    const root = (ptbr & PTE.FRAME) >>> 0;
    const entries: (readonly [number, number])[] = [
      [root + (from >>> 22) * 4, root + ((to - 1) >>> 22) * 4 + 4],
    ];
    for (let at = from; at < to; ) {
      const end = Math.min(to, (Math.floor(at / 2 ** 22) + 1) * 2 ** 22);
      const leaf = findLeaf(this.#machine.memory.words, ptbr, at);
      entries.push([leaf, leaf + ((end - at) / PAGE) * 4]);
      at = end;
    }
    return entries;
  }
}

type Run = readonly [first: number, last: number];

/** Numbers of the pages that a range of addresses is on. */
function pagesOf([from, to]: readonly [number, number]): number[] {
  const first = Math.floor(from / PAGE);
  return Array.from({ length: Math.ceil(to / PAGE) - first }, (_, n) => first + n);
}

/** Whether `outer` says all that `inner` says. */
export function contains(outer: Span, inner: Span): boolean {
  return outer.from <= inner.from && outer.to >= inner.to && outer.offset === inner.offset;
}
