/** The network of a monitored guest: the same frames at the same steps, in and out, as on the bare machine. */
import { describe, expect, it } from 'vitest';
import { Console } from '../../../isa/machine/devices/console.ts';
import { type Variant, variants } from '../../../isa/table/variants.ts';
import { Monitor } from '../../../vmm/monitor/monitor.ts';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import type { VirtualMachine } from '../../../vmm/monitor/virtual-machine.ts';
import { eager, expectCompiled, expectUnpagedCompiled } from '../../engines/compiled.ts';
import { frameTo, Wire } from '../../isa/network-kit.ts';
import { image, pagedImage } from '../assembled.ts';
import { partsOf } from '../guests.ts';
import { bare, enginesUnder, lockstep, monitored, type Side } from '../kit.ts';

const own = [2, 0, 0, 0, 0, 1];

/** Sends every frame back to where it came from, by interrupt; in between it counts. Frame n is in slot n of both rings. */
const echo = image(`
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    li   s0, 0x20000              # transmit ring, receive ring 0x1000 behind, frames from 0x30000 on
    li   s1, 0x21000
    li   s2, 0x30000
    li   t0, 0x30
    out  t0, s0
    li   t0, 0x31
    out  t0, s1
    li   t0, 0x32
    li   t1, 4
    out  t0, t1
    li   t2, 0
1:  slli t3, t2, 4
    add  t3, t3, s1
    slli t4, t2, 11
    add  t4, t4, s2
    sw   t4, 0(t3)
    li   t5, 1514
    sw   t5, 4(t3)
    li   t5, 1
    sw   t5, 8(t3)
    addi t2, t2, 1
    bne  t2, t1, 1b
    li   s3, 0                    # the slot that the next frame is in
    li   t0, 0x34
    li   t1, 10                   # received, lost
    out  t0, t1
2:  sti
    addi a0, a0, 1
    andi t1, a0, 64
    beqz t1, 2b
    hlt
    j    2b
trap:
    mts  SCRATCH0, t1
    li   t5, 0x35
    in   t6, t5
    out  t5, t6
3:  slli t3, s3, 4
    add  t4, t3, s1
    lw   t5, 8(t4)
    li   t6, 2
    bne  t5, t6, 4f
    add  t3, t3, s0
    lw   t5, 0(t4)
    sw   t5, 0(t3)
    lw   t6, 4(t4)
    sw   t6, 4(t3)
    lw   t6, 6(t5)                # to whom: from whom it was
    sw   t6, 0(t5)
    lhu  t6, 10(t5)
    sh   t6, 4(t5)
    li   t6, 1
    sw   t6, 8(t3)
    li   t0, 0x33
    out  t0, zero
5:  lw   t6, 8(t3)                # until it is sent
    li   t5, 1
    beq  t6, t5, 5b
    li   t5, 1514
    sw   t5, 4(t4)
    li   t5, 1
    sw   t5, 8(t4)
    addi s3, s3, 1
    andi s3, s3, 3
    j    3b
4:  mfs  t1, SCRATCH0
    iret
`);

/**
 * Paging on. Counts in s1 what it reads at 0x50000, in s2 how often that page was not there, in s3
 * what the code at `patch` adds. Frames change the page's entry, and that code.
 */
const undermined = pagedImage(`
    la   t0, fault
    mts  TVEC, t0
    li   s0, 0x51000
    li   t0, 5
    sw   t0, 0(s0)
    li   s0, 0x52000
    li   t0, 7
    sw   t0, 0(s0)
    li   s0, 0x60000
    li   t0, 0x31
    out  t0, s0
    li   t0, 0x32
    li   t1, 2
    out  t0, t1
    li   t0, 0x21140 - 14         # the entry of page 0x50, and with it three more
    li   t1, 60
    li   t2, 1
    sw   t0, 0(s0)
    sw   t1, 4(s0)
    sw   t2, 8(s0)
    la   t0, patch - 14
    sw   t0, 16(s0)
    sw   t1, 20(s0)
    sw   t2, 24(s0)
    li   s0, 0x50000
    j    1f
    .balign 64
    .space 16
patch:
    addi s3, s3, 1
    ret
    .space 64
1:  lw   a0, 0(s0)
    add  s1, s1, a0
    call patch
    li   t0, 0x60000              # hand both back, whatever became of them
    li   t1, 60
    sw   t1, 4(t0)
    sw   t1, 20(t0)
    li   t1, 1
    sw   t1, 8(t0)
    sw   t1, 24(t0)
    j    1b
fault:
    addi s2, s2, 1
    mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    iret
`);

/** The entry of page 0x50, then the code: another frame, none, another instruction, … */
const underminings = Array.from({ length: 12 }, (_, n) => {
  const frame = new Uint8Array(22);
  frame.set(own);
  const view = new DataView(frame.buffer);
  const entries = [0x5100f, 0x5200f, 0, 0x5000f];
  // addi s3, s3, n; ret
  const [first, second] =
    n % 2 === 0 ? [entries[(n / 2) % 4] as number, 0x5100f] : [0x00098993 | (n << 20), 0x00008067];
  view.setUint32(14, first, true);
  view.setUint32(18, second, true);
  return { at: 8000 + 3000 * n, frame };
});

