/** Loads and stores that compiled code must not take for what they were: LIMIT, R's bound, two pages, rights. */
import { describe, it } from 'vitest';
import { paging } from '../vmm/assembled.ts';
import { end, expectAlike, skipping } from './kit.ts';

/** Goes on in ring 1. An ecall there sets LIMIT to s3, or ends when s3 is -1; what else traps is skipped and counted. */
const inRing1 = `
    la   t0, handler
    mts  TVEC, t0
    la   t0, down
    mts  EPC, t0
    li   t0, 1
    mts  ESTATUS, t0
    mfs  t0, MEMSIZE
    mts  ERBOUND, t0
    iret
handler:
    mfs  t6, ECAUSE
    addi t6, t6, -8
    bnez t6, 2f
    li   t6, -1
    beq  s3, t6, over
    mts  LIMIT, s3
    j    3f
2:  addi s11, s11, 1
3:  mfs  t6, EPC
    addi t6, t6, 4
    mts  EPC, t6
    iret
over:
    ${end}
down:`;

describe.each([
  ['paging off', ''],
  ['paging on', paging(2 ** 19)],
])('With %s', (_, on) => {
  it.each([0x800, 0x801, 0x803, 0xffe])(
    'LIMIT at %i of a page holds though all of the page was accessed before',
    (limit) => {
      expectAlike(
        `${on}
    li   s11, 0
    li   s0, 0x30000
    li   s4, 4
    ${inRing1}
1:  li   s3, 0
    ecall
    call sweep
    li   s3, ${0x30000 + limit}
    ecall
    call sweep
    addi s4, s4, -1
    bnez s4, 1b
    li   s3, -1
    ecall
sweep:                          # loads and stores the page word by word
    li   t0, 1024
    mv   t1, s0
4:  lw   t2, 0(t1)
    sw   t0, 0(t1)
    addi t1, t1, 4
    addi t0, t0, -1
    bnez t0, 4b
    ret`,
        4 * 2 * (1024 - Math.floor(limit / 4)),
      );
    },
  );

  it('an access through x0 passes LIMIT in the same loop in which a named one does not', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s3, 4
    li   s4, 500
    ${inRing1}
    ecall
1:  lw   t0, 0x7fc(zero)
    sw   s4, 0x7f8(zero)
    lw   t1, 0(zero)
    andi t3, s4, 7
    seqz t3, t3
    lw   t2, 0(t3)              # beyond LIMIT every eighth time
    addi s4, s4, -1
    bnez s4, 1b
    li   s3, -1
    ecall`,
      62,
    );
  });

  it('accesses that share a check fault one by one where LIMIT leaves no room for all', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s3, 6
    li   s4, 40
    ${inRing1}
    ecall
    li   s0, 0
1:  lbu  t0, 0(s0)
    lhu  t1, 4(s0)
    lw   t2, 8(s0)              # beyond LIMIT, and so is the next
    sb   t0, 12(s0)
    addi s4, s4, -1
    bnez s4, 1b
    li   s3, -1
    ecall`,
      80,
      0,
    );
  });

  it('an access across the end of what there is, byte by byte, faults where it should', () => {
    expectAlike(
      `${on}
    li   s11, 0
    ${skipping}
    li   s10, 0
    li   s4, 40
1:  li   s0, ${on === '' ? 0xfffe8 : 0x7ffe8}
    li   t0, 32
2:  lw   t1, 0(s0)
    sh   t0, 0(s0)
    lbu  t1, 0(s0)
    addi s0, s0, 1
    addi t0, t0, -1
    bnez t0, 2b
    addi s4, s4, -1
    bnez s4, 1b
    mv   s11, s10
    ${end}`,
      40 * (11 + 9 + 8),
    );
  });
});

describe('With paging on', () => {
  it('an access across two pages sees that the second has become unmapped, and mapped again', () => {
    expectAlike(
      `${paging(2 ** 19)}
    ${skipping}
    li   s10, 0
    li   s11, 0
    li   s4, 12
    li   s0, 0x30ffe
    li   s1, 0x210c4            # the entry of 0x31000
    lw   s2, 0(s1)
3:  call loop
    sw   zero, 0(s1)
    call loop
    sw   s2, 0(s1)
    addi s4, s4, -1
    bnez s4, 3b
    mv   s11, s10
    ${end}
loop:
    li   t0, 100
4:  lw   t1, 0(s0)
    sw   t0, 0(s0)
    lh   t2, 0(s0)              # on the first page alone
    lw   t3, 2(s0)              # on the second alone
    addi t0, t0, -1
    bnez t0, 4b
    ret`,
      12 * 100 * 3,
    );
  });

  it('a store across two pages of which the second may not be written changes no byte', () => {
    expectAlike(
      `${paging(2 ** 19)}
    ${skipping}
    li   s10, 0
    li   s4, 12
    li   s0, 0x30ffe
    li   s1, 0x210c4
    li   s2, 0x3106f
    li   s3, 0x3106b            # not for writing
3:  sw   s2, 0(s1)
    li   s5, 0x11111111
    call loop
    sw   s3, 0(s1)
    li   s5, 0x22222222
    call loop
    addi s4, s4, -1
    bnez s4, 3b
    lw   s11, 0(s0)             # still what the last allowed one stored
    li   t0, 0x11111111
    sub  s11, s11, t0
    add  s11, s11, s10
    ${end}
loop:
    li   t0, 100
4:  sw   s5, 0(s0)
    addi t0, t0, -1
    bnez t0, 4b
    ret`,
      12 * 100,
    );
  });

  it('rights that a page loses while the loop is hot are lost at the next access', () => {
    expectAlike(
      `${paging(2 ** 19)}
    ${skipping}
    li   s10, 0
    li   s4, 400
    li   s0, 0x30000
    li   s1, 0x210c0
    li   s2, 0x3006f
    li   s3, 0x30061
1:  andi t0, s4, 7
    mv   t1, s2
    bnez t0, 2f
    mv   t1, s3
2:  sw   t1, 0(s1)
    lw   t2, 0(s0)
    sw   s4, 4(s0)
    addi s4, s4, -1
    bnez s4, 1b
    mv   s11, s10
    ${end}`,
      50 * 2,
      0,
    );
  });

  it('a hot store to the page table itself takes effect on the next access', () => {
    expectAlike(
      `${paging(2 ** 19)}
    li   s4, 2000
    li   s11, 0
    li   s0, 0x40000
    li   s1, 0x21100            # its entry
    li   s2, 0x3006f
    li   s3, 0x3106f
    li   t0, 0x30000
    li   t1, 1
    sw   t1, 0(t0)
    li   t0, 0x31000
    li   t1, 16
    sw   t1, 0(t0)
1:  sw   s2, 0(s1)
    lw   t0, 0(s0)
    add  s11, s11, t0
    sw   s3, 0(s1)
    lw   t0, 0(s0)
    add  s11, s11, t0
    addi s4, s4, -1
    bnez s4, 1b
    ${end}`,
      2000 * 17,
      0,
    );
  });
});
