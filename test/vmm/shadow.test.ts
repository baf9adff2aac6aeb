/** Shadow page tables: which accesses come to the monitor, and that all others do not. */
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../vmm/guest/ledger.ts';
import { pagedImage } from './assembled.ts';
import { bare, lockstep, monitored, type Side } from './kit.ts';

/** Exits of a guest that runs `text` with paging on and then powers off; equal to the bare machine. */
function exitsOf(text: string): (name: string) => number {
  const image = pagedImage(`${text}\n    li   t0, 1\n    out  t0, x0`);
  const parts = { image, variant: 'ring32-v', memory: 2 ** 19 };
  const [own, side] = [bare(parts), monitored(parts, 'trap-and-emulate')] as readonly [Side, Side];
  expect(lockstep(own, side, 4999)).toBeUndefined();
  return (name) => side.guest?.ledger.exits.get(name) ?? 0;
}

const none = exitsOf('    nop');

describe('A page', () => {
  it('comes to the monitor at the first load and at the first store, and never again', () => {
    const exits = exitsOf(`
    li   s0, 0x30000
    li   s1, 100
1:  lw   t0, 0(s0)
    sw   t0, 4(s0)
    addi s1, s1, -1
    bnez s1, 1b`);
    expect(exits(EXIT.HIDDEN) - none(EXIT.HIDDEN)).toBe(2);
  });

  it('that cannot be written faults truly, each time', () => {
    const exits = exitsOf(`
    la   t0, 2f
    mts  TVEC, t0
    li   t0, 0x210c0
    li   t1, 0x3006b
    sw   t1, 0(t0)
    li   s0, 0x30000
    li   s1, 10
1:  sw   s1, 0(s0)
    addi s1, s1, -1
    bnez s1, 1b
    j    3f
2:  mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    iret
3:`);
    expect(exits(EXIT.TRUE)).toBe(10);
  });

  it('in the last 4 MiB comes to the monitor at every access', () => {
    const exits = exitsOf(`
    li   t0, 0x20ffc
    li   t1, 0x21001
    sw   t1, 0(t0)
    li   s0, 0xffc30000
    li   s1, 10
1:  lw   t0, 0(s0)
    sw   t0, 4(s0)
    addi s1, s1, -1
    bnez s1, 1b`);
    expect(exits(EXIT.COMPRESSED)).toBe(20);
  });
});

describe('A page table', () => {
  // 0x3 is `lb zero, 0(zero)` and an entry that can be read; A makes it 0x23, `sb zero, 0(zero)`.
  it('can be executed: a load in the entry of the page that it reads is a load, though it sets A in itself', () => {
    const exits = exitsOf(`
    li   s0, 0x21000
    la   s1, 1f
    la   t0, 2f
    lw   t0, 0(t0)
    sw   t0, 4(s0)
    li   t0, 3
    sw   t0, 0(s0)
    jr   s0
    .align 2
2:  jr   s1
1:  lw   a0, 0(s0)`);
    expect(exits(EXIT.EXECUTED)).toBe(1);
  });

  it('is traced: every store to it comes to the monitor', () => {
    const exits = exitsOf(`
    li   s0, 0x210c0
    li   s1, 20
    li   s2, 0x3006f
    li   s3, 0x30000
1:  sw   s2, 0(s0)
    lw   t0, 0(s3)
    addi s1, s1, -1
    bnez s1, 1b`);
    expect(exits(EXIT.TRACE)).toBe(20);
    expect(exits(EXIT.HIDDEN) - none(EXIT.HIDDEN)).toBe(20);
  });

  it('is traced from when it comes to be one, though it was written freely before', () => {
    const exits = exitsOf(`
    li   s0, 0x40000            # will be a table
    li   s1, 50
    li   s2, 0x3006f
1:  sw   s2, 0(s0)
    addi s1, s1, -1
    bnez s1, 1b
    li   s3, 0x20004            # now it is, for 4 MiB to 8 MiB
    li   t0, 0x40001
    sw   t0, 0(s3)
    lui  s4, 0x400
    lw   t0, 0(s4)
    li   s2, 0x3106f
    sw   s2, 0(s0)
    lw   t0, 0(s4)`);
    expect(exits(EXIT.TRACE)).toBe(2);
  });

  it('that has become something else is not traced for ever', () => {
    const exits = exitsOf(`
    li   s0, 0x40000
    li   s2, 0x3006f
    sw   s2, 0(s0)
    li   s3, 0x20004
    li   t0, 0x40001
    sw   t0, 0(s3)
    lui  s4, 0x400
    lw   t0, 0(s4)              # it was a table
    sw   zero, 0(s3)            # it is none any more
    li   s1, 1000
1:  sw   s1, 8(s0)
    addi s1, s1, -1
    bnez s1, 1b`);
    expect(exits(EXIT.TRACE)).toBeLessThan(20);
  });
});

describe('Address spaces', () => {
  it('are kept: going back to one costs no hidden faults', () => {
    const exits = exitsOf(`
    li   s0, 0x22000
    li   t0, 0x21001
    sw   t0, 0(s0)
    addi s0, s0, 1
    li   s1, 50
    li   s2, 0x20001
    li   s3, 0x30000
1:  mts  PTBR, s0
    lw   t0, 0(s3)
    mts  PTBR, s2
    lw   t0, 0(s3)
    addi s1, s1, -1
    bnez s1, 1b`);
    expect(exits(EXIT.HIDDEN) - none(EXIT.HIDDEN)).toBeLessThan(8);
  });
});
