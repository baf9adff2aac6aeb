/** The network of a monitored guest: the same frames at the same steps, in and out, as on the bare machine. */
import { describe, expect, it } from 'vitest';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import { frameTo, Wire } from '../../isa/network-kit.ts';
import { image } from '../assembled.ts';
import { bare, lockstep, monitored, type Side } from '../kit.ts';

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

/** Frames and their steps: alone, in bursts, more than there is room for. */
const arrivals = [150, 400, 403, 404, 2000, 2001, 2002, 2003, 2004, 2005, 9000].map((at, n) => {
  const frame = frameTo(own, 16 * n, 60 + 131 * n);
  frame.set([2, 0, 0, 0, 0, 7], 6);
  return { at, frame };
});

function withArrivals(make: (wire: Wire) => Side): { side: Side; wire: Wire } {
  const wire = new Wire(own);
  const side = make(wire);
  side.run(0);
  for (const { at, frame } of arrivals) side.machine.deliver(frame, at);
  return { side, wire };
}

describe.each(strategies.map(({ name }) => name))('A guest on the network under %s', (strategy) => {
  it.each([
    ['interpreter', 1],
    ['fast', 1],
    ['fast', 997],
  ] as const)('by the engine %s, compared every %i steps, is as on the bare machine', (engine, stride) => {
    const parts = { image: echo, variant: 'ring32-v', memory: 2 ** 18 };
    const a = withArrivals((network) => bare({ ...parts, network }));
    const b = withArrivals((network) => monitored({ ...parts, network }, strategy, engine));
    expect(lockstep(a.side, b.side, stride, 20_000)).toBeUndefined();
    expect(a.wire.sent.length).toBeGreaterThan(7);
    expect(b.wire.sent).toEqual(a.wire.sent);
    expect(b.side.machine.network.save()).toEqual(a.side.machine.network.save());
  });
});
