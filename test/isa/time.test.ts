/** Time, interrupts, devices, stopping: exact to the step. */
import { describe, expect, it } from 'vitest';
import { Console } from '../../isa/machine/devices/console.ts';
import { DISK_STEPS, MemoryDisk } from '../../isa/machine/devices/disk.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { machineWith, runSteps, word } from './kit.ts';

const nop = word('addi');
const hlt = word('hlt');
const loop = word('jal', { imm: 0 });
const mts = (imm: number, rs1: number) => word('mts', { imm, rs1 });
const mfs = (rd: number, imm: number) => word('mfs', { rd, imm });
const input = (rd: number, rs1: number) => word('in', { rd, rs1 });
const out = (rs1: number, rs2: number) => word('out', { rs1, rs2 });
const handler = 0x1000;

describe('TIME', () => {
  it('counts instructions and traps, one each', () => {
    const machine = machineWith([nop, word('ecall')]);
    machine.writeSystem(SR.TVEC, handler);
    machine.memory.write(handler, 4, mfs(7, SR.TIME));
    runSteps(machine, 3);
    expect(machine.x[7]).toBe(2);
    expect(machine.steps).toBe(3);
  });

  it('has 64 bits', () => {
    const machine = machineWith([mfs(7, SR.TIME), mfs(8, SR.TIMEH)]);
    machine.steps = 5 * 2 ** 32 + 3;
    runSteps(machine, 2);
    expect([machine.x[7], machine.x[8]]).toEqual([3, 5]);
  });

  it('does not pass when a trap finds no handler: the machine stops before the instruction', () => {
    const machine = machineWith([nop, word('ebreak')]);
    expect(runSteps(machine, 9)).toEqual({ kind: 'unhandled', cause: 3, value: 0 });
    expect([machine.steps, machine.pc]).toEqual([1, 4]);
  });
});

describe('TIMER', () => {
  const armed = (count: number, program: readonly number[]) => {
    const machine = machineWith([mts(SR.TIMER, 5), ...program]);
    machine.writeSystem(SR.TVEC, handler);
    machine.x[5] = count;
    return machine;
  };

  it('interrupts that many steps after it was written, at the next instruction', () => {
    const machine = armed(3, [nop, nop, nop, nop, nop]);
    machine.status = STATUS.IF;
    runSteps(machine, 4);
    expect(machine.pc).toBe(16);
    runSteps(machine, 1);
    expect(machine.pc).toBe(handler);
    expect(machine.readSystem(SR.EPC)).toBe(16);
    expect(machine.readSystem(SR.ECAUSE) >>> 0).toBe(0x80000000);
    expect(machine.readSystem(SR.ESTATUS)).toBe(STATUS.IF);
    expect(machine.status).toBe(0);
  });

  it('reads as what is left, is one-shot, and stays pending until it is written', () => {
    const machine = armed(2, [
      mfs(7, SR.TIMER),
      nop,
      mfs(8, SR.IPEND),
      mfs(9, SR.TIMER),
      mts(SR.TIMER, 0),
      mfs(10, SR.IPEND),
    ]);
    runSteps(machine, 7);
    expect([...machine.x.subarray(7, 11)]).toEqual([2, 1, 0, 0]);
  });

  it('waits for IF: pending while interrupts are off, taken right after sti', () => {
    const machine = armed(1, [nop, nop, word('sti'), nop]);
    runSteps(machine, 4);
    expect(machine.pc).toBe(16);
    runSteps(machine, 1);
    expect([machine.pc, machine.readSystem(SR.EPC)]).toEqual([handler, 16]);
  });
});

