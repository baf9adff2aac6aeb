/** Addresses: R, LIMIT, page tables, and the faults that each gives. */
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../isa/machine/machine.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { machineWith, runSteps, word } from './kit.ts';

const handler = 0x3f000;
const lw = (imm = 0, rs1 = 5) => word('lw', { rd: 7, rs1, imm });
const sw = (imm = 0, rs1 = 5) => word('sw', { rs2: 6, rs1, imm });
const ALL = PTE.V | PTE.R | PTE.W | PTE.X | PTE.U;

/** Runs one instruction with x5 = `address`, and says which trap it took, if any. */
function access(machine: Machine, address: number): { cause: number; value: number } | undefined {
  machine.writeSystem(SR.TVEC, handler);
  machine.x[5] = address;
  machine.x[6] = 0x11223344;
  let taken: { cause: number; value: number } | undefined;
  machine.onTrap = (cause, value) => {
    taken = { cause, value: value >>> 0 };
  };
  runSteps(machine, 1);
  return taken;
}

/** Turns paging on with the root at 0x10000, one table at 0x11000, and page n of the first 4 MiB as given. */
function paged(machine: Machine, pages: Readonly<Record<number, number>>): Machine {
  machine.memory.write(0x10000, 4, 0x11000 | PTE.V);
  for (const [page, entry] of Object.entries(pages))
    machine.memory.write(0x11000 + 4 * Number(page), 4, entry);
  machine.writeSystem(SR.PTBR, 0x10001);
  return machine;
}

const entryOf = (machine: Machine, page: number) => machine.memory.read(0x11000 + 4 * page, 4);

describe('The relocation-bounds register', () => {
  it('adds its base to every address, fetches too, in every ring', () => {
    for (const ring of [0, 1, 2, 3]) {
      const machine = machineWith([lw()], {}, 0x2000);
      machine.memory.write(0x2100, 4, 77);
      machine.writeSystem(SR.RBASE, 0x2000);
      machine.status = ring;
      machine.pc = 0;
      expect(access(machine, 0x100)).toBeUndefined();
      expect(machine.x[7]).toBe(77);
    }
  });

  it('refuses an access whose last byte is at its bound, and lets the one before pass', () => {
    const bounded = (instruction: number) => {
      const machine = machineWith([instruction]);
      machine.writeSystem(SR.RBOUND, 0x1000);
      return machine;
    };
    expect(access(bounded(lw()), 0xffc)).toBeUndefined();
    expect(access(bounded(lw()), 0xffd)).toEqual({ cause: 5, value: 0xffd });
    expect(access(bounded(sw()), 0x1000)).toEqual({ cause: 7, value: 0x1000 });
    expect(access(bounded(lw()), 0xfffffffe)).toEqual({ cause: 5, value: 0xfffffffe });
  });

  it('refuses what it lets pass but memory does not have, and a base past memory', () => {
    const machine = machineWith([lw()]);
    machine.writeSystem(SR.RBOUND, 0xffffffff);
    expect(access(machine, 2 ** 18 - 3)).toEqual({ cause: 5, value: 2 ** 18 - 3 });
    const far = machineWith([lw()]);
    far.writeSystem(SR.RBASE, 0xfffff000);
    expect(access(far, 0x1000)).toEqual({ cause: 1, value: 0 });
  });

  it('may be odd: instructions are fetched from where it says', () => {
    const machine = machineWith([]);
    machine.memory.write(0x1002, 4, lw());
    machine.writeSystem(SR.RBASE, 0x1002);
    expect(access(machine, 0)).toBeUndefined();
    expect(machine.x[7]).toBe(lw() | 0);
  });

  it('is checked on fetch: running past its bound is a fetch access fault', () => {
    const machine = machineWith([word('addi')]);
    machine.writeSystem(SR.RBOUND, 4);
    machine.writeSystem(SR.TVEC, handler);
    runSteps(machine, 2);
    expect(machine.readSystem(SR.ECAUSE)).toBe(1);
    expect(machine.readSystem(SR.EVAL)).toBe(4);
  });
});

