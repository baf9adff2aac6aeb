/**
 * Stage 6: shadow pages. The real machine walks tables of the monitor's, derived from the
 * guest's page by page, when a fault shows that one is missing. Pages that the guest's
 * tables are on are never writable: a store to one is made by the monitor, and everything
 * derived is forgotten.
 */
import { CAUSE, decode, type Probe, PTE, SR, type Trap } from 'ringlab/testing';
import { Cpu5, Monitor5 } from './stage5.ts';
import { Shadow } from './shadow.ts';

export type Kind = 'fetch' | 'load' | 'store';

const needed = { fetch: PTE.X, load: PTE.R, store: PTE.W } as const;
const accessFault = {
  fetch: CAUSE.FETCH_ACCESS,
  load: CAUSE.LOAD_ACCESS,
  store: CAUSE.STORE_ACCESS,
} as const;
const pageFault = { fetch: CAUSE.FETCH_PAGE, load: CAUSE.LOAD_PAGE, store: CAUSE.STORE_PAGE } as const;

/** Where the entry of a page is, in the guest's memory, and the tables on the way; or the fault. */
interface Walk {
  readonly leaf: number;
  readonly tables: readonly number[];
}

export interface Fault {
  readonly cause: number;
  readonly address: number;
}

export class Cpu6 extends Cpu5 {
  /** Told when what is derived from the guest's tables may be wrong. */
  onTables: () => void = () => {};

  get paging(): boolean {
    return ((this.system[SR.PTBR] as number) & 1) !== 0;
  }

  /** A word of the guest's memory. */
  word(at: number): number {
    return this.machine.read(this.allocation.at + at, 4) | 0;
  }

  override writeSystem(number: number, value: number): void {
    const before = this.system[number];
    super.writeSystem(number, value);
    if (number === SR.PTBR && this.system[number] !== before) this.onTables();
  }

  walk(address: number, kind: Kind): Walk | Fault {
    const { size } = this.allocation;
    const root = ((this.system[SR.PTBR] as number) & PTE.FRAME) >>> 0;
    const pointerAt = root + (address >>> 22) * 4;
    if (pointerAt >= size) return { cause: accessFault[kind], address };
    const pointer = this.word(pointerAt);
    if ((pointer & (PTE.V | PTE.R | PTE.W | PTE.X)) !== PTE.V) return { cause: pageFault[kind], address };
    const leaf = ((pointer & PTE.FRAME) >>> 0) + ((address >>> 12) & 1023) * 4;
    if (leaf >= size) return { cause: accessFault[kind], address };
    return { leaf, tables: [pointerAt >>> 12, leaf >>> 12] };
  }

  /** As `walk`, and the entry must let the access pass. */
  check(address: number, kind: Kind): Walk | Fault {
    const walk = this.walk(address, kind);
    if ('cause' in walk) return walk;
    const entry = this.word(walk.leaf);
    const rights = needed[kind] | PTE.V | (this.ring === 3 ? PTE.U : 0);
    if ((entry & rights) !== rights) return { cause: pageFault[kind], address };
    return ((entry & PTE.FRAME) >>> 0) + 4096 <= this.allocation.size
      ? walk
      : { cause: accessFault[kind], address };
  }

  /** The fault that an access takes with paging on, if it does; otherwise A and D are set. */
  access(va: number, width: number, kind: Kind, named: boolean): Fault | undefined {
    const address = va >>> 0;
    const end = address + width;
    const limit = (this.system[SR.LIMIT] as number) >>> 0;
    const isLimited = named && this.ring > 0 && limit > 0 && end > limit;
    if (isLimited || end > 2 ** 32) return { cause: accessFault[kind], address };
    const second = (address + width - 1) & ~4095;
    const pages = second >>> 0 > address ? [address, second >>> 0] : [address];
    const walks = pages.map((page) => this.check(page, kind));
    for (const walk of walks) if ('cause' in walk) return walk;
    for (const walk of walks as Walk[]) {
      const marks = kind === 'store' ? PTE.A | PTE.D : PTE.A;
      this.machine.write(this.allocation.at + walk.leaf, 4, this.word(walk.leaf) | marks);
    }
    return undefined;
  }

