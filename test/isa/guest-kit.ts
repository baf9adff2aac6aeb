/** A machine in guest mode for tests: a control block, page tables that map memory to itself, and a guest's instructions. */
import { createEngine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import { BLOCK, CONTROL, SAVED } from '../../isa/machine/control-block.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { featureNames } from '../../isa/table/features.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { type Variant, variants } from '../../isa/table/variants.ts';
import { eager } from '../engines/compiled.ts';
import { word } from './kit.ts';

/** A variant that has every feature. */
export const assisted: Variant = { ...(variants[0] as Variant), features: new Set(featureNames) };

export const place = {
  memory: 2 ** 18,
  block: 0x10000,
  code: 0x1000,
  handler: 0x2000,
  root: 0x20000,
  table: 0x21000,
};

/** What a guest is started with. Words of the block by offset; system registers by number. */
export interface GuestStart {
  readonly code: readonly number[];
  readonly handler?: readonly number[];
  readonly controls?: Readonly<Record<number, number>>;
  readonly system?: Readonly<Record<number, number>>;
  readonly status?: number;
  /** Default: the nested map. */
  readonly shadow?: boolean;
  readonly engine?: EngineName;
  readonly variant?: Variant;
}

export class GuestWorld {
  readonly machine: Machine;
  readonly engine;

  constructor({ engine = 'interpreter', variant = assisted, ...start }: GuestStart) {
    const { memory, block, code, handler, root, table } = place;
    const machine = new Machine({ memory, variant, hosted: true, storage: storageFor(engine, memory) });
    this.machine = machine;
    this.engine = createEngine(engine, machine, eager);
    const at = machine.memory;
    at.write(root, 4, table | 1);
    for (let page = 0; page < memory / PAGE; page++) at.write(table + 4 * page, 4, (page * PAGE) | 0x7f);
    for (const [n, one] of start.code.entries()) at.write(code + 4 * n, 4, one);
    for (const [n, one] of (start.handler ?? [word('ebreak')]).entries()) at.write(handler + 4 * n, 4, one);
    this.set(BLOCK.CONTROL, start.shadow ? 0 : CONTROL.NESTED);
    this.set(BLOCK.ROOT, root);
    for (const [offset, value] of Object.entries(start.controls ?? {})) this.set(Number(offset), value);
    this.set(BLOCK.GUEST + SAVED.PC, code);
    this.set(BLOCK.GUEST + SAVED.STATUS, start.status ?? 0);
    const system = { [SR.TVEC]: handler, [SR.RBOUND]: memory, [SR.MEMSIZE]: memory, ...start.system };
    for (const [number, value] of Object.entries(system)) this.setSystem(Number(number), value);
    machine.writeSystem(SR.TVEC, 0x3000);
    machine.writeSystem(SR.SCRATCH0, 0x1234);
    machine.status = STATUS.IF | 0x500;
    machine.memory.write(0x3000, 4, 0);
    machine.writeSystem(SR.TIMER, 10_000);
    machine.x[5] = block;
    at.write(0x3800, 4, word('vmrun', { rs1: 5 }));
    machine.pc = 0x3800;
  }

  set(offset: number, value: number): void {
    this.machine.memory.write(place.block + offset, 4, value);
  }

  get(offset: number): number {
    return this.machine.memory.read(place.block + offset, 4);
  }

  setSystem(number: number, value: number): void {
    this.set(BLOCK.GUEST + SAVED.SYSTEM + 4 * number, value);
  }

  /** The guest's system register as it was saved. */
  system(number: number): number {
    return this.get(BLOCK.GUEST + SAVED.SYSTEM + 4 * number);
  }

  /** Executes `vmrun` and then the guest, until it exits. Returns the guest's steps. */
  run(): number {
    this.machine.pc = 0x3800;
    const from = this.machine.steps;
    const stop = this.engine.run(from + 20_000);
    if (stop.kind !== 'trap') throw new Error(`it stopped by ${stop.kind} at ${this.machine.pc}`);
    return this.machine.steps - from - 2;
  }
}
