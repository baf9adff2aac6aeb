/**
 * Spans, for paged guests. A span is a run of pages that are all mapped with the same difference between virtual and
 * physical address. A span for loads has only pages that can be read; a span for stores has only pages that can be written and
 * are not watched. An access that is compiled for a span compares its address with the span's ends, instead of looking up
 * its page ("range translations": V. Karakostas et al., "Redundant Memory Mappings", ISCA 2015).
 *
 * A span is valid in an address space until a page-table entry from which it was made is written. A span for
 * stores also ends when one of its pages is watched. Then the span and the regions that use it are dropped.
 */
import type { Machine } from '../../machine/machine.ts';
import { WATCH } from '../../machine/memory.ts';
import { PAGE } from '../../machine/storage.ts';
import { frameInMemory, PTE } from '../../machine/translate.ts';
import { SR } from '../../table/sysregs.ts';
import type { FlatTables } from './tables.ts';

export interface Span {
  readonly store: boolean;
  /** The first virtual address. */
  readonly from: number;
  /** The first virtual address past the end. */
  readonly to: number;
  /** Physical address - virtual address. */
  readonly offset: number;
  /** Bits that must be set in the page-table entry of each page. */
  readonly needed: number;
  /** Where these entries are: ranges of physical addresses, each with its start and its excluded end. */
  readonly entries: readonly (readonly [number, number])[];
  /** With nested paging: the pages of the nested map. */
  readonly map: readonly number[];
  /** The span is no longer valid. */
  lost: boolean;
}

/** Most pages that a run is followed in each direction. */
const most = 2 ** 17;

/** Most combinations of address space, ring and kind of access whose spans are remembered. */
const mostKeys = 64;

/** Most spans of one combination. */
const mostSpans = 32;

/**
 * After so many losses to writes of page tables no more spans are made: such a guest changes its mappings all the
 * time.
 */
const patience = 2;

const watchedHere = ~WATCH.NEXT;

export class Spans {
  readonly #machine: Machine;
  readonly #tables: FlatTables;
  readonly #onLost: (span: Span) => void;
  readonly #known = new Map<string, Span[]>();
  /**
   * Pages left out at both ends of a run for stores. Grows whenever such a span is lost, because code or tables may
   * be next to it.
   */
  #margin = 0;
  #remapped = 0;
  /** The pages that contain page-table entries of spans; undefined after a span was made or lost. */
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

