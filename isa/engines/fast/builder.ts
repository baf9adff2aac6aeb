/**
 * Makes compiled regions: forms them from what memory holds now, compiles them for the machine's present state, and
 * puts them into the cache.
 */
import type { Breaks } from '../../machine/breaks.ts';
import type { Machine } from '../../machine/machine.ts';
import { PAGE } from '../../machine/storage.ts';
import { frameInMemory, PTE } from '../../machine/translate.ts';
import { type Instruction, interceptOf } from '../../table/row.ts';
import { decode } from '../../table/table.ts';
import { CAUSE } from '../../table/traps.ts';
import { trapsIn } from '../../table/variants.ts';
import { makeStep } from '../interpreter/interpreter.ts';
import type { Step } from '../interpreter/print.ts';
import type { AddressMode } from './access.ts';
import type { CompiledRegion, CodeCache } from './cache.ts';
import { compileRegion, type Target } from './compile.ts';
import type { Delegated } from './delegated.ts';
import type { CompiledBatch, BatchBlock, Batches } from './first/batch.ts';
import { formRegion, type Node, type Region } from './region.ts';
import type { Span, Spans } from './spans.ts';
import type { Speculation } from './speculation.ts';
import type { FlatTables } from './tables.ts';
import type { TargetProfile } from './targets.ts';
import { wasm, type WasmMemory, type WasmTable } from './webassembly.ts';

/** Where a region begins, and the state of translation that it is made in. */
export interface RegionStart {
  /** Virtual address. */
  readonly entry: number;
  readonly physical: number;
  readonly addressing: AddressMode;
  readonly stamp: number;
}

/** What a builder works with. */
export interface Parts {
  readonly machine: Machine;
  readonly functions: WasmTable;
  readonly cache: CodeCache;
  readonly tables: FlatTables;
  readonly spans: Spans;
  readonly speculation: Speculation;
  readonly targets: TargetProfile;
  readonly delegated: Delegated;
  readonly batches: Batches;
  /** Executes the system instruction of a site, with the fuel that is left; returns how the region goes on (AFTER). */
  readonly system: (site: number, fuel: number) => number;
}

/** An instruction that the interpreter executes for a region. */
export interface Site {
  readonly step: Step;
  /** Its virtual address (signed). */
  readonly pc: number;
  /** The instruction, if it is a delegated access. */
  readonly access: Instruction | undefined;
}

/** Most words whose instructions are remembered. */
const mostDecoded = 2 ** 16;

