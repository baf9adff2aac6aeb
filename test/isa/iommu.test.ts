/** The IOMMU: what devices reach through a map, and what they do not. And lines of the machine that are a guest's own. */
import { describe, expect, it } from 'vitest';
import { createEngine, storageFor } from '../../isa/engines/engine.ts';
import { BLOCK, CONTROL, REASON, SAVED } from '../../isa/machine/control-block.ts';
import { DISK_STATUS, DISK_STEPS, MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { CAUSE, LINE } from '../../isa/table/traps.ts';
import { decodeState, encodeState } from '../../vmm/snapshot/state.ts';
import { eager } from '../engines/compiled.ts';
import { assisted, GuestWorld, place } from './guest-kit.ts';
import { word } from './kit.ts';
import { Wire } from './network-kit.ts';

const root = 0x20000;
const table = 0x21000;
const engines = ['interpreter', 'fast'] as const;

/** A sector whose bytes tell where they are. */
const sector = Uint8Array.from({ length: SECTOR }, (_, n) => n * 7 + 1);

/** A machine whose IOMMU has a map: page 4 is at 0x9000, page 5 at 0x7000; page 6 may only be read by devices, page 7 written. */
function mapped(options: ConstructorParameters<typeof Machine>[0] = {}): Machine {
  const disk = new MemoryDisk(sector);
  const machine = new Machine({ memory: 2 ** 18, variant: assisted, disk, hosted: true, ...options });
  const { memory } = machine;
  memory.write(root, 4, table | PTE.V);
  const entries = [
    [4, 0x9000 | PTE.V | PTE.R | PTE.W],
    [5, 0x7000 | PTE.V | PTE.R | PTE.W],
    [6, 0xa000 | PTE.V | PTE.R],
    [7, 0xb000 | PTE.V | PTE.W],
  ] as const;
  for (const [page, entry] of entries) memory.write(table + 4 * page, 4, entry);
  machine.output(PORT.IOMMU_DISK, root | 1);
  return machine;
}

/** Has the disk execute a command, and waits for it. Returns the status. */
function command(machine: Machine, number: number, address: number): number {
  machine.output(PORT.DISK_SECTOR, 0);
  machine.output(PORT.DISK_ADDRESS, address);
  machine.output(PORT.DISK_COMMAND, number);
  machine.steps += DISK_STEPS + 1;
  machine.settle(Number.POSITIVE_INFINITY);
  return machine.input(PORT.DISK_STATUS);
}

const [READ, WRITE] = [1, 2];

describe('Without the feature', () => {
  it('the ports of the IOMMU are no ports: they read as all ones, and addresses are physical', () => {
    const machine = new Machine({ memory: 2 ** 18, disk: new MemoryDisk(sector) });
    for (const port of [PORT.IOMMU_DISK, PORT.IOMMU_NETWORK]) {
      machine.output(port, root | 1);
      expect(machine.input(port)).toBe(-1);
    }
    expect(command(machine, READ, 0x4000)).toBe(DISK_STATUS.DONE);
    expect([...machine.memory.bytes.subarray(0x4000, 0x4000 + SECTOR)]).toEqual([...sector]);
  });
});

describe('The map of a device', () => {
  it('has a port, which reads as it was written, but for the bits that it does not have', () => {
    const machine = mapped();
    machine.output(PORT.IOMMU_NETWORK, -1);
    expect(machine.input(PORT.IOMMU_DISK)).toBe(root | 1);
    expect(machine.input(PORT.IOMMU_NETWORK) >>> 0).toBe(0xfffff001);
  });

  it('is off at reset, and when bit 0 is 0: addresses are physical', () => {
    const machine = mapped();
    machine.output(PORT.IOMMU_DISK, root);
    expect(command(machine, READ, 0x4000)).toBe(DISK_STATUS.DONE);
    expect(machine.memory.read(0x4000, 1)).toBe(1);
  });

  it('translates the addresses of the disk, in both directions', () => {
    const machine = mapped();
    expect(command(machine, READ, 0x4100)).toBe(DISK_STATUS.DONE);
    expect([...machine.memory.bytes.subarray(0x9100, 0x9100 + SECTOR)]).toEqual([...sector]);
    expect(machine.memory.read(0x4100, 4)).toBe(0);
    machine.memory.write(0x7008, 4, 0x12345678);
    expect(command(machine, WRITE, 0x5000)).toBe(DISK_STATUS.DONE);
    expect(command(machine, READ, 0x4000)).toBe(DISK_STATUS.DONE);
    expect(machine.memory.read(0x9008, 4)).toBe(0x12345678);
  });

  it('translates each page by itself when a sector lies on two', () => {
    const machine = mapped();
    expect(command(machine, READ, 0x4f00)).toBe(DISK_STATUS.DONE);
    const { bytes } = machine.memory;
    expect([...bytes.subarray(0x9f00, 0xa000), ...bytes.subarray(0x7000, 0x7100)]).toEqual([...sector]);
    expect(command(machine, WRITE, 0x4f00)).toBe(DISK_STATUS.DONE);
    expect(command(machine, READ, 0x4000)).toBe(DISK_STATUS.DONE);
    expect([...bytes.subarray(0x9000, 0x9000 + SECTOR)]).toEqual([...sector]);
  });

  it.each([
    ['a page that is not mapped', READ, 0x3000],
    ['a page whose second half of the sector is not mapped', READ, 0x3f00],
    ['a page that devices may only read', READ, 0x6000],
    ['a sector whose second page devices may only read', READ, 0x5f00],
    ['to be read, a page that devices may only write', WRITE, 0x7000],
    ['an address of the physical page', READ, 0x9000],
    ['the last address', READ, 0xffffff00],
  ])('refuses %s: the command fails, and nothing is moved', (_what, number, address) => {
    const machine = mapped();
    const before = machine.memory.bytes.slice();
    expect(command(machine, number, address)).toBe(DISK_STATUS.FAILED);
    expect(Buffer.compare(machine.memory.bytes, before)).toBe(0);
    expect(command(machine, READ, 0x4000)).toBe(DISK_STATUS.DONE);
    expect(machine.memory.read(0x9000, 1)).toBe(1);
  });

  it('counts as it is when the data is moved', () => {
    const machine = mapped();
    machine.output(PORT.DISK_ADDRESS, 0x4000);
    machine.output(PORT.DISK_COMMAND, READ);
    machine.memory.write(table + 4 * 4, 4, 0x7000 | PTE.V | PTE.W);
    machine.steps += DISK_STEPS + 1;
    machine.settle(Number.POSITIVE_INFINITY);
    expect([machine.memory.read(0x9000, 1), machine.memory.read(0x7000, 1)]).toEqual([0, 1]);
  });

  it('of the network translates the addresses of rings and of frames', () => {
    const machine = mapped({ network: new Wire() });
    const { memory } = machine;
    machine.output(PORT.IOMMU_NETWORK, root | 1);
    memory.write(0x9000, 4, 0x5000);
    memory.write(0x9004, 4, 64);
    memory.write(0x9008, 4, 1);
    machine.output(PORT.NET_RING, 1);
    machine.output(PORT.NET_RECEIVE, 0x4000);
    machine.deliver(new Uint8Array(20).fill(0xff));
    machine.settle(Number.POSITIVE_INFINITY);
    expect([memory.read(0x9004, 4), memory.read(0x9008, 4), memory.read(0x7000, 1)]).toEqual([20, 2, 0xff]);
    expect(memory.read(0x5000, 4)).toBe(0);
  });

  it('is saved with the machine, also as bytes, and restored', () => {
    const [one, other] = [mapped(), new Machine({ memory: 2 ** 18, variant: assisted })];
    const state = decodeState(encodeState(one.save()));
    expect(state.iommu).toEqual({ disk: root | 1, network: 0 });
    other.restore(state);
    expect(other.input(PORT.IOMMU_DISK)).toBe(root | 1);
    other.restore(new Machine({ memory: 2 ** 18 }).save());
    expect(other.input(PORT.IOMMU_DISK)).toBe(0);
  });
});

describe.each(engines)('Code that a device has written through the map, on the engine %s,', (engine) => {
  it('is executed, not what was compiled of the code before', () => {
    const add = (imm: number) => word('addi', { rd: 7, rs1: 7, imm });
    const loop = [add(1), word('addi', { rd: 6, rs1: 6, imm: -1 }), word('bne', { rs1: 6, rs2: 0, imm: -8 })];
    const stop = word('ebreak');
    const disk = new MemoryDisk(new Uint8Array(Int32Array.of(add(100), ...loop.slice(1), stop).buffer));
    const machine = mapped({ disk, storage: storageFor(engine, 2 ** 18) });
    const run = createEngine(engine, machine, eager);
    for (const [n, one] of [...loop, stop].entries()) machine.memory.write(0x9000 + 4 * n, 4, one);
    const go = () => {
      machine.pc = 0x9000;
      machine.x[6] = 80;
      machine.x[7] = 0;
      expect(run.run(machine.steps + 5000).kind).toBe('trap');
      return machine.x[7];
    };
    machine.writeSystem(SR.TVEC, 0x100);
    expect([go(), go()]).toEqual([80, 80]);
    if ('statistics' in run)
      expect((run as { statistics: { compiledSteps: number } }).statistics.compiledSteps).toBeGreaterThan(0);
    expect(command(machine, READ, 0x4000)).toBe(DISK_STATUS.DONE);
    expect(go()).toBe(8000);
  });
});

describe('A line of the machine that is the guest’s own', () => {
  const direct = { [BLOCK.CONTROL]: CONTROL.NESTED | CONTROL.VIRTUAL, [BLOCK.DIRECT]: 1 << LINE.DISK };
  const told = [word('mfs', { imm: SR.ECAUSE, rd: 6 }), word('ebreak')];
  const ends = { [BLOCK.TRAPS]: 1 << CAUSE.BREAKPOINT };

  /** A guest that gives the disk a command and then waits. */
  function world(controls: Readonly<Record<number, number>>, ...wait: readonly number[]): GuestWorld {
    const set = (port: number, value: number) => [
      word('addi', { rd: 6, imm: port }),
      word('addi', { rd: 7, imm: value }),
      word('out', { rs1: 6, rs2: 7 }),
    ];
    const code = [...set(PORT.DISK_ADDRESS, 0x400), ...set(PORT.DISK_COMMAND, READ), ...wait];
    return new GuestWorld({ code, handler: told, controls: { ...ends, ...controls } });
  }

  it('is taken by the guest without an exit, and shown by its IPEND', () => {
    const show = word('mfs', { imm: SR.IPEND, rd: 9 });
    const one = world(direct, word('hlt'), show, word('sti'), word('ebreak'));
    expect(one.run()).toBe(6 + DISK_STEPS + 4);
    expect(one.machine.x[9]).toBe(1 << LINE.DISK);
    expect(one.machine.x[6]).toBe((CAUSE.INTERRUPT + LINE.DISK) | 0);
  });

  it('ends guest mode if its bit is 0, whatever CONTROL says, and if the guest has no virtual lines', () => {
    for (const controls of [
      { ...direct, [BLOCK.DIRECT]: ~(1 << LINE.DISK) },
      { ...direct, [BLOCK.CONTROL]: CONTROL.NESTED },
    ]) {
      const one = world(controls, word('addi'), word('jal', { imm: -4 }));
      one.run();
      expect([one.get(BLOCK.REASON), one.get(BLOCK.QUALIFICATION)]).toEqual([
        REASON.INTERRUPT,
        1 << LINE.DISK,
      ]);
    }
  });

  it('is not the timer’s: the host’s always ends guest mode', () => {
    const loop = [word('addi'), word('jal', { imm: -4 })];
    const one = new GuestWorld({
      code: loop,
      controls: { ...direct, [BLOCK.DIRECT]: -1 },
      status: STATUS.IF,
    });
    one.machine.writeSystem(SR.TIMER, 100);
    expect(one.run()).toBe(100);
    expect(one.get(BLOCK.REASON)).toBe(REASON.INTERRUPT);
  });

  it('is waited for in guest mode only while its device does something', () => {
    const idle = new GuestWorld({ code: [word('hlt')], controls: { ...ends, ...direct } });
    expect([idle.run(), idle.get(BLOCK.REASON)]).toEqual([1, REASON.IDLE]);
    expect(idle.get(BLOCK.GUEST + SAVED.PC)).toBe(place.code + 4);
  });
});