describe('hlt', () => {
  it('skips to the next event, and goes on after itself when interrupts are off', () => {
    const machine = machineWith([mts(SR.TIMER, 5), hlt, nop]);
    machine.x[5] = 1000;
    runSteps(machine, 1002);
    expect([machine.steps, machine.pc]).toEqual([1002, 12]);
  });

  it('can be interrupted with the address after it saved', () => {
    const machine = machineWith([mts(SR.TIMER, 5), hlt, nop]);
    machine.writeSystem(SR.TVEC, handler);
    machine.status = STATUS.IF;
    machine.x[5] = 10;
    runSteps(machine, 12);
    expect([machine.pc, machine.readSystem(SR.EPC)]).toEqual([handler, 8]);
  });

  it('stops the machine when nothing can ever come', () => {
    const machine = machineWith([hlt]);
    expect(runSteps(machine, 10)).toEqual({ kind: 'forever' });
    expect([machine.steps, machine.pc]).toEqual([1, 4]);
  });

  it('can be run in slices: waiting takes the time it takes', () => {
    const machine = machineWith([mts(SR.TIMER, 5), hlt, nop]);
    machine.x[5] = 100;
    for (let n = 0; n < 50; n++) runSteps(machine, 1);
    expect([machine.steps, machine.waiting]).toEqual([50, true]);
    runSteps(machine, 52);
    expect([machine.steps, machine.waiting, machine.pc]).toEqual([102, false, 12]);
  });
});

describe('The console', () => {
  const typed = (text: string) => {
    let rest: Uint8Array | undefined = new TextEncoder().encode(text);
    return () => {
      const bytes = rest;
      rest = undefined;
      return bytes;
    };
  };

  it('prints bytes, reads bytes, and answers all ones when none waits', () => {
    const printed: number[] = [];
    const machine = machineWith([out(5, 6), input(7, 5), input(8, 5), input(9, 5), input(10, 11)], {
      console: new Console((byte) => printed.push(byte), typed('ab')),
    });
    machine.x.set([0x10, 0x141], 5);
    machine.x[11] = 0x11;
    runSteps(machine, 5);
    expect(printed).toEqual([0x41]);
    expect([...machine.x.subarray(7, 11)]).toEqual([97, 98, -1, 0]);
  });

  it('interrupts on line 1 while input waits, if asked to', () => {
    const machine = machineWith([out(5, 6), word('sti'), nop], {
      console: new Console(() => {}, typed('x')),
    });
    machine.writeSystem(SR.TVEC, handler);
    machine.x.set([0x11, 1], 5);
    runSteps(machine, 3);
    expect(machine.readSystem(SR.ECAUSE) >>> 0).toBe(0x80000001);
    expect(machine.readSystem(SR.IPEND)).toBe(2);
  });

  it('that may still be typed on keeps hlt waiting; closed, it does not', () => {
    const console = new Console(() => {});
    const machine = machineWith([out(5, 6), hlt, nop], { console });
    machine.x.set([0x11, 1], 5);
    expect(runSteps(machine, 10).kind).toBe('input');
    console.close();
    expect(runSteps(machine, 10).kind).toBe('forever');
    console.feed(Uint8Array.of(1));
    runSteps(machine, 1);
    expect(machine.pc).toBe(12);
  });
});

