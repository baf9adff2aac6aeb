/** Accesses compiled for a span of pages: its ends, pages that leave it, spans that a guest's accesses go between. */
import { describe, expect, it } from 'vitest';
import { paging } from '../vmm/assembled.ts';
import { end, expectAlike, skipping } from './kit.ts';

/** Paging, the first 512 KiB by the identity, and 16 pages from 0x40000 on also at `virtual`. */
const alsoAt = (virtual: number) => `${paging(2 ** 19)}
    li   t0, ${0x20000 + (virtual >>> 22) * 4}
    li   t1, 0x22001
    sw   t1, 0(t0)
    li   t0, ${0x22000 + ((virtual >>> 12) & 1023) * 4}
    li   t1, 0x4006f
    li   t2, 16
1:  sw   t1, 0(t0)
    addi t0, t0, 4
    li   t3, 0x1000
    add  t1, t1, t3
    addi t2, t2, -1
    bnez t2, 1b`;

/** Adds up, and adds one to, each 64th word from s0 up to s1; s11 is the sum. */
const sweep = `
sweep:
    mv   t0, s0
1:  lw   t1, 0(t0)
    add  s11, s11, t1
    addi t1, t1, 1
    sw   t1, 0(t0)
    lbu  t2, 3(t0)
    add  s11, s11, t2
    addi t0, t0, 256
    bltu t0, s1, 1b
    ret`;

function expectSpans(text: string, status: number): void {
  expect(expectAlike(text, status).spanning).toBeGreaterThan(0);
}