  override probe(va: number): Probe {
    if (!this.paging) return super.probe(va);
    const nowhere = { physical: -1, rights: 0 };
    const walk = this.walk(va >>> 0, 'load');
    if ('cause' in walk) return nowhere;
    const entry = this.word(walk.leaf);
    const frame = (entry & PTE.FRAME) >>> 0;
    if ((entry & PTE.V) === 0 || frame + 4096 > this.allocation.size) return nowhere;
    const rights = this.ring === 3 && (entry & PTE.U) === 0 ? 0 : entry & PTE.RIGHTS;
    return { physical: frame + (va & 4095), rights };
  }
}

const memoryFaults: ReadonlySet<number> = new Set([
  ...Object.values(accessFault),
  ...Object.values(pageFault),
]);

export class Monitor6 extends Monitor5 {
  readonly shadow = new Shadow(this.machine, this.allocation);

  override get cpu(): Cpu6 {
    return this.guest as Cpu6;
  }

  override makeCpu(): Cpu6 {
    const cpu = new Cpu6(this.machine, this.allocation);
    cpu.onTables = () => this.shadow.flush();
    return cpu;
  }

  override enter(steps: number): void {
    super.enter(steps);
    if (this.cpu.paging) this.machine.writeSystem(SR.PTBR, this.shadow.root | 1);
  }

  override handle(trap: Trap): void {
    if (this.cpu.paging && memoryFaults.has(trap.cause)) this.fault(trap.cause);
    else super.handle(trap);
  }

  /** True, and the guest's; or hidden, and mended. */
  fault(cause: number): void {
    const { cpu } = this;
    const isFetch = cause === CAUSE.FETCH_ACCESS || cause === CAUSE.FETCH_PAGE;
    const { va, width, kind, named, value } = isFetch
      ? { va: cpu.pc, width: 4, kind: 'fetch' as const, named: false, value: 0 }
      : this.accessAtPc();
    const found = cpu.access(va, width, kind, named);
    if (found !== undefined) {
      this.reflect(found.cause, found.address);
      return;
    }
    const pages = new Set([va >>> 12, ((va + width - 1) >>> 0) >>> 12]);
    const isTraced = [...pages].map((page) => this.map(page * 4096, kind)).includes('traced');
    if (isTraced) this.step(() => this.storeFor(va, width, value));
  }

  /** The load or store at the guest's pc. */
  accessAtPc() {
    const { cpu } = this;
    const at = decode(this.wordAtPc());
    const effect = at?.row.effect;
    if (at === undefined || (effect?.kind !== 'load' && effect?.kind !== 'store'))
      throw new Error('no access here');
    const va = ((cpu.x[at.rs1] as number) + at.imm) >>> 0;
    return {
      va,
      width: effect.width,
      kind: effect.kind,
      named: at.rs1 !== 0,
      value: cpu.x[at.rs2] as number,
    };
  }

  wordAtPc(): number {
    const { physical } = this.cpu.probe(this.cpu.pc);
    return this.machine.read(this.allocation.at + physical, 4);
  }

  /** Enters a page, whose access was found good, in the shadow. */
  map(va: number, kind: Kind): 'mapped' | 'traced' {
    const walk = this.cpu.walk(va, kind) as Walk;
    this.shadow.trace(walk.tables);
    const entry = this.cpu.word(walk.leaf);
    if (kind === 'store' && this.shadow.isTraced((entry & PTE.FRAME) >>> 12)) return 'traced';
    this.shadow.map(va, entry);
    return 'mapped';
  }

  /** A store that the monitor makes for the guest, byte by byte; returns where the guest goes on. */
  storeFor(va: number, width: number, value: number): number {
    // All addresses first: the store may change the table that they come from.
    const places = Array.from({ length: width }, (_, n) => this.cpu.probe((va + n) >>> 0).physical);
    for (const [n, physical] of places.entries()) {
      this.machine.write(this.allocation.at + physical, 1, (value >>> (8 * n)) & 255);
      this.shadow.wrote(physical >>> 12);
    }
    return this.cpu.pc + 4;
  }
}
