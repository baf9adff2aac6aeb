/** Translations that must not outlive what they were made from, run in long turns, where chains and tables are in use. */
import { describe, expect, it } from 'vitest';
import { expectCompiled } from '../../engines/compiled.ts';
import { image, paging } from '../assembled.ts';
import { bare, lockstep, monitored } from '../kit.ts';

const guests = {
  'an indirect target whose slot was wanted for an address that cannot be fetched': `
    la   t0, trap
    mts  TVEC, t0
    la   s0, f
    li   s2, 0x10000000          # outside of memory, with f's low bits: the same slot
    add  s2, s2, s0
    jalr ra, 0(s0)
    jalr ra, 0(s0)
    la   s3, 1f
    jalr ra, 0(s2)
1:  lw   t1, 0(s0)
    sw   t1, 0(s0)               # f's translation is no more
    jalr ra, 0(s0)
    li   t0, 1
    out  t0, zero
trap:
    mts  EPC, s3
    iret
    .align 12
    .zero 0x40
f:  addi a0, a0, 1
    ret`,
  // Word 0 of the second table: addi a0, zero, 5, an entry with V and R; with A set: add a0, zero, t0.
  'code in a page table, in whose word the machine sets A': `
    li   s0, 0x20000
    li   s4, 0x22000
    la   t1, w
    lw   t2, 0(t1)
    sw   t2, 0(s4)
    lw   t2, 4(t1)
    sw   t2, 4(s4)
    ori  t0, s4, 1
    sw   t0, 4(s0)
    li   s5, 3
1:  li   t0, 77
    jalr ra, 0(s4)
    addi s5, s5, -1
    bnez s5, 1b
    li   t1, 0x400000
    lw   t2, 0(t1)
    li   t0, 77
    jalr ra, 0(s4)
    li   t1, 1
    out  t1, a0
w:  addi a0, zero, 5
    ret`,
} as const;

const texts = Object.entries(guests).map(([what, text]) => {
  const start = what.startsWith('code') ? paging() : '';
  return { what, program: image(`    .globl _start\n_start:\n${start}\n${text}`) };
});

const ways = [
  ['interpreter', 1],
  ['interpreter', 50_000],
  ['fast', 50_000],
  ['fast', 37],
] as const;

describe.each(texts)('Under translation, $what', ({ what, program }) => {
  // The code at an indirect target runs once: there is nothing to compile.
  it.each(ways.filter(([engine]) => engine === 'interpreter' || what.startsWith('code')))(
    'is given up in time, on the engine %s, compared every %i steps',
    (engine, stride) => {
      const parts = { image: program, variant: 'ring32-x', memory: 2 ** 23 };
      const [one, other] = [bare(parts), monitored(parts, 'binary-translation', engine)];
      expect(lockstep(one, other, stride)).toBeUndefined();
      expect(one.run(1e6)).toEqual({ kind: 'power', status: what.startsWith('code') ? 77 : 0 });
      expect(other.guest?.translator?.statistics.invalidated).toBeGreaterThan(0);
      expectCompiled(other.engine, 100);
    },
  );
});