describe('The disk', () => {
  const ports = { 20: 0x20, 21: 0x21, 22: 0x22, 23: 0x23, 24: 0x24 };
  const command = [
    out(20, 5),
    out(21, 6),
    out(22, 7),
    hlt,
    input(8, 23),
    out(23, 0),
    input(9, 23),
    mfs(10, SR.IPEND),
  ];
  const withDisk = (
    sector: number,
    address: number,
    action: number,
    disk = new MemoryDisk(new Uint8Array(1024).fill(7)),
  ) => {
    const machine = machineWith(command, { disk });
    for (const [register, port] of Object.entries(ports)) machine.x[Number(register)] = port;
    machine.x.set([sector, address, action], 5);
    return { machine, disk };
  };

  it('reads a sector into memory after a fixed time, then interrupts until acknowledged', () => {
    const { machine } = withDisk(1, 0x2000, 1);
    runSteps(machine, DISK_STEPS + 2);
    expect([machine.memory.bytes[0x2000], machine.readSystem(SR.IPEND)]).toEqual([0, 0]);
    runSteps(machine, 1);
    expect([machine.memory.bytes[0x2000], machine.memory.bytes[0x21ff]]).toEqual([7, 7]);
    expect(machine.readSystem(SR.IPEND)).toBe(4);
    runSteps(machine, 4);
    expect([...machine.x.subarray(8, 11)]).toEqual([2, 0, 0]);
  });

  it('writes a sector from memory', () => {
    const { machine, disk } = withDisk(0, 0x3000, 2);
    machine.memory.bytes.fill(9, 0x3000, 0x3200);
    runSteps(machine, DISK_STEPS + 10);
    expect([disk.bytes[0], disk.bytes[511], disk.bytes[512]]).toEqual([9, 9, 7]);
  });

  it('fails for a sector it does not have, memory that is not there, an unknown command', () => {
    for (const [sector, address, action] of [
      [2, 0x2000, 1],
      [0, 0x3fe01, 1],
      [0, 0xffffff00, 2],
      [0, 0x2000, 3],
    ] as const) {
      const { machine } = withDisk(sector, address, action);
      runSteps(machine, DISK_STEPS + 10);
      expect(machine.x[8]).toBe(3);
    }
    const bare = machineWith(command);
    for (const [register, port] of Object.entries(ports)) bare.x[Number(register)] = port;
    bare.x.set([0, 0x2000, 1], 5);
    runSteps(bare, DISK_STEPS + 10);
    expect(bare.x[8]).toBe(3);
  });

  it('drops decoded instructions of the memory it writes', () => {
    const disk = new MemoryDisk(
      new Uint8Array(new Int32Array(128).fill(word('addi', { rd: 12, rs1: 12, imm: 1 })).buffer),
    );
    const { machine } = withDisk(0, 0x2000, 1, disk);
    machine.memory.write(0x2000, 4, loop);
    machine.pc = 0x2000;
    runSteps(machine, 3);
    machine.pc = 0;
    runSteps(machine, DISK_STEPS + 5);
    machine.pc = 0x2000;
    runSteps(machine, 2);
    expect(machine.x[12]).toBe(2);
  });
});

describe('The machine', () => {
  it('stops at the power port with the status written, after that instruction', () => {
    const machine = machineWith([out(5, 6)]);
    machine.x.set([1, 42], 5);
    expect(runSteps(machine, 5)).toEqual({ kind: 'power', status: 42 });
    expect([machine.steps, machine.pc]).toEqual([1, 4]);
    expect(runSteps(machine, 5)).toEqual({ kind: 'power', status: 42 });
  });

  it('executes code that a store has just changed', () => {
    const add = word('addi', { rd: 7, rs1: 7, imm: 1 });
    const machine = machineWith([nop, word('sw', { rs1: 5, rs2: 6, imm: 0 }), word('jal', { imm: -8 })]);
    machine.x[6] = add;
    runSteps(machine, 4);
    expect(machine.x[7]).toBe(1);
  });

  it('refuses a memory that is not whole pages, or too small, or too large', () => {
    for (const memory of [0, 4095, 5000, 2 ** 31]) expect(() => new Machine({ memory })).toThrow(RangeError);
  });

  it('takes the lowest pending line first', () => {
    const machine = machineWith([nop], { disk: new MemoryDisk(new Uint8Array(512)) });
    machine.writeSystem(SR.TVEC, handler);
    machine.output(0x22, 1);
    machine.writeSystem(SR.TIMER, DISK_STEPS);
    machine.status = 0;
    machine.wait();
    runSteps(machine, DISK_STEPS + 1);
    expect(machine.readSystem(SR.IPEND)).toBe(5);
    machine.status = STATUS.IF;
    runSteps(machine, 1);
    expect(machine.readSystem(SR.ECAUSE) >>> 0).toBe(0x80000000);
  });

  it('keeps the low bits of TVEC and EPC zero, so that no trap and no iret lands between instructions', () => {
    const machine = machineWith([]);
    machine.writeSystem(SR.TVEC, 0x1003);
    machine.writeSystem(SR.EPC, 0x2002);
    expect([machine.readSystem(SR.TVEC), machine.readSystem(SR.EPC)]).toEqual([0x1000, 0x2000]);
  });
});
