/**
 * Post-copy (Hines and Gopalan, VEE 2009): the guest runs at the target before its memory is
 * there. Each step is looked at before it is made: if it needs a page that is missing, it
 * waits, and that page is asked for. Guest time stands still meanwhile, so nothing the guest
 * can see depends on it.
 *
 * The interpreter makes these steps, one by one; when all pages are here the engine does.
 */
import { executeOne } from '../../isa/engines/interpreter/interpreter.ts';
import { SECTOR } from '../../isa/machine/devices/disk.ts';
import { DESCRIPTOR, FRAME, type NetworkState, RING_MAX } from '../../isa/machine/devices/network.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { SR } from '../../isa/table/sysregs.ts';
import type { Instruction } from '../../isa/table/row.ts';
import { decode } from '../../isa/table/table.ts';

/** Whether a page of memory is here. */
export type Has = (page: number) => boolean;

const pageShift = 12;

/** Runs until step `until`, until it stops, or until a page is missing: its number is returned. */
export function runFetching(machine: Machine, until: number, has: Has): Stop | number {
  for (;;) {
    const forDevices = missingForDevices(machine, has);
    if (forDevices !== undefined) return forDevices;
    const stop = machine.settle(until);
    if (stop !== undefined) return stop;
    while (machine.steps < machine.horizon) {
      const missing = missingForStep(machine, has);
      if (missing !== undefined) return missing;
      executeOne(machine);
    }
  }
}

/** Collects what is missing: the first page of those asked about. */
class Need {
  missing: number | undefined;
  readonly #machine: Machine;
  readonly #has: Has;

  constructor(machine: Machine, has: Has) {
    this.#machine = machine;
    this.#has = has;
  }

  /** Asks for physical bytes; what is not in memory needs nothing. Returns whether they are here. */
  physical(at: number, length: number): boolean {
    const last = Math.min(at + length, this.#machine.memory.size) - 1;
    for (let page = at >>> pageShift; page <= last >>> pageShift && last >= 0; page++)
      if (!this.#has(page)) {
        this.missing ??= page;
        return false;
      }
    return true;
  }

  /** Asks for bytes at a virtual address and for the tables on the way there. */
  virtual(va: number, width: number): boolean {
    const address = va >>> 0;
    if (!this.#machine.paging) return this.physical(this.#machine.base + address, width);
    const inFirst = Math.min(width, PAGE - (address & (PAGE - 1)));
    const first = this.#paged(address, inFirst);
    return inFirst === width ? first : first && this.#paged((address + inFirst) >>> 0, width - inFirst);
  }

  #paged(address: number, width: number): boolean {
    const root = (this.#machine.readSystem(SR.PTBR) & PTE.FRAME) >>> 0;
    const table = this.#entry(root + (address >>> 22) * 4);
    if (table === undefined) return this.missing === undefined;
    const leaf = this.#entry(((table & PTE.FRAME) >>> 0) + ((address >>> 12) & 1023) * 4);
    if (leaf === undefined) return this.missing === undefined;
    return this.physical(((leaf & PTE.FRAME) >>> 0) + (address & (PAGE - 1)), width);
  }

  /** The page-table entry at a physical address; undefined = not here, or not valid: the walk ends. */
  #entry(at: number): number | undefined {
    const { memory } = this.#machine;
    if (at + 4 > memory.size || !this.physical(at, 4)) return undefined;
    const entry = memory.words[at >>> 2] as number;
    return (entry & PTE.V) === 0 ? undefined : entry;
  }
}

/** The first missing page that the next instruction needs: a fetch, an access, tables that it asks about. */
function missingForStep(machine: Machine, has: Has): number | undefined {
  const need = new Need(machine, has);
  if (!need.virtual(machine.pc, 4)) return need.missing;
  const { physical } = machine.probe(machine.pc);
  if (physical < 0 || physical + 4 > machine.memory.size) return undefined;
  const at = decode(machine.memory.read(physical, 4));
  if (at === undefined) return undefined;
  const register = (n: number) => machine.x[n] as number;
  const { effect } = at.row;
  if (effect.kind === 'load' || effect.kind === 'store')
    need.virtual(register(at.rs1) + at.imm, effect.width);
  else if (isCall(machine, at)) need.physical(0, machine.memory.size);
  else if (effect.kind === 'system') {
    need.virtual(register(at.rs1), 1);
    need.virtual(register(at.rs2), 1);
  }
  return need.missing;
}

/** Whether the instruction is a call that the machine answers. It may read lists, rings and page tables: it waits for all pages. */
function isCall({ paravirtual, ring }: Machine, { row }: Instruction): boolean {
  return row.effect.kind === 'system' && row.effect.calls === true && paravirtual !== undefined && ring === 0;
}

/** The first missing page that a device may move data to or from, should its event come. */
function missingForDevices(machine: Machine, has: Has): number | undefined {
  const need = new Need(machine, has);
  const { command } = machine.disk.save();
  if (command !== null) need.physical(command.address, SECTOR);
  needDiskRing(machine, need);
  if (Number.isFinite(machine.network.eventAt)) needRings(machine, machine.network.save(), need);
  return need.missing;
}

/** The disk ring and the sector under way. */
function needDiskRing({ paravirtual }: Machine, need: Need): void {
  const { page, request } = paravirtual?.disk.save() ?? { page: null, request: null };
  if (page === null || request === null) return;
  if (need.physical(page, PAGE)) need.physical(request.address, SECTOR);
}

/** Both rings, and every buffer in them that is the device's. */
function needRings(machine: Machine, { transmit, receive, descriptors }: NetworkState, need: Need): void {
  const length = Math.min(descriptors, RING_MAX) * 16;
  for (const ring of [transmit, receive]) {
    if (!need.physical(ring, length)) return;
    const bytes = machine.memory.readable(ring, length);
    if (bytes === undefined) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    for (let at = 0; at < length; at += 16)
      if (view.getUint32(at + 8, true) === DESCRIPTOR.READY)
        need.physical(view.getUint32(at, true), Math.min(view.getUint32(at + 4, true), FRAME.MAX));
  }
}