describe('A span', () => {
  it('is no longer believed once one of its pages is mapped elsewhere, nor when it is mapped back', () => {
    expectSpans(
      `${paging(2 ** 19)}
    li   s0, 0x40000
    li   s1, 0x50000
    li   s2, 0x21120            # the entry of 0x48000
    li   s3, 0x4806f
    li   s4, 0x5006f
    li   s5, 20
    li   s11, 0
2:  call sweep
    sw   s4, 0(s2)
    call sweep
    sw   s3, 0(s2)
    addi s5, s5, -1
    bnez s5, 2b
    ${end}
    ${sweep}`,
      // 15 pages swept 40 times, the sixteenth and its stand-in 20 times each: 16 words a page.
      16 * (15 * ((40 * 39) / 2) + 2 * ((20 * 19) / 2)),
    );
  });

  it('ends where its pages end: what lies across the end, or past it, faults', () => {
    expectSpans(
      `${alsoAt(0x80000000)}
    ${skipping}
    li   s10, 0
    li   s4, 60
1:  li   s0, 0x8000ffe0
    li   t0, 40
2:  lw   t1, 0(s0)
    sw   t0, -4(s0)
    lh   t1, 4(s0)
    addi s0, s0, 1
    addi t0, t0, -1
    bnez t0, 2b
    addi s4, s4, -1
    bnez s4, 1b
    mv   s11, s10
    ${end}`,
      60 * (11 + 7 + 13),
    );
  });

  it('may lie above its frames, by as much as half of all addresses', () => {
    expectSpans(
      `${alsoAt(0xc0000000)}
    li   s0, 0xc0000000
    li   s1, 0xc0010000
    li   s5, 20
    li   s11, 0
2:  call sweep
    addi s5, s5, -1
    bnez s5, 2b
    li   s0, 0x40000            # the same bytes
    li   s1, 0x50000
    call sweep
    ${end}
    ${sweep}`,
      16 * 16 * ((21 * 20) / 2),
    );
  });

  it('may end where addresses end: beyond it is address 0, on another page', () => {
    expectSpans(
      `${alsoAt(0xffff0000)}
    li   s4, 60
    li   s11, 0
1:  li   s0, 0xffffffe0
    li   t0, 16
2:  lw   t1, 16(s0)             # the last words, then those at 0, which is mapped too
    add  s11, s11, t1
    sw   t0, 0(s0)
    addi s0, s0, 4
    addi t0, t0, -1
    bnez t0, 2b
    sub  s11, s11, t1
    addi s4, s4, -1
    bnez s4, 1b
    li   s1, 0x4ffe0
    lw   s11, 0(s1)
    ${end}`,
      16,
    );
  });

  it('does not hold an access that goes from one to the other and back', () => {
    expectSpans(
      `${alsoAt(0x80000000)}
    li   s0, 0x80000000
    li   s1, 0x40000
    li   s4, 2000
    li   s11, 0
1:  lw   t0, 4(s0)
    addi t0, t0, 1
    sw   t0, 4(s0)
    add  s11, s11, t0
    mv   t1, s0
    mv   s0, s1
    mv   s1, t1
    addi s4, s4, -1
    bnez s4, 1b
    ${end}`,
      (2000 * 2001) / 2,
    );
  });

  it('for stores ends where code begins, also code that was written there a moment ago', () => {
    expectSpans(
      `${paging(2 ** 19)}
    li   s0, 0x40000
    li   s1, 0x50000
    li   s4, 30
    li   s11, 0
1:  call sweep
    li   t0, 0x48000            # addi s10, s10, s4; ret
    slli t1, s4, 20
    li   t2, 0xd0d13
    add  t1, t1, t2
    sw   t1, 0(t0)
    li   t1, 0x8067
    sw   t1, 4(t0)
    jalr t0
    jalr t0
    sw   zero, 0(t0)
    addi s4, s4, -1
    bnez s4, 1b
    mv   s11, s10
    ${end}
    ${sweep}`,
      30 * 31,
    );
  });

  it('whose page table was found in another span is given up as any other when that table is written', () => {
    expectSpans(
      `${alsoAt(0x80000000)}
    li   s0, 0x30000
    li   s1, 0x80000000
    li   s2, 0x22000            # in the span that s0 is in, until s1 is looked at
    li   s3, 0x4006f
    li   s5, 0x5006f
    li   s4, 20
1:  li   s6, 1
    call store
    sw   s5, 0(s2)
    li   s6, 2
    call store
    sw   s3, 0(s2)
    addi s4, s4, -1
    bnez s4, 1b
    li   t0, 0x40000
    lw   s11, 0(t0)
    li   t0, 0x50000
    lw   t1, 0(t0)
    slli t1, t1, 16
    add  s11, s11, t1
    ${end}
store:
    li   t0, 50
2:  sw   t0, 0(s0)
    lw   t1, 0(s1)
    add  t1, t1, s6
    sw   t1, 0(s1)
    addi t0, t0, -1
    bnez t0, 2b
    ret`,
      20 * 50 + 20 * 50 * 2 * 65536,
    );
  });

  it('begins at frame 0 at the earliest: the page before it need not be mapped', () => {
    expectSpans(
      `${paging(2 ** 19)}
    ${skipping}
    li   s10, 0
    li   t0, 0x21180            # 0x60000: no page; 0x61000: frame 0; from there on the next ones
    sw   zero, 0(t0)
    li   t1, 0x6f
    li   t2, 4
    li   t3, 0x1000
1:  addi t0, t0, 4
    sw   t1, 0(t0)
    add  t1, t1, t3
    addi t2, t2, -1
    bnez t2, 1b
    li   s0, 0x61000
    li   s4, 100
2:  lw   t0, 16(s0)
    lw   t1, -4(s0)             # faults
    addi s4, s4, -1
    bnez s4, 2b
    mv   s11, s10
    ${end}`,
      100,
    );
  });

  it('of pages that may only be read is none for stores', () => {
    expectSpans(
      `${paging(2 ** 19)}
    ${skipping}
    li   s10, 0
    li   t0, 0x21100            # the entries from 0x40000 on: no W
    li   t1, 0x4006b
    li   t2, 8
    li   t3, 0x1000
1:  sw   t1, 0(t0)
    add  t1, t1, t3
    addi t0, t0, 4
    addi t2, t2, -1
    bnez t2, 1b
    li   s4, 40
2:  li   s0, 0x3fff0
    li   s1, 0x40010
3:  lw   t0, 0(s0)
    sw   s4, 0(s0)
    addi s0, s0, 4
    bltu s0, s1, 3b
    addi s4, s4, -1
    bnez s4, 2b
    mv   s11, s10
    ${end}`,
      40 * 4,
    );
  });
});