describe('LIMIT', () => {
  const limited = (instruction: number, ring: number) => {
    const machine = machineWith([instruction]);
    machine.writeSystem(SR.LIMIT, 0x100);
    machine.status = ring;
    return machine;
  };

  it('stops loads and stores through a named register that reach it, outside ring 0', () => {
    for (const ring of [1, 2, 3]) {
      expect(access(limited(lw(), ring), 0xfd)).toEqual({ cause: 5, value: 0xfd });
      expect(access(limited(sw(), ring), 0x100)).toEqual({ cause: 7, value: 0x100 });
      expect(access(limited(lw(), ring), 0xfc)).toBeUndefined();
    }
    expect(access(limited(lw(), 0), 0x100)).toBeUndefined();
  });

  it('does not stop accesses through x0, nor fetches', () => {
    expect(access(limited(lw(0x200, 0), 3), 0)).toBeUndefined();
    const machine = machineWith([word('addi')], {}, 0x400);
    machine.writeSystem(SR.LIMIT, 0x100);
    machine.status = 3;
    expect(access(machine, 0)).toBeUndefined();
  });

  it('comes before the page tables: the fault is an access fault', () => {
    const machine = paged(limited(lw(), 1), { 0: ALL });
    expect(access(machine, 0x5000)).toEqual({ cause: 5, value: 0x5000 });
  });
});

