/**
 * Decides which region to enter at an address: one that exists and is valid, or one that is compiled now because the
 * code is hot. Also drops regions.
 */
import type { Breaks } from '../../machine/breaks.ts';
import type { Machine } from '../../machine/machine.ts';
import type { AddressMode } from './access.ts';
import type { Budget } from './budget.ts';
import type { RegionBuilder } from './builder.ts';
import type { CompiledRegion, Entrance, CodeCache } from './cache.ts';
import type { BatchBlock, Batches } from './first/batch.ts';
import type { Spaces } from './spaces.ts';
import type { Span, Spans } from './spans.ts';
import type { Speculation } from './speculation.ts';

/** Counts of what was compiled. */
export interface CompilingStatistics {
  /** Regions compiled. */
  regions: number;
  /** Batches of the first tier. */
  batches: number;
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
  readonly cache: CodeCache;
  readonly spaces: Spaces;
  readonly spans: Spans;
  readonly speculation: Speculation;
  readonly builder: RegionBuilder;
  readonly batches: Batches;
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
   * The region or block to enter at `pc` (signed), which is at address `physical`. It is compiled now if the code has
   * become hot. Undefined = interpret.
   */
  at(pc: number, physical: number, visits: number): Entrance | undefined {
    const { budget, cache, machine, spaces } = this.#parts;
    const { addressing } = spaces;
    if (physical < 0 || addressing === undefined) return undefined;
    if (!cache.visit(physical, visits, budget.visits)) return undefined;
    const region = cache.find(physical, machine.ring);
    if (region !== undefined && region.entry === pc >>> 0 && region.addressing === addressing) {
      return this.#isValid(region) ? region : undefined;
    }
    const block = cache.findBlock(physical, machine.ring);
    const fits = block?.entry === pc >>> 0 && block.addressing === addressing;
    if (block !== undefined && fits) return this.#atBlock(block, physical);
    if (!cache.mayCompile(physical) || !this.#parts.builder.canBegin(pc >>> 0, physical)) return undefined;
    // What is there was made for another virtual address, or for paging on instead of off.
    if (block !== undefined && budget.affordsBatch) cache.dropBatch(block.batch);
    if (budget.affordsBatch) return this.#compileBatch(pc >>> 0, physical, addressing);
    return budget.affords ? this.#compile(pc >>> 0, physical, addressing) : undefined;
  }

  /** The block to enter, or its region, which is compiled now if the block is hot. */
  #atBlock(block: BatchBlock, physical: number): Entrance | undefined {
    const { batches, budget, cache } = this.#parts;
    const isDue = batches.isDue(block);
    if (isDue) {
      const wanted = batches.isHot(block) && budget.affords && cache.mayCompile(physical);
      const region = wanted ? this.#compile(block.entry, physical, block.addressing) : undefined;
      if (region !== undefined) return region;
      batches.renew(block);
    }
    if (!this.#isValidBlock(block)) return undefined;
    if (isDue) cache.promote(block, this.#parts.spaces.stamp);
    return block;
  }

  #compileBatch(entry: number, physical: number, addressing: AddressMode): Entrance | undefined {
    const { batches, budget, builder, cache, machine, spaces } = this.#parts;
    const started = performance.now();
    if (cache.full || batches.isFull) this.clear();
    cache.cool(physical);
    const { stamp } = spaces;
    const batch = builder.buildBatch({ entry, physical, addressing, stamp }, this.#breaks);
    if (batch === undefined) return undefined;
    budget.spendOnBatch(batch.words.size);
    this.#statistics.batches += 1;
    this.#statistics.codeBytes += batch.bytes;
    this.#statistics.compileSeconds += (performance.now() - started) / 1000;
    if (!this.#hasRoom(batch.blocks[0] as BatchBlock)) return undefined;
    for (const block of batch.blocks)
      if (cache.findBlock(block.physical, machine.ring) === block) cache.rememberJump(block, stamp);
    return batch.blocks[0];
  }

  /** Drops the regions that contain the instruction at `pc`. They are compiled again at the next visit. */
  recompile(pc: number): void {
    const { cache, machine } = this.#parts;
    const physical = machine.tables.physical(pc, machine.ring);
    if (physical < 0) return;
    for (const region of cache.containing(physical)) this.#dropWarm(region);
    for (const batch of cache.batchesWith(physical)) cache.dropBatch(batch);
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
    const { cache, spaces, spans } = this.#parts;
    if (!this.#hasRoom(region)) return false;
    if (!region.stamps.has(spaces.stamp)) {
      if (!this.#isMapped(region)) return false;
      for (const span of region.spans) if (!spans.holds(span)) return this.#dropShared(region);
      // To look for a span can end another one, and with it the region.
      if (cache.find(region.physical, region.ring) !== region) return false;
    }
    this.#remember(region);
    return true;
  }

  #isValidBlock(block: BatchBlock): boolean {
    if (!this.#hasRoom(block)) return false;
    if (!block.stamps.has(this.#parts.spaces.stamp) && !this.#isMapped(block)) return false;
    this.#remember(block);
    return true;
  }

  #isMapped({ pages }: Entrance): boolean {
    for (const [virtual, page] of pages) if (this.#parts.builder.codePage(virtual) !== page) return false;
    return true;
  }

  /** Code that is valid in the current address space may be jumped to there. */
  #remember(code: Entrance): void {
    const { cache, spaces } = this.#parts;
    const { stamp } = spaces;
    if (!code.stamps.has(stamp) && code.stamps.size > mostStamps) {
      cache.forgetJump(code);
      code.stamps.clear();
    }
    code.stamps.add(stamp);
    cache.rememberJump(code, stamp);
  }

  /** Whether R, and LIMIT in this ring, leave room for the comparisons that the region makes. */
  #hasRoom({ addressing, leastBound }: Entrance): boolean {
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
    this.#renewBlocks(region);
    if (!this.#hasRoom(region)) return undefined;
    cache.rememberJump(region, stamp);
    return region;
  }

  /**
   * Blocks that a region contains count anew, except the one that it begins with, which goes on in it. Otherwise each
   * block of a loop would get a region with the same loop.
   */
  #renewBlocks({ words, physical, ring }: CompiledRegion): void {
    const { batches, cache, machine } = this.#parts;
    for (const word of words) {
      const block = cache.findBlock(4 * word, ring);
      if (block === undefined) continue;
      if (block.takenAt === 0) block.takenAt = machine.steps;
      if (word !== physical >>> 2) batches.renew(block);
    }
  }

  #count({ bytes, spans }: CompiledRegion, started: number): void {
    this.#statistics.regions += 1;
    this.#statistics.codeBytes += bytes;
    if (spans.size > 0) this.#statistics.spanning += 1;
    this.#statistics.compileSeconds += (performance.now() - started) / 1000;
  }
}
