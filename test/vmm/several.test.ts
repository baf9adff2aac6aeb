/** Several guests on one machine: each as if alone, and none can change that for another. */
import { describe, expect, it } from 'vitest';
import type { EngineName } from '../../isa/engines/engine.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import type { Image } from '../../isa/machine/image.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import { type GuestDescription, Monitor } from '../../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../../vmm/monitor/virtual-machine.ts';
import { eager, expectCompiled } from '../engines/compiled.ts';
import { difference } from '../property/lockstep.ts';
import { image, pagedImage } from './assembled.ts';
import { partsOf } from './guests.ts';
import { bare } from './kit.ts';

const variant = variantNamed('ring32-v') as Variant;
const MiB = 2 ** 20;

interface House {
  readonly monitor: Monitor;
  readonly disk: MemoryDisk;
  readonly printed: () => string;
}

function house(
  guests: readonly GuestDescription[],
  {
    strategy = 'trap-and-emulate',
    engine = 'interpreter' as EngineName,
    disk = new Uint8Array(),
    input = '',
  } = {},
): House {
  const printed: number[] = [];
  let rest: Uint8Array | undefined = Buffer.from(input);
  const console = new Console(
    (byte) => printed.push(byte),
    () => {
      const bytes = rest;
      rest = undefined;
      return bytes?.length ? bytes : undefined;
    },
  );
  const store = new MemoryDisk(disk);
  const monitor = new Monitor({ guests, variant, strategy, engine, fast: eager, console, disk: store });
  return { monitor, disk: store, printed: () => Buffer.from(printed).toString() };
}

/** What the guest prints and how it ends on a bare machine. */
function alone(file: string) {
  const side = bare(partsOf(file, 'ring32-v'));
  const stop = side.run(1_000_000);
  return { ...side, stop, lines: Buffer.from(side.printed).toString().trimEnd().split('\n') };
}

/** Lines behind a guest's name. */
function linesOf(printed: string, name: string): readonly string[] {
  return printed
    .split('\n')
    .filter((line) => line.startsWith(`${name} | `))
    .map((line) => line.slice(name.length + 3));
}

const ways = [
  ['trap-and-emulate', 'interpreter'],
  ['trap-and-emulate', 'fast'],
  ['hybrid', 'interpreter'],
  ['interpret', 'fast'],
] as const;

describe.each(ways)('Three guests under %s by the engine %s', (strategy, engine) => {
  const files = ['kernel/mini.s', 'timer.s', 'paging.s'] as const;

  it('print what each prints alone, in whole lines behind their names, and end as each does alone', () => {
    const { monitor, printed } = house(
      files.map((file) => ({ name: file, image: partsOf(file, 'ring32-v').image, memory: 4 * MiB })),
      { strategy, engine },
    );
    const stops = monitor.runAll();
    if (strategy !== 'interpret') expectCompiled(monitor.engine);
    for (const [n, file] of files.entries()) {
      const own = alone(file);
      expect(stops[n]).toEqual(own.stop);
      expect(linesOf(printed(), file)).toEqual(own.lines);
      expect(monitor.guests[n]?.cpu.steps).toBe(own.machine.steps);
      expect(
        Buffer.compare(monitor.guests[n]?.cpu.memory.bytes as Uint8Array, own.machine.memory.bytes),
      ).toBe(0);
    }
    const names = printed()
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' | ')[0] as string);
    expect(names.every((name) => (files as readonly string[]).includes(name))).toBe(true);
  });

  it('have disks of their own: the same sector numbers, other sectors', () => {
    const file = 'disk-copy.s';
    const { image: copy, disk = new Uint8Array() } = partsOf(file, 'ring32-v');
    const sectors = disk.length / 512;
    const marked = disk.map((byte) => byte ^ 0x20);
    const { monitor, disk: real } = house(
      [1, 2, 3].map(() => ({ image: copy, memory: 4 * MiB, sectors })),
      { strategy, engine, disk: Buffer.concat([disk, marked, disk, Buffer.alloc(512, 7)]) },
    );
    monitor.runAll();
    const after = alone(file).disk?.bytes as Uint8Array;
    const slice = (n: number) => real.bytes.subarray(n * disk.length, (n + 1) * disk.length);
    expect(Buffer.compare(slice(0), after)).toBe(0);
    expect(Buffer.compare(slice(2), after)).toBe(0);
    expect(
      Buffer.compare(
        slice(1).map((byte) => byte ^ 0x20),
        after,
      ),
    ).toBe(0);
    expect(real.bytes.subarray(3 * disk.length).every((byte) => byte === 7)).toBe(true);
  });
});