describe('Paging', () => {
  it('translates through two levels and sets A on a load, A and D on a store', () => {
    const machine = paged(machineWith([lw(), sw(4)]), { 0: ALL, 3: 0x20000 | ALL });
    machine.memory.write(0x20010, 4, 99);
    expect(access(machine, 0x3010)).toBeUndefined();
    expect(machine.x[7]).toBe(99);
    expect(entryOf(machine, 3) & (PTE.A | PTE.D)).toBe(PTE.A);
    expect(entryOf(machine, 0) & (PTE.A | PTE.D)).toBe(PTE.A);
    expect(access(machine, 0x3010)).toBeUndefined();
    expect(entryOf(machine, 3) & (PTE.A | PTE.D)).toBe(PTE.A | PTE.D);
    expect(machine.memory.read(0x20014, 4)).toBe(0x11223344);
  });

  it('asks for R on loads, W on stores, X on fetches, in every ring, and for U in ring 3', () => {
    const faults = (instruction: number, entry: number, ring: number, code = ALL) => {
      const machine = paged(machineWith([instruction]), { 0: code, 3: 0x20000 | entry });
      machine.status = ring;
      return access(machine, 0x3000)?.cause;
    };
    for (const ring of [0, 1, 2, 3]) {
      expect(faults(lw(), ALL & ~PTE.R, ring)).toBe(13);
      expect(faults(sw(), ALL & ~PTE.W, ring)).toBe(15);
      expect(faults(lw(), ALL, ring, ALL & ~PTE.X)).toBe(12);
      expect(faults(lw(), ALL & ~PTE.V, ring)).toBe(13);
      expect(faults(sw(), ALL, ring)).toBeUndefined();
      expect(faults(lw(), ALL & ~PTE.U, ring)).toBe(ring === 3 ? 13 : undefined);
    }
    expect(faults(lw(), ALL, 3, ALL & ~PTE.U)).toBe(12);
  });

  it('gives a page fault when a first-level entry is a leaf or not valid', () => {
    for (const root of [0, 0x11000 | PTE.V | PTE.R, 0x11000 | PTE.V | PTE.X, 0x11000]) {
      const machine = paged(machineWith([lw()]), { 0: ALL });
      machine.memory.write(0x10000, 4, root);
      expect(access(machine, 0)).toEqual({ cause: 12, value: 0 });
    }
  });

  it('gives an access fault when a table or a page is not in memory', () => {
    const machine = paged(machineWith([lw()]), { 0: ALL, 3: 0x40000 | ALL });
    expect(access(machine, 0x3008)).toEqual({ cause: 5, value: 0x3008 });
    machine.memory.write(0x10004, 4, 0xfffff000 | PTE.V);
    machine.pc = 0;
    expect(access(machine, 0x400000)).toEqual({ cause: 5, value: 0x400000 });
    const rootless = machineWith([lw()]);
    rootless.writeSystem(SR.PTBR, 0xfffff001);
    expect(access(rootless, 0)).toEqual({ cause: 1, value: 0 });
  });

  it('checks an access across two pages in full before anything changes', () => {
    const machine = paged(machineWith([sw(), lw()]), {
      0: ALL,
      3: 0x20000 | ALL,
      4: 0x22000 | (ALL & ~PTE.W),
    });
    const before = machine.memory.bytes.slice();
    expect(access(machine, 0x3ffe)).toEqual({ cause: 15, value: 0x4000 });
    before.set(machine.memory.bytes.subarray(0x11000, 0x11004), 0x11000);
    expect(machine.memory.bytes).toEqual(before);
    machine.memory.write(0x11010, 4, 0x22000 | ALL);
    machine.pc = 0;
    expect(access(machine, 0x3ffe)).toBeUndefined();
    expect(machine.memory.read(0x20ffe, 2)).toBe(0x3344);
    expect(machine.memory.read(0x22000, 2)).toBe(0x1122);
    expect(access(machine, 0x3ffe)).toBeUndefined();
    expect(machine.x[7]).toBe(0x11223344);
    expect(entryOf(machine, 4) & (PTE.A | PTE.D)).toBe(PTE.A | PTE.D);
  });

  it('refuses an access past the last address, though both ends of the address space are mapped', () => {
    const machine = paged(machineWith([lw()]), { 0: ALL });
    machine.memory.write(0x10000 + 4 * 1023, 4, 0x12000 | PTE.V);
    machine.memory.write(0x12000 + 4 * 1023, 4, 0x20000 | ALL);
    expect(access(machine, 0xfffffffe)).toEqual({ cause: 5, value: 0xfffffffe });
    machine.pc = 0;
    expect(access(machine, 0xfffffffc)).toBeUndefined();
  });

  it('is coherent: an entry changed by a store holds for the next access, with nothing to flush', () => {
    const machine = paged(machineWith([lw(), sw(0, 8), lw()]), {
      0: ALL,
      3: 0x20000 | ALL,
      17: 0x11000 | ALL,
    });
    machine.memory.write(0x20000, 4, 1);
    machine.memory.write(0x21000, 4, 2);
    machine.writeSystem(SR.TVEC, handler);
    machine.x[5] = 0x3000;
    machine.x[6] = 0x21000 | ALL;
    machine.x[8] = 0x1100c;
    runSteps(machine, 1);
    expect(machine.x[7]).toBe(1);
    runSteps(machine, 2);
    expect(machine.x[7]).toBe(2);
  });

  it('lets lra, lar, verr and verw look without touching A or D, and without faults', () => {
    const probes = ['lra', 'lar', 'verr', 'verw'].map((name) => word(name, { rd: 7, rs1: 5 }));
    const look = (entry: number, ring: number, address: number) =>
      probes.map((instruction) => {
        const machine = paged(
          machineWith([instruction], {
            variant: { name: 't', cpuid: 0, unprivileged: new Set(['lra', 'lar', 'verr', 'verw']) },
          }),
          {
            0: ALL,
            3: 0x20000 | entry,
          },
        );
        machine.status = ring;
        expect(access(machine, address)).toBeUndefined();
        expect(entryOf(machine, 3)).toBe(0x20000 | entry);
        return machine.x[7];
      });
    expect(look(ALL, 3, 0x3123)).toEqual([0x20123, 0x1e, 1, 1]);
    expect(look(PTE.V | PTE.R, 1, 0x3123)).toEqual([0x20123, PTE.R, 1, 0]);
    expect(look(PTE.V | PTE.R | PTE.W, 3, 0x3123)).toEqual([0x20123, 0, 0, 0]);
    expect(look(0, 0, 0x3123)).toEqual([-1, 0, 0, 0]);
    expect(look(ALL, 0, 0x800000)).toEqual([-1, 0, 0, 0]);
  });
});