export class RegionBuilder {
  readonly #parts: Parts;
  readonly #memory: WasmMemory;
  readonly #sites: Site[] = [];
  /** Instructions by their words. */
  readonly #decoded = new Map<number, Instruction>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#memory = parts.machine.storage.wasm as WasmMemory;
  }

  /** Whether code can begin at `pc` (unsigned), which is at address `physical`. To form a batch in vain is slow. */
  canBegin(pc: number, physical: number): boolean {
    const at = this.#decode(this.#parts.machine.memory.read(physical, 4));
    return at !== undefined && this.codePage(pc >>> 12) !== undefined;
  }

  /**
   * Makes the region that begins at `place` and puts it into the cache; undefined if it is not worth compiling, or
   * cannot be compiled now.
   */
  build(place: RegionStart, breaks: Breaks | undefined): CompiledRegion | undefined {
    const { cache, machine } = this.#parts;
    const { ring } = machine;
    const { entry, physical, addressing } = place;
    const before = cache.find(physical, ring);
    if (before !== undefined) cache.drop(before);
    const pages = new Map<number, number>();
    const region = this.#form(place, pages, breaks);
    if (region.entry.kind === 'stop' || region.entry.kind === 'leave') return undefined;
    cache.claim(pages.values());
    const spans = new Set<Span>();
    const { module, longest, leastBound } = compileRegion(region, this.#target(place, spans));
    // While one span was searched for, another one may have been lost.
    if ([...spans].some(({ lost }) => lost)) {
      cache.release(pages.values());
      return undefined;
    }
    const compiled: CompiledRegion = {
      entry,
      physical,
      ring,
      addressing,
      longest,
      leastBound,
      bytes: module.length,
      spans,
      pages,
      words: physicalWords(region.nodes, pages),
      run: this.#instantiate(module),
      slot: cache.slot(),
      stamps: new Set([place.stamp]),
      index: 0,
    };
    cache.add(compiled);
    return compiled;
  }

  /** Makes the batch that begins at `place` and puts it into the cache; undefined if there is nothing to compile. */
  buildBatch(place: RegionStart, breaks: Breaks | undefined): CompiledBatch | undefined {
    const { batches, cache, machine } = this.#parts;
    const { ring, memory } = machine;
    const pages = new Map<number, number>();
    const batch = batches.make({
      entry: place.entry,
      stamp: place.stamp,
      target: {
        addressing: place.addressing,
        ring,
        memorySize: memory.size,
        delegated: (pc) => this.#parts.delegated.has(pc),
        refused: (at) => isRefused(machine, at),
        site: (at, pc) => this.#site(at, pc),
      },
      pages,
      slot: () => cache.slot(),
      fetch: (pc) => (breaks?.addresses.has(pc) ? undefined : this.#fetch(pc, pages)),
      known: (pc) => this.#blockAt(pc, pages) !== undefined,
    });
    if (batch === undefined) return undefined;
    cache.claim(pages.values());
    cache.addBatch(batch);
    return batch;
  }

  /** The block of a batch that begins at `pc` (unsigned), in the present ring. */
  #blockAt(pc: number, pages: ReadonlyMap<number, number>): BatchBlock | undefined {
    const { cache, machine } = this.#parts;
    const physical = this.#physicalOf(pc, pages);
    return physical === undefined ? undefined : cache.findBlock(physical, machine.ring);
  }

  /** The physical address of code at `pc` (unsigned), of which `pages` are known; undefined as for codePage. */
  #physicalOf(pc: number, pages: ReadonlyMap<number, number>): number | undefined {
    const page = pages.get(pc >>> 12) ?? this.codePage(pc >>> 12);
    return page === undefined ? undefined : page * PAGE + (pc & (PAGE - 1));
  }

  site(number: number): Site {
    return this.#sites[number] as Site;
  }

  /** Forgets all sites: there are no regions. */
  clear(): void {
    this.#sites.length = 0;
    this.#parts.batches.clear();
  }

  /**
   * Number of the physical page that a fetch from virtual page `virtual` would read; undefined if it would fault or
   * change the page table.
   */
  codePage(virtual: number): number | undefined {
    const { machine, tables } = this.#parts;
    const va = virtual * PAGE;
    if (!machine.paging) return va + PAGE <= machine.plainBound ? (machine.base + va) / PAGE : undefined;
    const entry = tables.entry(va) ?? 0;
    const needed = PTE.V | PTE.X | PTE.A | (machine.ring === 3 ? PTE.U : 0);
    if ((entry & needed) !== needed || !frameInMemory(entry, machine.memory)) return undefined;
    return (entry & PTE.FRAME) >>> 12;
  }

  #form({ entry, addressing }: RegionStart, pages: Map<number, number>, breaks: Breaks | undefined): Region {
    const { batches, cache, machine, targets, delegated } = this.#parts;
    const { ring } = machine;
    return formRegion(entry, {
      fetch: (pc) => (breaks?.addresses.has(pc) ? undefined : this.#fetch(pc, pages)),
      answered: (at) => isAnswered(machine, at),
      delegated: (pc) => delegated.has(pc),
      refused: (at) => isRefused(machine, at),
      targets: (pc) => targets.of(pc),
      begins: (pc) => {
        const physical = this.#physicalOf(pc, pages);
        const region = physical === undefined ? undefined : cache.find(physical, ring);
        return region?.entry === pc && region.addressing === addressing;
      },
      executions: (pc) => {
        const block = this.#blockAt(pc, pages);
        return block === undefined ? 0 : batches.estimate(block, machine.steps);
      },
    });
  }

  /** The instruction at `pc` (unsigned), whose page is added to `pages`; undefined if it is not to be compiled. */
  #fetch(pc: number, pages: Map<number, number>): Instruction | undefined {
    const physical = this.#physicalOf(pc, pages);
    if (physical === undefined) return undefined;
    const at = this.#decode(this.#parts.machine.memory.read(physical, 4));
    if (at !== undefined) pages.set(pc >>> 12, physical >>> 12);
    return at;
  }

  /** Both tiers decode the same words, and many words occur often. */
  #decode(word: number): Instruction | undefined {
    const known = this.#decoded.get(word);
    if (known !== undefined) return known;
    const at = decode(word);
    if (this.#decoded.size >= mostDecoded) this.#decoded.clear();
    if (at !== undefined) this.#decoded.set(word, at);
    return at;
  }

  /** What the region at `physical` is compiled for. The spans that it uses are added to `used`. */
  #target({ physical, addressing }: RegionStart, used: Set<Span>): Target {
    const { machine, speculation, spans } = this.#parts;
    const { ring, memory, x } = machine;
    const note = (span: Span | undefined) => {
      if (span !== undefined) used.add(span);
      return span;
    };
    return {
      addressing,
      ring,
      alone: speculation.alone,
      memorySize: memory.size,
      memoryPages: this.#memory.buffer.byteLength / 65536,
      site: (at, pc) => this.#site(at, pc),
      spanOf: (at, pc) => note(speculation.spanFor(at, pc, physical + ring, x)),
      readable: (span) => note(spans.readable(span)),
    };
  }

  #site(at: Instruction, pc: number): number {
    const { kind } = at.row.effect;
    const isAccess = kind === 'load' || kind === 'store';
    this.#sites.push({
      step: makeStep(this.#parts.machine, at.word),
      pc: pc | 0,
      access: isAccess ? at : undefined,
    });
    return this.#sites.length - 1;
  }

  #instantiate(bytes: Uint8Array): CompiledRegion['run'] {
    const { functions, system } = this.#parts;
    const imports = { r: { memory: this.#memory, table: functions, system } };
    const { exports } = new wasm.Instance(new wasm.Module(bytes), imports);
    return exports.run as CompiledRegion['run'];
  }
}

/** Whether a system instruction traps as privileged, or exits from guest mode. */
function isRefused({ guest, ring, variant }: Machine, at: Instruction): boolean {
  return trapsIn(at.row, ring, variant) || guest?.intercepts(interceptOf(at)) === true;
}

function physicalWords(nodes: readonly Node[], pages: ReadonlyMap<number, number>): Set<number> {
  const words = new Set<number>();
  for (const { pc } of nodes) words.add(((pages.get(pc >>> 12) as number) * PAGE + (pc & (PAGE - 1))) >>> 2);
  return words;
}

/**
 * Whether the machine or its host acts on an instruction that the interpreter executes: it answers a system call or a call to
 * the monitor, or handles a trap, which any of them may take.
 */
function isAnswered({ answer, hosted, paravirtual }: Machine, { row: { effect } }: Instruction): boolean {
  if (hosted) return true;
  if (effect.kind === 'trap') return effect.cause === CAUSE.ECALL && answer !== undefined;
  return effect.kind === 'system' && effect.calls === true && paravirtual !== undefined;
}