describe('Console input', () => {
  it('goes to the first guest; to the others the console is at its end', () => {
    const { image: echo, input } = partsOf('echo.s', 'ring32-v');
    const guests = ['first', 'second'].map((name) => ({ name, image: echo, memory: MiB }));
    const { monitor, printed } = house(guests, { input: input ?? '' });
    const [first, second] = monitor.runAll();
    expect(first).toEqual(alone('echo.s').stop);
    expect(linesOf(printed(), 'first')).toEqual(alone('echo.s').lines);
    expect(second).toEqual({ kind: 'forever' });
  });
});

describe('Time', () => {
  const loop = image('.globl _start\n_start: addi a0, a0, 1\n j _start');

  it.each([[[1, 1]], [[1, 3]], [[2, 1, 0.5]]])('is shared by weights %j, in guest steps', (weights) => {
    const { monitor } = house(weights.map((weight) => ({ image: loop, memory: MiB, weight })));
    for (let n = 0; n < 20; n++) expect(monitor.turn()).toBe(true);
    const [first = 0, ...others] = monitor.guests.map(({ cpu }, n) => cpu.steps / (weights[n] as number));
    expect(first).toBeGreaterThan(0);
    for (const other of others) expect(other).toBe(first);
  });

  it('of a guest that sleeps is its own: others do not wait for it', () => {
    const sleeper = image(
      '.globl _start\n_start: li t0, 500000\n mts TIMER, t0\n hlt\n li t0, 1\n out t0, t0',
    );
    const short = image(`.globl _start\n_start: li t0, 1\n out t0, t0`);
    const { monitor } = house([sleeper, short].map((guest) => ({ image: guest, memory: MiB })));
    monitor.turn();
    expect(monitor.guests[1]?.cpu.steps).toBeLessThan(10);
    expect(monitor.runAll()).toEqual([
      { kind: 'power', status: 1 },
      { kind: 'power', status: 1 },
    ]);
    expect(monitor.guests[0]?.cpu.steps).toBeGreaterThan(500_000);
  });
});

/** Stores to every 128 KiB of the address space, everything that faults skipped. */
const sweep = `
    li   s0, 0x7f0
    li   s1, 0x20004
3:  sw   s0, 0(s0)
    add  s2, s0, s1
    bltu s2, s0, 4f
    mv   s0, s2
    j    3b
4:`;

const skip = `
    la   t0, 9f
    mts  TVEC, t0
    j    8f
9:  mfs  t1, EPC
    addi t1, t1, 4
    mts  EPC, t1
    iret
8:`;

const hostiles: Readonly<Record<string, Image>> = {
  'loops forever with interrupts off': image('.globl _start\n_start: cli\n1: j 1b'),
  'waits for what never comes': image('.globl _start\n_start: hlt'),
  'traps into nothing': image('.globl _start\n_start: ecall'),
  'traps in its trap handler': image('.globl _start\n_start: la t0, 1f\n mts TVEC, t0\n1: ecall'),
  'wants an interrupt at every step': image(
    '.globl _start\n_start: la t0, 1f\n mts TVEC, t0\n1: li t1, 1\n mts TIMER, t1\n sti\n j 1b',
  ),
  'writes everywhere, paging off, R as large as can be': image(`
    .globl _start
_start:
    ${skip}
    li   t2, -1
    lrel x0, t2
    ${sweep}
    li   t1, 0x80000000
    lrel t1, t2
    ${sweep}
    j    4b`),
  'writes through page tables that point everywhere': pagedImage(`
    ${skip}
    li   s3, 0x40000            # a second table, for 4 to 8 MiB
    li   s4, 0x20000
    ori  t0, s3, 1
    sw   t0, 4(s4)
    li   s5, 0
5:  li   s6, 0                  # its entries: every frame of physical memory in turn, and beyond
    mv   s7, s3
6:  slli t0, s5, 12
    ori  t0, t0, 0x7f
    sw   t0, 0(s7)
    slli t1, s6, 12
    lui  t2, 0x400
    add  t1, t1, t2
    sw   s5, 8(t1)
    addi s5, s5, 7
    addi s6, s6, 1
    addi s7, s7, 4
    slti t0, s6, 1024
    bnez t0, 6b
    j    5b`),
  'asks for DMA everywhere': image(`
    .globl _start
_start:
    li   s0, 0x7f0
    li   s1, 0x21200
1:  li   t0, 0x21
    out  t0, s0
    li   t0, 0x20
    andi t1, s0, 3
    out  t0, t1
    li   t0, 0x22
    srli t1, s0, 12
    andi t1, t1, 1
    addi t1, t1, 1
    out  t0, t1
    hlt
    li   t0, 0x23
    out  t0, t0
    add  s0, s0, s1
    j    1b`),
};