/** Frames and their steps: alone, in bursts, more than there is room for. */
const arrivals = [150, 400, 403, 404, 2000, 2001, 2002, 2003, 2004, 2005, 9000].map((at, n) => {
  const frame = frameTo(own, 16 * n, 60 + 131 * n);
  frame.set([2, 0, 0, 0, 0, 7], 6);
  return { at, frame };
});

type Arrivals = readonly { readonly at: number; readonly frame: Uint8Array }[];

function withArrivals(make: (wire: Wire) => Side, frames: Arrivals): { side: Side; wire: Wire } {
  const wire = new Wire(own);
  const side = make(wire);
  side.run(0);
  for (const { at, frame } of frames) side.machine.deliver(frame, at);
  return { side, wire };
}

const strides = [
  ['interpreter', 1],
  ['fast', 61],
  ['fast', 997],
] as const;

describe.each(strategies.map(({ name }) => name))('A guest on the network under %s', (strategy) => {
  const ways = strides.filter(([engine]) => enginesUnder(strategy).includes(engine));

  it.each(ways)('by the engine %s, compared every %i steps, is as on the bare machine', (engine, stride) => {
    const parts = { image: echo, variant: 'ring32-v', memory: 2 ** 18 };
    const a = withArrivals((network) => bare({ ...parts, network }), arrivals);
    const b = withArrivals((network) => monitored({ ...parts, network }, strategy, engine), arrivals);
    expect(lockstep(a.side, b.side, stride, 20_000)).toBeUndefined();
    expectUnpagedCompiled(strategy, b.side.engine);
    expect(a.wire.sent.length).toBeGreaterThan(7);
    expect(b.wire.sent).toEqual(a.wire.sent);
    expect(b.side.machine.network.save()).toEqual(a.side.machine.network.save());
  });

  it.each(ways)(
    'by the engine %s, every %i steps, has frames written over its page tables and its code as on the bare machine',
    (engine, stride) => {
      const parts = { image: undermined, variant: 'ring32-v', memory: 2 ** 19 };
      const a = withArrivals((network) => bare({ ...parts, network }), underminings);
      const b = withArrivals((network) => monitored({ ...parts, network }, strategy, engine), underminings);
      expect(lockstep(a.side, b.side, stride, 48_000)).toBeUndefined();
      expectCompiled(b.side.engine);
      const [read, faults, added] = [9, 18, 19].map((n) => a.side.machine.x[n] as number);
      expect(read).toBeGreaterThan(5000);
      expect(faults).toBeGreaterThan(100);
      expect(added).toBeGreaterThan(5000);
    },
  );
});

/** Rings at every place in turn, in its memory and beyond; every descriptor points elsewhere. */
const hostile = image(`
    .globl _start
_start:
    li   s0, 0x20000
    li   s1, 0x1f70
    li   s2, 0
1:  li   t0, 0x30
    out  t0, s0
    li   t0, 0x31
    out  t0, s0
    li   t0, 0x32
    li   t1, 2
    out  t0, t1
    mfs  t0, MEMSIZE
    addi t0, t0, -32
    bltu t0, s0, 2f
    andi t0, s0, -16
    sw   s2, 0(t0)
    li   t1, 1514
    sw   t1, 4(t0)
    li   t1, 1
    sw   t1, 8(t0)
    sw   s2, 16(t0)
    li   t1, 60
    sw   t1, 20(t0)
    li   t1, 1
    sw   t1, 24(t0)
2:  li   t0, 0x33
    out  t0, zero
    li   t1, 120
3:  addi t1, t1, -1
    bnez t1, 3b
    add  s0, s0, s1
    li   t1, 0x11137
    add  s2, s2, t1
    slli s2, s2, 12
    srli s2, s2, 12
    li   t0, 0x100000
    bltu s0, t0, 1b
    li   s0, 0x20000
    j    1b
`);

describe.each(strategies.map(({ name }) => name))('Neighbours under %s', (strategy) => {
  it.each(enginesUnder(strategy))(
    'of a guest whose rings and frames point everywhere are as alone, by the engine %s',
    (engine) => {
      const { image: mini } = partsOf('kernel/mini.s', 'ring32-v');
      const wire = new Wire(own);
      const memory = 2 ** 20;
      const monitor = new Monitor({
        guests: [
          { name: 'below', image: mini, memory },
          { name: 'hostile', image: hostile, memory: memory / 2, network: wire },
          { name: 'above', image: mini, memory },
        ],
        variant: variants[0] as Variant,
        strategy,
        engine,
        fast: eager,
        console: new Console(() => {}),
      });
      const alone = bare({ image: mini, variant: 'ring32-v', memory });
      alone.run(1_000_000);
      const [below, attacker, above] = monitor.guests as readonly [
        VirtualMachine,
        VirtualMachine,
        VirtualMachine,
      ];
      const loud = frameTo(own, 0xa5, 1514).fill(0xa5, 12);
      for (let turn = 0; turn < 12; turn++) {
        for (let n = 0; n < 40; n++) attacker.cpu.deliver(loud, attacker.cpu.steps + 97 * n);
        monitor.turn();
      }
      for (const { cpu } of [below, above])
        expect(Buffer.compare(cpu.memory.bytes, alone.machine.memory.bytes)).toBe(0);
      expectCompiled(monitor.engine);
      expect(wire.sent.length).toBeGreaterThan(5);
      expect(attacker.cpu.memory.bytes.includes(0xa5)).toBe(true);
      expect(monitor.real.memory.bytes.subarray(2.5 * memory).includes(0xa5)).toBe(false);
    },
  );
});
