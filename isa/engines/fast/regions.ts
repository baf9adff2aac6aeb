/** Which region to enter at a place: found and still true, or compiled now if the place is hot; and which are dropped. */
import type { Breaks } from '../../machine/breaks.ts';
import { FAULT } from '../../machine/addressing.ts';
import type { Machine } from '../../machine/machine.ts';
import type { AddressMode } from './access.ts';
import type { Budget } from './budget.ts';
import type { RegionBuilder } from './builder.ts';
import type { CompiledRegion, RegionCache } from './cache.ts';
import type { Spaces } from './spaces.ts';
import type { Span, Spans } from './spans.ts';
import type { Speculation } from './speculation.ts';

/** What was compiled. */
export interface CompilingStatistics {
  /** Regions compiled, their code in bytes, and the seconds it took. */
  regions: number;
  codeBytes: number;
  compileSeconds: number;
  /** Regions with accesses that were compiled for a span (spans.ts). */
  spanning: number;
}

/** What decides. */
export interface RegionParts {
  readonly machine: Machine;
  readonly budget: Budget;
  readonly cache: RegionCache;
  readonly spaces: Spaces;
  readonly spans: Spans;
  readonly speculation: Speculation;
  readonly builder: RegionBuilder;
}

/** Most stamps of a region. */
const mostStamps = 32;

export class Regions {
  readonly #parts: RegionParts;
  readonly #statistics: CompilingStatistics;
  /** Breakpoints that no region holds. */
  #breaks: Breaks | undefined;

  /** Keeps count in `statistics`. */
  constructor(parts: RegionParts, statistics: CompilingStatistics) {
    this.#parts = parts;
    this.#statistics = statistics;
  }

  /** No region holds these breakpoints from now on. */
  avoid(breaks: Breaks | undefined): void {
    if (breaks !== this.#breaks) this.clear();
    this.#breaks = breaks;
  }

  /** The region to enter at `pc` (signed), which is at `physical`, compiled now if it has become hot; undefined = interpret. */
  at(pc: number, physical: number, visits: number): CompiledRegion | undefined {
    const { budget, cache, machine, spaces } = this.#parts;
    const { addressing } = spaces;
    if (physical === FAULT || addressing === undefined) return undefined;
    if (!cache.visit(physical, visits, budget.visits)) return undefined;
    const region = cache.find(physical, machine.ring);
    if (region !== undefined && region.entry === pc >>> 0 && region.addressing === addressing) {
      return this.#isValid(region) ? region : undefined;
    }
    if (!budget.affords || !cache.mayCompile(physical)) return undefined;
    return this.#compile(pc >>> 0, physical, addressing);
  }

  /** Drops the regions with the instruction at `pc`: they are made anew at the next visit. */
  recompile(pc: number): void {
    const { cache, machine } = this.#parts;
    const { physical } = machine.probe(pc);
    for (const region of physical < 0 ? [] : cache.containing(physical)) this.#dropWarm(region);
  }

  /** Nothing that was compiled for a span goes on: also not the region that runs, hence the horizon. */
  spanLost(span: Span): void {
    const { cache, machine } = this.#parts;
    for (const region of cache.all()) if (region.spans.has(span)) this.#dropWarm(region);
    machine.horizon = 0;
  }

  clear(): void {
    this.#parts.cache.clear();
    this.#parts.builder.clear();
  }

  #dropWarm(region: CompiledRegion): void {
    this.#parts.cache.drop(region);
    this.#parts.cache.rekindle(region);
  }

  /** Whether the region's pages are mapped as when it was compiled. */
  #isValid(region: CompiledRegion): boolean {
    const { builder, cache, spaces, spans } = this.#parts;
    const { stamp } = spaces;
    if (!this.#hasRoom(region)) return false;
    if (!region.stamps.has(stamp)) {
      for (const [virtual, page] of region.pages) if (builder.codePage(virtual) !== page) return false;
      for (const span of region.spans) if (!spans.holds(span)) return this.#dropShared(region);
      if (cache.find(region.physical, region.ring) !== region) return false;
      if (region.stamps.size > mostStamps) {
        cache.forgetJump(region);
        region.stamps.clear();
      }
      region.stamps.add(stamp);
    }
    cache.rememberJump(region, stamp);
    return true;
  }

  /** Whether R, and LIMIT in this ring, leave room for the comparisons that the region makes. */
  #hasRoom({ addressing, leastBound }: CompiledRegion): boolean {
    return addressing === 'paged' || this.#parts.machine.namedBound >= leastBound;
  }

  /** A region whose spans are another address space's is compiled anew, without any. */
  #dropShared(region: CompiledRegion): false {
    this.#parts.speculation.isShared(region.physical, region.ring);
    this.#dropWarm(region);
    return false;
  }

  #compile(entry: number, physical: number, addressing: AddressMode): CompiledRegion | undefined {
    const { budget, builder, cache, spaces } = this.#parts;
    const started = performance.now();
    if (cache.full) this.clear();
    const { stamp } = spaces;
    cache.cool(physical);
    const region = builder.build({ entry, physical, addressing, stamp }, this.#breaks);
    if (region === undefined) return undefined;
    budget.spend(region.bytes);
    this.#count(region, started);
    if (!this.#hasRoom(region)) return undefined;
    cache.rememberJump(region, stamp);
    return region;
  }

  #count({ bytes, spans }: CompiledRegion, started: number): void {
    this.#statistics.regions += 1;
    this.#statistics.codeBytes += bytes;
    if (spans.size > 0) this.#statistics.spanning += 1;
    this.#statistics.compileSeconds += (performance.now() - started) / 1000;
  }
}