describe.each(ways)('Neighbours under %s by the engine %s', (strategy, engine) => {
  it.each(Object.entries(hostiles))(
    'of a guest that %s are as alone, their whole memory too',
    (what, hostile) => {
      const file = 'kernel/mini.s';
      const guest = { image: partsOf(file, 'ring32-v').image, memory: MiB, sectors: 1 };
      const { monitor, printed, disk } = house(
        [
          { ...guest, name: 'below' },
          { name: 'hostile', image: hostile, memory: MiB / 2, sectors: 2, weight: 3 },
          { ...guest, name: 'above' },
        ],
        { strategy, engine, disk: Buffer.alloc(4 * 512, 7) },
      );
      const own = bare({ ...partsOf(file, 'ring32-v'), memory: MiB, disk: Buffer.alloc(512, 7) });
      own.run(1_000_000);
      // The neighbours end in the second turn; who goes through all of memory has some way to go.
      for (let n = 0; n < (/writes|DMA/.test(what) ? 12 : 4); n++) monitor.turn();
      if (strategy !== 'interpret') expectCompiled(monitor.engine);
      const [below, , above] = monitor.guests as readonly VirtualMachine[];
      for (const [name, neighbour] of [
        ['below', below],
        ['above', above],
      ] as const) {
        expect(neighbour?.cpu.steps).toBe(own.machine.steps);
        expect(Buffer.compare(neighbour?.cpu.memory.bytes as Uint8Array, own.machine.memory.bytes)).toBe(0);
        expect(linesOf(printed(), name)).toEqual(['AABBAABBAABBAABBAABBAABB']);
      }
      expect([disk.bytes[511], disk.bytes[3 * 512]]).toEqual([7, 7]);
    },
  );
});

describe('Shadow tables', () => {
  it('of several guests together need more frames than there are, and nobody stops', () => {
    const greedy = pagedImage(roots(127), 2 ** 24);
    const modest = pagedImage('li t0, 1\n out t0, t0', 2 ** 24);
    const { monitor } = house([greedy, modest].map((guest) => ({ image: guest, memory: 2 ** 24 })));
    expect(monitor.runAll()).toEqual([
      { kind: 'power', status: 7 },
      { kind: 'power', status: 1 },
    ]);
  });

  it('of one guest need more frames than there are, and it is as on the bare machine', () => {
    for (const count of [62, 63, 64, 127, 300]) {
      const parts = { image: pagedImage(roots(count), 2 ** 24), variant: 'ring32-v', memory: 2 ** 24 };
      const own = bare(parts);
      own.run(1_000_000);
      const { monitor } = house([parts]);
      expect(monitor.runAll()).toEqual([{ kind: 'power', status: 7 }]);
      expect(difference(own.machine, (monitor.guests[0] as VirtualMachine).cpu)).toBeUndefined();
    }
  });
});

/** Visits `count` more address spaces, and ends with status 7. */
function roots(count: number): string {
  return `
    li   s0, 0x40000
    li   s1, ${count}
    li   s2, 0x1000
    li   s3, 0x21001
2:  sw   s3, 0(s0)
    addi t0, s0, 1
    mts  PTBR, t0
    lw   t1, 0(zero)
    add  s0, s0, s2
    addi s1, s1, -1
    bnez s1, 2b
    li   t0, 1
    li   t1, 7
    out  t0, t1`;
}
