/** A disk that is given to a guest: how few exits are left, and that only an IOMMU makes it safe. */
import { describe, expect, it } from 'vitest';
import { MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import { CollectingConsole } from '../../isa/machine/devices/console.ts';
import type { Feature } from '../../isa/table/features.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import { type CreateGuestOptions, createGuest } from '../../vmm/monitor/create-guest.ts';
import {
  equivalence,
  type PropertyName,
  type PropertyOptions,
  resourceControl,
} from '../property/properties.ts';
import { difference } from '../property/lockstep.ts';
import { ownMonitor } from '../property/own.ts';
import { describeCounterexample } from '../property/report.ts';
import { variantsNamed } from '../property/sound.ts';
import { image } from './assembled.ts';
import { partsOf } from './guests.ts';

const v = variantNamed('ring32-v') as Variant;
const generations = ['hardware', 'hardware-nested'] as const;
const withoutIommu: readonly Feature[] = ['virtual-timer', 'ports'];
const withIommu: readonly Feature[] = [...withoutIommu, 'iommu'];
const seed = 1974;

function run(file: string, options: CreateGuestOptions) {
  const console = new CollectingConsole();
  const { image: program, memory } = partsOf(file, 'ring32-v');
  const disk = new MemoryDisk(new Uint8Array(4 * SECTOR).fill(7));
  const guest = createGuest({
    image: program,
    memory,
    disk,
    console,
    engine: 'interpreter',
    ...options,
  });
  const stop = guest.run();
  const exits = [...(guest.ledger?.exits ?? [])];
  return { guest, disk, stop, exits, printed: console.text };
}

describe.each(generations)('Under %s, a guest that is given the disk', (monitor) => {
  it('has no exit for it, and is as on the bare machine in every step and sector', () => {
    const bare = run('disk-copy.s', {});
    const own = run('disk-copy.s', { monitor, features: withIommu });
    const lent = run('disk-copy.s', { monitor, features: withoutIommu });
    expect([own.printed, own.stop]).toEqual([bare.printed, bare.stop]);
    expect(difference(bare.guest.machine, own.guest.machine)).toBeUndefined();
    expect(Buffer.compare(own.disk.bytes, bare.disk.bytes)).toBe(0);
    const count = (exits: typeof own.exits) => exits.reduce((sum, [, n]) => sum + n, 0);
    // Code with paging off is interpreted by the first generation, whatever it does.
    if (monitor === 'hardware-nested') expect(own.exits).toEqual([['emulated: out', 1]]);
    expect(count(own.exits)).toBeLessThanOrEqual(count(lent.exits));
  });

  it('is not given it where the monitor would have no IOMMU to hold it, unless that is asked for', () => {
    expect(run('disk-beyond.s', { monitor, features: withoutIommu }).printed).toContain('refused');
  });
});

describe('A disk that is given to a guest', () => {
  const monitor = 'hardware-nested';

  it('reaches the monitor’s memory without an IOMMU, and with it does not', () => {
    const bare = run('disk-beyond.s', {});
    const unsafe = run('disk-beyond.s', { monitor, features: withoutIommu, passDisk: true });
    expect([bare.printed, unsafe.printed]).toEqual([
      'past the end of memory: refused\n',
      'past the end of memory: moved\n',
    ]);
    const [real] = unsafe.guest.processors.toReversed();
    const { size } = unsafe.guest.machine.memory;
    expect(real?.memory.bytes[size]).toBe(7);
    const safe = run('disk-beyond.s', { monitor, features: withIommu });
    expect(safe.printed).toBe(bare.printed);
    expect(safe.exits).toEqual([['emulated: out', 1]]);
  });

  it('lets the guest take its monitor’s place without an IOMMU: it overwrites its own control block', () => {
    // Nothing exits any more, so the power port is the real machine's.
    const text = `    .globl _start
_start:
    mfs  t1, MEMSIZE
    li   t2, 0x1000
    add  t1, t1, t2
    li   t0, 0x21
    out  t0, t1
    li   t0, 0x22
    li   t1, 1
    out  t0, t1
    hlt
    li   t0, 0x23
    out  t0, zero
    li   t0, 0x11
    out  t0, zero
    li   t0, 0x01
    li   t1, 42
    out  t0, t1
`;
    const options = {
      image: image(text),
      memory: 2 ** 18,
      variant: v,
      monitor,
      engine: 'interpreter',
      passDisk: true,
    } as const;
    const disk = () => new MemoryDisk(new Uint8Array(SECTOR));
    const unsafe = createGuest({ ...options, disk: disk(), features: withoutIommu });
    expect(() => unsafe.run()).toThrow('the real machine stopped by power under its monitor');
    const safe = createGuest({ ...options, disk: disk(), features: withIommu });
    expect(safe.run()).toEqual({ kind: 'power', status: 42 });
  });

  it('is taken from a guest while that has a map of its own for it', () => {
    // A map of one page, whose entry is at 0x21000; then the sector goes to 0x5000 by address 0.
    const text = `    .globl _start
_start:
    li   t0, 0x20000
    li   t1, 0x21001
    sw   t1, 0(t0)
    li   t0, 0x21000
    li   t1, 0x5007
    sw   t1, 0(t0)
    li   t0, 0x40
    li   t1, 0x20001
    out  t0, t1
    li   a0, 0
    call read
    li   a0, 0x5000
    lw   s1, 0(a0)
    li   t0, 0x40
    out  t0, zero
    li   a0, 0x6000
    call read
    lw   s2, 0(a0)
    li   t0, 0x01
    out  t0, zero
read:
    li   t0, 0x21
    out  t0, a0
    li   t0, 0x22
    li   t1, 1
    out  t0, t1
    hlt
    li   t0, 0x23
    out  t0, zero
    ret
`;
    const variant = { ...v, features: new Set<Feature>(['iommu']) };
    const disk = () => new MemoryDisk(new Uint8Array(SECTOR).fill(9));
    const options = { image: image(text), memory: 2 ** 18, variant, engine: 'interpreter' } as const;
    const bare = createGuest({ ...options, disk: disk() });
    const guest = createGuest({ ...options, disk: disk(), monitor, features: withIommu });
    expect([bare.run(), guest.run()]).toEqual([
      { kind: 'power', status: 0 },
      { kind: 'power', status: 0 },
    ]);
    expect(difference(bare.machine, guest.machine)).toBeUndefined();
    expect([bare.machine.x[9], bare.machine.x[18]]).toEqual([0x09090909, 0x09090909]);
    // Both writes to the port of the IOMMU, the power port, and the disk's three and a wait while the guest had a map.
    expect([...(guest.ledger?.exits ?? [])]).toEqual([
      ['emulated: out', 6],
      ['hardware: hlt waits', 1],
    ]);
  });
});

const variants = variantsNamed(['ring32-v', 'ring32-x', 'ring32-h']);
const questions = { equivalence, resourceControl };

describe(`Random guests that are given the disk (seed ${seed})`, () => {
  const strategy = 'hardware-nested';
  const ask = (
    property: PropertyName & keyof typeof questions,
    iommu: boolean,
    options: Partial<PropertyOptions>,
  ) => {
    const features = iommu ? withIommu : withoutIommu;
    const candidate = ownMonitor({ strategy, features, wholeDisk: true, passDisk: true });
    const result = questions[property](candidate, { seed, cases: 20, variants, ...options });
    return {
      ...result,
      text: result.counterexample && describeCounterexample(result.counterexample, strategy),
    };
  };

  it.each(['equivalence', 'resourceControl'] as const)('have %s with an IOMMU', (property) => {
    expect(ask(property, true, {}).text).toBeUndefined();
  });

  it('break resource control without: they have the disk reach another guest', () => {
    const { counterexample } = ask('resourceControl', false, { cases: 100, shrinks: 0 });
    expect(counterexample?.reason).toMatch(/not the guest's|read of others|not as it left it/);
  });
});