  /** Adds a span as the first: where pages are mapped one after the other, newer spans are longer. */
  #add(span: Span): void {
    const oldest = this.#here(span.store)[mostSpans - 1];
    if (oldest !== undefined) this.#lose((each) => each === oldest);
    this.#here(span.store).unshift(span);
    this.#tablePages = undefined;
  }

  /** Whether such an access at a virtual address is possible, in a span or not. */
  reaches(va: number, store: boolean): boolean {
    return this.#frame(Math.floor(va / PAGE), this.#needed(store), store) >= 0;
  }

  /**
   * The longest known span of this address space and ring; one that does not contain the address `stack`, if
   * possible.
   */
  longest(store: boolean, stack: number): Span | undefined {
    const size = ({ from, to }: Span) => to - from - (stack >= from && stack < to ? 2 ** 32 : 0);
    return [...this.#here(store)].sort((a, b) => size(b) - size(a))[0];
  }

  /** The span for loads that contains a whole span for stores, if there is one. */
  readable(span: Span): Span | undefined {
    const loads = this.find(span.from, false);
    return loads !== undefined && contains(loads, span) ? loads : undefined;
  }

  /** Whether a span, possibly made in another address space, is valid in the current one. */
  holds(span: Span): boolean {
    if (span.lost) return false;
    const here = this.find(span.from, span.store);
    return here !== undefined && contains(here, span);
  }

  /** Drops the spans for stores that contain a physical page, because it is watched from now on. */
  watched(page: number): void {
    const at = page * PAGE;
    const hit = this.#lose(({ store, from, to, offset }) => store && at >= from + offset && at < to + offset);
    if (hit) this.#margin = Math.min(2 * this.#margin + 1, most);
  }

  /** Drops the spans whose entries have changed, because `length` bytes of a page table were written. */
  written(at: number, length: number): void {
    const hit = this.#lose(
      (span) =>
        span.map.includes(at >>> 12) ||
        (span.entries.some(([from, to]) => at < to && at + length > from) &&
          !this.#isHarmless(span, at, length)),
    );
    if (hit) this.#remapped += 1;
  }

  /** Whether entries of a span are in this physical page. */
  needs(page: number): boolean {
    this.#tablePages ??= new Set(
      [...this.#known.values()].flat().flatMap(({ entries, map }) => [...entries.flatMap(pagesOf), ...map]),
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

  /** Whether the write changed one last-level entry, which still maps its page as the span has it. */
  #isHarmless({ entries, map, needed, from, offset }: Span, at: number, length: number): boolean {
    const [root] = entries;
    const { guest, tables } = this.#machine;
    // A host writes for its guest: what the entry maps for the guest is not known here.
    if (map.length > 0 && guest === undefined) return false;
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
    return (entry & needed) === needed && tables.frameOf(entry) === page + offset;
  }

  // ---- Making one ----

  #here(store: boolean): Span[] {
    const machine = this.#machine;
    const where = `${machine.tables.tables} ${machine.readSystem(SR.LIMIT)}`;
    const key = `${where} ${machine.ring === 2 ? 1 : machine.ring} ${store}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= mostKeys) this.clear();
      known = [];
      this.#known.set(key, known);
    }
    return known;
  }

  /**
   * The run around a page. A look at page tables has them watched, and that may split a run for stores, so this looks
   * twice.
   */
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
    const map = this.#machine.tables.mapPages();
    return { store, from, to, offset, needed, entries: this.#entries(from, to), map, lost: false };
  }

  /** The bits that a page-table entry must have, so that such an access neither faults nor changes the entry. */
  #needed(store: boolean): number {
    const right = store ? PTE.W | PTE.D : PTE.R;
    return PTE.V | PTE.A | right | (this.#machine.ring === 3 ? PTE.U : 0);
  }

  /** The first and the last page of the run around a page; if there is none, the last is less than the first. */
  #run(anchor: number, needed: number, store: boolean): Run {
    const frame = this.#frame(anchor, needed, store);
    if (frame < 0) return [1, 0];
    // A frame number must not be negative: -1 would look like a page without a frame.
    const inRun = (page: number) =>
      frame + page - anchor >= 0 && this.#frame(page, needed, store) === frame + page - anchor;
    let first = anchor;
    let last = anchor;
    while (anchor - first < most && first > 0 && inRun(first - 1)) first -= 1;
    while (last - anchor < most && last < 2 ** 20 - 1 && inRun(last + 1)) last += 1;
    return [first, last];
  }

  /** The number of the physical page of a virtual page; -1 if such an access to it is not possible. */
  #frame(page: number, needed: number, store: boolean): number {
    const { memory, ring } = this.#machine;
    const limit = ring === 0 ? 0 : this.#machine.readSystem(SR.LIMIT) >>> 0;
    if (limit !== 0 && (page + 1) * PAGE > limit) return -1;
    const entry = this.#tables.entry(page * PAGE);
    if (entry === undefined || (entry & needed) !== needed || !frameInMemory(entry, memory)) return -1;
    const frame = (entry & PTE.FRAME) >>> 12;
    return store && ((memory.watched[frame] as number) & watchedHere) !== 0 ? -1 : frame;
  }

  /**
   * Where the page-table entries of a run are: one range in the root table, then one range in each last-level table.
   */
  #entries(from: number, to: number): (readonly [number, number])[] {
    const { tables } = this.#machine;
    const root = tables.rootTable;
    if (root < 0) return [];
    const entries: (readonly [number, number])[] = [
      [root + (from >>> 22) * 4, root + ((to - 1) >>> 22) * 4 + 4],
    ];
    for (let at = from; at < to; ) {
      const end = Math.min(to, (Math.floor(at / 2 ** 22) + 1) * 2 ** 22);
      const leaf = tables.leaf(at);
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

/** Whether `outer` covers all of `inner`, with the same offset. */
export function contains(outer: Span, inner: Span): boolean {
  return outer.from <= inner.from && outer.to >= inner.to && outer.offset === inner.offset;
}
