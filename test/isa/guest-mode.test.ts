/** Guest mode: what exits by which bit, what is the guest's own, time and interrupts, both kinds of translation. */
import { describe, expect, it } from 'vitest';
import { BLOCK, CONTROL, REASON, SAVED } from '../../isa/machine/control-block.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { featureNames } from '../../isa/table/features.ts';
import { instructionOf, interceptOf } from '../../isa/table/row.ts';
import { SR, STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
import { allRows } from '../../isa/table/table.ts';
import { CAUSE } from '../../isa/table/traps.ts';
import { parseVariant, variants } from '../../isa/table/variants.ts';
import { assisted, GuestWorld, place } from './guest-kit.ts';
import { machineWith, runSteps, word } from './kit.ts';

const engines = ['interpreter', 'fast'] as const;
const nop = word('addi');
/** What ends a guest in these tests: an intercepted breakpoint. */
const end = word('ebreak');
const ends = { [BLOCK.TRAPS]: 1 << CAUSE.BREAKPOINT };

/** A loop that is executed often enough to be compiled, around these words. */
function often(...body: readonly number[]): readonly number[] {
  const loop = [...body, word('addi', { rd: 30, rs1: 30, imm: -1 })];
  return [
    word('addi', { rd: 30, imm: 60 }),
    ...loop,
    word('bne', { rs1: 30, rs2: 0, imm: -4 * loop.length }),
    end,
  ];
}

describe('Without the feature', () => {
  it.each(variants)('vmrun is an illegal instruction in every ring of $name', (variant) => {
    for (const status of [0, 1, 2, 3]) {
      const machine = machineWith([word('vmrun', { rs1: 5 })], { variant });
      machine.writeSystem(SR.TVEC, 0x100);
      machine.status = status;
      runSteps(machine, 1);
      expect(machine.readSystem(SR.ECAUSE)).toBe(CAUSE.ILLEGAL);
    }
  });

  it('a variant is as it was: none of the built-in ones has any', () => {
    expect(variants.map(({ features }) => features)).toEqual([undefined, undefined, undefined]);
  });
});

describe('With the feature, vmrun', () => {
  it.each([1, 2, 3])('is privileged: trap 24 in ring %i', (ring) => {
    const machine = machineWith([word('vmrun', { rs1: 5 })], { variant: assisted });
    machine.writeSystem(SR.TVEC, 0x100);
    machine.status = ring;
    runSteps(machine, 1);
    expect(machine.readSystem(SR.ECAUSE)).toBe(CAUSE.PRIVILEGED);
  });

  it.each([0x1004, 2 ** 18, -4096])(
    'is illegal for %i, which is not the address of a page in memory',
    (at) => {
      const machine = machineWith([word('vmrun', { rs1: 5 })], { variant: assisted });
      machine.writeSystem(SR.TVEC, 0x100);
      machine.x[5] = at;
      runSteps(machine, 1);
      expect([machine.readSystem(SR.ECAUSE), machine.guest]).toEqual([CAUSE.ILLEGAL, undefined]);
    },
  );

  it('is illegal in guest mode, in every ring, unless its intercept is set: guest mode has no guest mode of its own', () => {
    const vmrun = word('vmrun', { rs1: 5 });
    for (const status of [0, 1, 2, 3]) {
      const world = new GuestWorld({
        code: [vmrun],
        status,
        controls: { [BLOCK.TRAPS]: 1 << CAUSE.ILLEGAL },
      });
      world.run();
      expect([world.get(BLOCK.REASON), world.get(BLOCK.QUALIFICATION)]).toEqual([REASON.TRAP, CAUSE.ILLEGAL]);
      const other = new GuestWorld({
        code: [vmrun],
        status,
        controls: { [BLOCK.INSTRUCTIONS]: 1 << 7, [BLOCK.TRAPS]: -1 },
      });
      other.run();
      expect(other.get(BLOCK.REASON)).toBe(status === 0 ? REASON.INSTRUCTION : REASON.TRAP);
      if (status !== 0) expect(other.get(BLOCK.QUALIFICATION)).toBe(CAUSE.PRIVILEGED);
    }
  });

  it('is a step, as the exit is; the host goes on at its handler, with its own state, and with cause 25', () => {
    const world = new GuestWorld({ code: [nop, nop, end], controls: ends });
    const { machine } = world;
    const before = machine.steps;
    expect(world.run()).toBe(2);
    expect(machine.steps).toBe(before + 4);
    expect(machine.readSystem(SR.ECAUSE)).toBe(CAUSE.GUEST_EXIT);
    expect(machine.readSystem(SR.EVAL)).toBe(place.block);
    expect(machine.readSystem(SR.EPC)).toBe(0x3804);
    expect(machine.readSystem(SR.ESTATUS)).toBe(STATUS.IF | 0x500);
    expect([machine.pc, machine.status, machine.readSystem(SR.SCRATCH0)]).toEqual([0x3000, 0x500, 0x1234]);
    expect([machine.readSystem(SR.MEMSIZE), machine.guest]).toEqual([place.memory, undefined]);
    expect(world.get(BLOCK.GUEST + SAVED.PC)).toBe(place.code + 8);
  });
});

const systemRows = allRows.filter(({ effect, feature }) => effect.kind === 'system' && feature === undefined);

describe.each(engines)('An intercept, by the engine %s,', (engine) => {
  it.each(systemRows.filter(({ moves }) => !moves?.includes('sr')))(
    'of $name ends guest mode before it, and not otherwise',
    (row) => {
      const { number } = interceptOf(instructionOf(row, row.picture.match));
      const offset = number < 32 ? BLOCK.INSTRUCTIONS : BLOCK.INSTRUCTIONS_HIGH;
      const start = { code: often(row.picture.match), engine, system: { [SR.EPC]: place.code + 8 } };
      const world = new GuestWorld({ ...start, controls: { ...ends, [offset]: 1 << (number & 31) } });
      const steps = world.run();
      expect([steps, world.get(BLOCK.REASON)]).toEqual([1, REASON.INSTRUCTION]);
      expect(world.get(BLOCK.QUALIFICATION) >>> 0).toBe(row.picture.match >>> 0);
      expect(world.get(BLOCK.GUEST + SAVED.PC)).toBe(place.code + 4);
      const others = ~(1 << (number & 31));
      const open = new GuestWorld({
        ...start,
        handler: [nop, end],
        controls: { ...ends, [BLOCK.INSTRUCTIONS]: -1, [BLOCK.INSTRUCTIONS_HIGH]: -1, [offset]: others },
      });
      open.run();
      expect(open.get(BLOCK.REASON)).not.toBe(REASON.INSTRUCTION);
    },
  );

  it.each(systemRegisters)('of mfs $name, and of mts, is a bit of its own', ({ number, mask }) => {
    const uses = [
      [BLOCK.READS, word('mfs', { rd: 6, imm: number })],
      ...(mask === undefined ? [] : [[BLOCK.WRITES, word('mts', { rs1: 0, imm: number })] as const]),
    ] as const;
    for (const [offset, one] of uses) {
      // What a write to them changes would end the test in another way.
      const once = [SR.PTBR, SR.RBOUND, SR.RBASE].includes(number as 1) ? [nop, one, end] : often(one);
      const world = new GuestWorld({ code: once, engine, controls: { ...ends, [offset]: 1 << number } });
      expect([world.run(), world.get(BLOCK.REASON)]).toEqual([1, REASON.INSTRUCTION]);
      const all = { [BLOCK.READS]: -1, [BLOCK.WRITES]: -1, [offset]: ~(1 << number) };
      const open = new GuestWorld({ code: once, engine, controls: { [BLOCK.TRAPS]: -1, ...all } });
      open.run();
      expect(open.get(BLOCK.REASON)).not.toBe(REASON.INSTRUCTION);
    }
  });

  it.each([
    [CAUSE.MISALIGNED, [word('jalr', { rs1: 0, imm: 2 })], {}],
    [CAUSE.FETCH_ACCESS, [word('jal', { imm: 2 ** 19 })], {}],
    [CAUSE.ILLEGAL, [0], {}],
    [CAUSE.BREAKPOINT, [word('ebreak')], {}],
    [CAUSE.LOAD_ACCESS, [word('lui', { imm: 0x80000 << 12, rd: 6 }), word('lw', { rs1: 6 })], {}],
    [CAUSE.STORE_ACCESS, [word('lui', { imm: 0x80000 << 12, rd: 6 }), word('sw', { rs1: 6 })], {}],
    [CAUSE.ECALL, [word('ecall')], {}],
    [CAUSE.FETCH_PAGE, [word('jal', { imm: 2 ** 19 })], { [SR.PTBR]: place.root | 1 }],
    [
      CAUSE.LOAD_PAGE,
      [word('lui', { imm: 0x80000 << 12, rd: 6 }), word('lw', { rs1: 6 })],
      { [SR.PTBR]: place.root | 1 },
    ],
    [
      CAUSE.STORE_PAGE,
      [word('lui', { imm: 0x80000 << 12, rd: 6 }), word('sw', { rs1: 6 })],
      { [SR.PTBR]: place.root | 1 },
    ],
    [CAUSE.PRIVILEGED, [word('retf', { rs1: 7, rs2: 8 }), word('cli')], {}],
  ])(
    'of the trap with cause %i gives it to the host; otherwise the guest takes it itself',
    (cause, code, system) => {
      const registers = (world: GuestWorld) => {
        world.machine.x[7] = place.code + 4;
        world.machine.x[8] = 3;
        return world;
      };
      const controls = { [BLOCK.TRAPS]: 1 << cause };
      const world = registers(new GuestWorld({ code, system, engine, controls }));
      world.run();
      expect([world.get(BLOCK.REASON), world.get(BLOCK.QUALIFICATION)]).toEqual([REASON.TRAP, cause]);
      const handler = [word('mfs', { imm: SR.ECAUSE, rd: 9 }), word('hlt')];
      const open = registers(
        new GuestWorld({
          code,
          system,
          handler,
          engine,
          controls: { [BLOCK.TRAPS]: ~(1 << cause), [BLOCK.INSTRUCTIONS]: 2 },
        }),
      );
      open.run();
      expect([open.get(BLOCK.REASON), open.machine.x[9], open.system(SR.ECAUSE)]).toEqual([
        REASON.INSTRUCTION,
        cause,
        cause,
      ]);
    },
  );
});

describe('The guest', () => {
  it('has system registers of its own, and its host gets back those it had', () => {
    const writable = systemRegisters.filter(({ mask, acts }) => mask !== undefined && acts === undefined);
    const code = writable.flatMap(({ number }) => [
      word('addi', { rd: 6, imm: 4 * number }),
      word('mts', { rs1: 6, imm: number }),
    ]);
    const world = new GuestWorld({ code: [...code, end], controls: ends });
    const before = writable.map(({ number }) => world.machine.readSystem(number));
    world.run();
    for (const [n, { number, mask = 0 }] of writable.entries()) {
      expect(world.system(number), systemRegisters[number]?.name).toBe((4 * number) & mask);
      // The trap with cause 25 saves the host's state, as every trap does.
      if (number === SR.TVEC || number >= SR.SCRATCH0)
        expect(world.machine.readSystem(number)).toBe(before[n]);
    }
  });

  it('reads MEMSIZE, CPUID and TIME as the block has them', () => {
    const read = (imm: number, rd: number) => word('mfs', { imm, rd });
    const world = new GuestWorld({
      code: [read(SR.TIME, 6), read(SR.TIMEH, 7), read(SR.MEMSIZE, 8), read(SR.CPUID, 9), end],
      controls: { ...ends, [BLOCK.TIME_OFFSET]: -2, [BLOCK.TIME_OFFSET + 4]: 5 },
      system: { [SR.CPUID]: 77, [SR.MEMSIZE]: 0x5000, [SR.RBOUND]: 0x5000 },
    });
    world.run();
    // One step, vmrun, was made before; so the guest's TIME at its first instruction is 5 * 2^32 + 2^32 - 2 + 1.
    expect([...world.machine.x.subarray(6, 10)]).toEqual([-1, 6, 0x5000, 77]);
  });

  it('takes the trap that is injected, before its first instruction, once; the block says no more', () => {
    const handler = [
      word('mfs', { imm: SR.ECAUSE, rd: 6 }),
      word('mfs', { imm: SR.EVAL, rd: 7 }),
      word('iret'),
    ];
    const controls = {
      ...ends,
      [BLOCK.EVENT]: 1,
      [BLOCK.EVENT_CAUSE]: CAUSE.LOAD_PAGE,
      [BLOCK.EVENT_VALUE]: 0x5678,
    };
    const world = new GuestWorld({ code: [nop, end], handler, controls });
    expect(world.run()).toBe(5);
    expect([world.machine.x[6], world.machine.x[7], world.get(BLOCK.EVENT)]).toEqual([
      CAUSE.LOAD_PAGE,
      0x5678,
      0,
    ]);
    expect(world.system(SR.EPC)).toBe(place.code);
  });

  it('exits at a trap for which it has no handler', () => {
    const world = new GuestWorld({ code: [nop, end], system: { [SR.TVEC]: 0 } });
    expect([world.run(), world.get(BLOCK.REASON), world.get(BLOCK.QUALIFICATION)]).toEqual([
      1,
      REASON.TRAP,
      CAUSE.BREAKPOINT,
    ]);
  });

  it('runs on in force of what vmrun has read, whatever is written to the block meanwhile', () => {
    const store = [
      word('lui', { rd: 6, imm: place.block }),
      word('sw', { rs1: 6, rs2: 0, imm: BLOCK.TRAPS }),
      end,
    ];
    const world = new GuestWorld({ code: store, controls: ends });
    expect([world.run(), world.get(BLOCK.REASON), world.get(BLOCK.TRAPS)]).toEqual([2, REASON.TRAP, 0]);
  });
});

describe('An interrupt', () => {
  const loop = [nop, word('jal', { imm: -4 })];

  it.each([0, STATUS.IF])('of the machine ends guest mode, with the status %i of the guest', (status) => {
    const world = new GuestWorld({ code: loop, status });
    world.machine.writeSystem(SR.TIMER, 100);
    expect(world.run()).toBe(100);
    expect([world.get(BLOCK.REASON), world.get(BLOCK.QUALIFICATION)]).toEqual([REASON.INTERRUPT, 1]);
  });

  it('window ends guest mode before the first instruction with IF 1', () => {
    const controls = { ...ends, [BLOCK.CONTROL]: CONTROL.NESTED | CONTROL.WINDOW };
    const world = new GuestWorld({ code: [nop, word('sti'), end], controls });
    expect([world.run(), world.get(BLOCK.REASON)]).toEqual([2, REASON.WINDOW]);
    const open = new GuestWorld({ code: [nop, word('sti'), end], controls: ends });
    expect([open.run(), open.get(BLOCK.REASON)]).toEqual([2, REASON.TRAP]);
  });

  const virtual = { [BLOCK.CONTROL]: CONTROL.NESTED | CONTROL.VIRTUAL };
  const told = [word('mfs', { imm: SR.ECAUSE, rd: 6 }), word('hlt')];

  it.each([0, 1, 2, 3])(
    'line %i that the host makes pending is taken by the guest without an exit',
    (line) => {
      const controls = { ...virtual, [BLOCK.LINES]: 1 << line, [BLOCK.INSTRUCTIONS]: 2 };
      const world = new GuestWorld({ code: [nop, word('sti'), nop], handler: told, controls });
      expect(world.run()).toBe(4);
      expect(world.machine.x[6]).toBe((CAUSE.INTERRUPT + line) | 0);
      expect(world.get(BLOCK.LINES)).toBe(1 << line);
    },
  );

  it('of the guest’s own timer comes at its step, and the timer is saved in the block', () => {
    const code = [
      word('addi', { rd: 6, imm: 50 }),
      word('mts', { imm: SR.TIMER, rs1: 6 }),
      word('mfs', { imm: SR.TIMER, rd: 8 }),
      word('sti'),
      ...loop,
    ];
    const world = new GuestWorld({ code, handler: told, controls: { ...virtual, [BLOCK.INSTRUCTIONS]: 2 } });
    const real = world.machine.readSystem(SR.TIMER);
    expect(world.run()).toBe(2 + 50 + 2);
    expect([world.machine.x[8], world.machine.x[6]]).toEqual([50, CAUSE.INTERRUPT | 0]);
    expect(world.machine.readSystem(SR.TIMER)).toBe(real - 56);
    expect([world.get(BLOCK.TIMER), world.get(BLOCK.LINES)]).toEqual([0, 1]);
    const half = new GuestWorld({
      code: [nop, end],
      controls: { ...ends, ...virtual, [BLOCK.TIMER]: 9, [BLOCK.LINES]: 4 },
    });
    half.run();
    expect([half.get(BLOCK.TIMER), half.get(BLOCK.LINES)]).toEqual([8, 4]);
  });

  it('ends hlt in guest mode; time skips to it; without one, hlt exits, and the block says that the guest waits', () => {
    const code = [word('hlt'), end];
    const world = new GuestWorld({ code, controls: { ...ends, ...virtual, [BLOCK.TIMER]: 70 } });
    expect([world.run(), world.get(BLOCK.REASON)]).toEqual([70, REASON.TRAP]);
    const idle = new GuestWorld({ code, controls: { ...ends, ...virtual } });
    expect([idle.run(), idle.get(BLOCK.REASON)]).toEqual([1, REASON.IDLE]);
    expect([idle.get(BLOCK.GUEST + SAVED.WAITS), idle.get(BLOCK.GUEST + SAVED.PC)]).toEqual([
      1,
      place.code + 4,
    ]);
    idle.set(BLOCK.GUEST + SAVED.WAITS, 0);
    expect([idle.run(), idle.get(BLOCK.REASON)]).toEqual([0, REASON.TRAP]);
  });
});

describe('Ports', () => {
  const controls = { ...ends, [BLOCK.CONTROL]: CONTROL.NESTED | CONTROL.PORTS, [BLOCK.INSTRUCTIONS]: 0x60 };
  const use = (name: 'in' | 'out', port: number) => [
    word('addi', { rd: 6, imm: port }),
    word(name, name === 'in' ? { rs1: 6, rd: 7 } : { rs1: 6, rs2: 7 }),
    end,
  ];

  it.each([0x10, 0x11, 0x23, 0x30, 0x3f])('%i exits by its bit, for in and for out', (port) => {
    for (const [name, at] of [
      ['in', BLOCK.INPUTS],
      ['out', BLOCK.OUTPUTS],
    ] as const) {
      const bit = at + 4 * (port >>> 5);
      const shut = new GuestWorld({
        code: use(name, port),
        controls: { ...controls, [bit]: 1 << (port & 31) },
      });
      shut.run();
      expect(shut.get(BLOCK.REASON)).toBe(REASON.INSTRUCTION);
      const all = {
        [BLOCK.INPUTS]: -1,
        [BLOCK.INPUTS + 4]: -1,
        [BLOCK.OUTPUTS]: -1,
        [BLOCK.OUTPUTS + 4]: -1,
      };
      const open = new GuestWorld({
        code: use(name, port),
        controls: { ...controls, ...all, [bit]: ~(1 << (port & 31)) },
      });
      open.run();
      expect(open.get(BLOCK.REASON)).toBe(REASON.TRAP);
    }
  });

  it('from 64 on exit always, and without the bitmap every port does', () => {
    const far = new GuestWorld({ code: use('out', 64), controls });
    far.run();
    const without = new GuestWorld({
      code: use('out', 0x10),
      controls: { ...controls, [BLOCK.CONTROL]: CONTROL.NESTED },
    });
    without.run();
    expect([far.get(BLOCK.REASON), without.get(BLOCK.REASON)]).toEqual([
      REASON.INSTRUCTION,
      REASON.INSTRUCTION,
    ]);
  });
});

describe.each(engines)('Nested paging, by the engine %s,', (engine) => {
  const data = 0x5000;
  const own = { root: 0x8000, table: 0x9000 };
  /** A guest with paging on: its code and `data` are mapped where they are. */
  function paged(
    code: readonly number[],
    entry: number,
    more: Partial<ConstructorParameters<typeof GuestWorld>[0]> = {},
  ) {
    const world = new GuestWorld({
      code,
      engine,
      controls: ends,
      system: { [SR.PTBR]: own.root | 1 },
      ...more,
    });
    const { memory } = world.machine;
    memory.write(own.root, 4, own.table | 1);
    for (const page of [1, 2]) memory.write(own.table + 4 * page, 4, (page << 12) | 0x7f);
    memory.write(own.table + 4 * (data >>> 12), 4, entry);
    world.machine.x[6] = data;
    return world;
  }
  const entryOf = (world: GuestWorld, page: number) => world.machine.memory.read(own.table + 4 * page, 4);
  const rights = PTE.V | PTE.R | PTE.W;

  it('sets A and D in the guest’s own tables', () => {
    const load = paged(often(word('lw', { rd: 7, rs1: 6 })), data | rights);
    load.run();
    expect(entryOf(load, 5)).toBe(data | rights | PTE.A);
    const store = paged(often(word('sw', { rs2: 7, rs1: 6 })), data | rights);
    store.run();
    expect(entryOf(store, 5)).toBe(data | rights | PTE.A | PTE.D);
  });

  it('gives the guest the page faults of its own tables', () => {
    const world = paged([word('sw', { rs1: 6 })], data | PTE.V | PTE.R, { controls: { [BLOCK.TRAPS]: -1 } });
    world.run();
    expect([world.get(BLOCK.REASON), world.get(BLOCK.QUALIFICATION), world.get(BLOCK.VALUE)]).toEqual([
      REASON.TRAP,
      CAUSE.STORE_PAGE,
      data,
    ]);
    expect(entryOf(world, 5)).toBe(data | PTE.V | PTE.R);
  });

  it.each([
    ['the page', data, PTE.R, 1],
    ['the page, for a store', data, PTE.W, 2],
    ['the guest’s table', own.table, PTE.R, 1],
    ['the guest’s root table', own.root, PTE.R, 1],
    ['the guest’s table, where A is to be set', own.table, PTE.W, 2],
  ])('exits if the map does not allow it: %s', (_what, address, right, kind) => {
    const world = paged([word(kind === 2 ? 'sw' : 'lw', { rs1: 6 }), end], data | rights);
    const at = place.table + (address >>> 12) * 4;
    world.machine.memory.write(at, 4, world.machine.memory.read(at, 4) & ~right);
    world.run();
    expect(world.get(BLOCK.REASON)).toBe(REASON.NESTED);
    expect([world.get(BLOCK.ADDRESS) & ~0xfff, world.get(BLOCK.QUALIFICATION)]).toEqual([address, kind]);
    expect(entryOf(world, 5)).toBe(data | rights);
    // Repaired, the instruction is executed as if nothing had happened.
    world.machine.memory.write(at, 4, world.machine.memory.read(at, 4) | right);
    world.run();
    expect([world.get(BLOCK.REASON), world.get(BLOCK.QUALIFICATION)]).toEqual([
      REASON.TRAP,
      CAUSE.BREAKPOINT,
    ]);
  });

  it('sees what the guest itself writes into its tables, at the next access', () => {
    const code = [
      word('lw', { rd: 7, rs1: 6 }),
      word('sw', { rs2: 8, rs1: 9 }),
      word('lw', { rd: 10, rs1: 6 }),
      end,
    ];
    const world = paged(code, data | 0x7f);
    const { memory, x } = world.machine;
    memory.write(own.table + 4 * 9, 4, own.table | 0x7f);
    memory.write(data, 4, 1);
    memory.write(0x6000, 4, 2);
    x[8] = 0x6000 | 0x7f;
    x[9] = own.table + 4 * 5;
    world.run();
    expect([x[7], x[10]]).toEqual([1, 2]);
  });

  it('sees a change of the map, and of the guest’s tables, at the next access', () => {
    const world = paged(often(word('lw', { rd: 7, rs1: 6 })), data | 0x7f);
    const { memory, x } = world.machine;
    memory.write(data, 4, 1);
    memory.write(0x6000, 4, 2);
    memory.write(0x7000, 4, 3);
    const runFrom = () => {
      world.set(BLOCK.GUEST + SAVED.PC, place.code);
      world.run();
      return x[7];
    };
    expect(runFrom()).toBe(1);
    memory.write(place.table + 4 * 5, 4, 0x6000 | 0x7f);
    expect(runFrom()).toBe(2);
    memory.write(own.table + 4 * 5, 4, 0x7000 | 0x7f);
    expect(runFrom()).toBe(3);
    memory.write(own.table + 4 * 5, 4, 0x5000 | 0x7f);
    expect(runFrom()).toBe(2);
  });

  it('translates R’s addresses with the guest’s paging off, also where pages do not lie together', () => {
    const code = [word('lw', { rd: 7, rs1: 6 }), end];
    const world = new GuestWorld({
      code,
      engine,
      controls: ends,
      system: { [SR.RBASE]: 0x10, [SR.RBOUND]: 0x8000 },
    });
    const { memory, x } = world.machine;
    for (const [n, one] of code.entries()) memory.write(place.code + 0x10 + 4 * n, 4, one);
    memory.write(place.table + 4 * 6, 4, 0x9000 | 0x7f);
    memory.write(0x5ffe, 2, 0x1234);
    memory.write(0x9000, 2, 0x5678);
    x[6] = 0x5ffe - 0x10;
    world.run();
    expect(x[7]).toBe(0x56781234);
  });
});

describe('Shadow tables', () => {
  it('are what is walked, whether the guest’s own paging is on or off', () => {
    for (const ptbr of [0, 0x3f001]) {
      const world = new GuestWorld({
        code: [word('lw', { rd: 7, rs1: 6 }), end],
        shadow: true,
        controls: ends,
        system: { [SR.PTBR]: ptbr },
      });
      world.machine.memory.write(place.table + 4 * 5, 4, 0x6000 | 0x7f);
      world.machine.memory.write(0x6000, 4, 99);
      world.machine.x[6] = 0x5000;
      world.run();
      expect([world.machine.x[7], world.system(SR.PTBR)]).toEqual([99, ptbr]);
    }
  });
});

describe('A machine in guest mode', () => {
  it.each(engines)('continues where it was after it is saved and restored, on the engine %s', (engine) => {
    const start = {
      code: [...often(nop, nop), nop],
      engine,
      controls: { ...ends, [BLOCK.CONTROL]: CONTROL.NESTED | CONTROL.VIRTUAL, [BLOCK.TIMER]: 1000 },
    };
    const [one, other] = [new GuestWorld(start), new GuestWorld(start)];
    one.engine.run(40);
    expect(one.machine.guest).toBeDefined();
    other.machine.restore(structuredClone(one.machine.save()));
    other.machine.memory.fill(0, one.machine.memory.bytes);
    for (const world of [one, other]) expect(world.engine.run(100_000).kind).toBe('trap');
    expect(other.machine.save()).toEqual(one.machine.save());
    expect(Buffer.compare(other.machine.memory.bytes, one.machine.memory.bytes)).toBe(0);
  });
});

describe('A bit of CONTROL', () => {
  it.each([
    ['nested', CONTROL.NESTED],
    ['virtual-timer', CONTROL.VIRTUAL],
    ['ports', CONTROL.PORTS],
  ] as const)('needs its feature: %s', (feature, bit) => {
    const control = BLOCK.CONTROL / 4;
    for (const has of [true, false]) {
      const features = new Set(featureNames.filter((name) => has || name !== feature));
      const world = new GuestWorld({
        code: [nop],
        variant: { ...assisted, features },
        controls: { [BLOCK.CONTROL]: -1 },
      });
      world.engine.run(1);
      expect(((world.machine.guest?.controls[control] ?? 0) & bit) !== 0).toBe(has);
    }
  });
});

describe('A variant’s features', () => {
  const text = (features: unknown) => JSON.stringify({ name: 'mine', unprivileged: [], features });

  it('are listed in its JSON file', () => {
    expect([...(parseVariant(text(featureNames)).features ?? [])]).toEqual([...featureNames]);
    expect(parseVariant(text([])).features).toBeUndefined();
  });

  it.each([
    [['nested'], '"features": "nested" needs "guest"; list both'],
    [['guest', 'guest'], '"features" lists "guest" twice'],
    [
      ['vmx'],
      '"features" lists "vmx", which is none; choose from guest, nested, virtual-timer, ports, iommu',
    ],
    ['guest', '"features" must be a list of features, like ["guest"]'],
  ])('that cannot be are refused: %j', (features, message) => {
    expect(() => parseVariant(text(features))).toThrow(message);
  });

  it('do not change a machine that does not use them', () => {
    expect(new Machine({ variant: assisted }).save()).toEqual(new Machine().save());
  });
});
