/**
 * Decides which region to enter at an address: one that exists and is valid, or one that is compiled now because the
 * code is hot. Also drops regions.
 */
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

/** Counts of what was compiled. */
export interface CompilingStatistics {
  /** Regions compiled. */
  regions: number;
  /** Bytes of their code. */
  codeBytes: number;
  /** Seconds that compiling took. */
  compileSeconds: number;
  /** Regions with an access that was compiled for a span (spans.ts). */
  spanning: number;
}

/** The parts of the engine that the decision uses. */
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
  /** Breakpoints that no region contains. */
  #breaks: Breaks | undefined;

  /** Adds its counts to `statistics`. */
  constructor(parts: RegionParts, statistics: CompilingStatistics) {
    this.#parts = parts;
    this.#statistics = statistics;
  }

  /** From now on no region contains one of these breakpoints. */
  avoid(breaks: Breaks | undefined): void {
    if (breaks !== this.#breaks) this.clear();
    this.#breaks = breaks;
  }

  /**
   * The region to enter at `pc` (signed), which is at address `physical`. It is compiled now if the code has become
   * hot. Undefined = interpret.
   */
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

  /** Drops the regions that contain the instruction at `pc`. They are compiled again at the next visit. */
  recompile(pc: number): void {
    const { cache, machine } = this.#parts;
    const { physical } = machine.probe(pc);
    for (const region of physical < 0 ? [] : cache.containing(physical)) this.#dropWarm(region);
  }

  /**
   * Drops the regions that were compiled for a span. The running region may be one of them, so the horizon makes it
   * end.
   */
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

  /**
   * Whether the region can be entered now: the bounds leave room, and its pages and spans are mapped as when it was
   * compiled.
   */
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

  /** Drops a region whose spans do not hold in this address space. It is compiled again without spans. */
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
