/** Code that changes while it is compiled: by a store, by a page table, by another address space, by R. */
import { describe, it } from 'vitest';
import { paging } from '../vmm/assembled.ts';
import { end, expectAlike } from './kit.ts';

const modes = [
  ['paging off', ''],
  ['paging on', paging(2 ** 19)],
] as const;

/** Copies the words from label `from` to label `to`, to where s0 points. */
function copy(from: string, to: string): string {
  return `
    la   t1, ${from}
    la   t2, ${to}
    mv   t3, s0
7:  lw   t4, 0(t1)
    sw   t4, 0(t3)
    addi t1, t1, 4
    addi t3, t3, 4
    bltu t1, t2, 7b`;
}

describe.each(modes)('With %s', (_, on) => {
  it('a page that is stored to, then executed, then stored to again, is never taken for what it was', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s1, 4
    li   s0, 0x30000
8:  li   t0, 200
2:  sw   t0, 64(s0)             # data: the store becomes hot
    addi t0, t0, -1
    bnez t0, 2b
    ${copy('one', 'one_end')}
    li   s2, 100
3:  jalr s0                     # code: so does the call
    addi s2, s2, -1
    bnez s2, 3b
    li   t0, 200
4:  sw   t0, 64(s0)             # data on the code's page again
    addi t0, t0, -1
    bnez t0, 4b
    ${copy('two', 'two_end')}
    li   s2, 100
5:  jalr s0
    addi s2, s2, -1
    bnez s2, 5b
    addi s1, s1, -1
    bnez s1, 8b
    ${end}
one:
    addi s11, s11, 1
    ret
one_end:
two:
    addi s11, s11, 2
    ret
two_end:`,
      4 * 300,
    );
  });

  it('a region that stores into itself executes what it stored, in the same round already', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s1, 300
    la   s0, patched
    lw   s2, 0(s0)
    li   s3, 0x00100000         # one more, in the immediate
    li   s4, 7
2:  rem  t0, s1, s4
    bnez t0, patched
    add  t1, s2, s3
    sw   t1, 0(s0)
patched:
    addi s11, s11, 1
    sw   s2, 0(s0)
    addi s1, s1, -1
    bnez s1, 2b
    ${end}`,
      300 + 42,
      0,
    );
  });

  it('a store behind the present instruction, and one before it, by one byte each', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s1, 200
    la   s0, first
    la   s2, second
    li   s3, 0
2:
first:
    addi s11, s11, 0            # its immediate is changed in the round before
    addi s3, s3, 1
    andi s3, s3, 7
    slli t0, s3, 4
    ori  t0, t0, 13             # the byte's other half: of rs1, which is s11
    sb   t0, 2(s0)
    sb   t0, 2(s2)
    nop
second:
    addi s11, s11, 0
    addi s1, s1, -1
    bnez s1, 2b
    ${end}`,
      1400,
      0,
    );
  });
});

describe('With paging on', () => {
  /** Code at 0x50000 of either space adds 1 or 16 to s11. */
  const frames = `
    li   s0, 0x30000
    ${copy('one', 'one_end')}
    li   s0, 0x31000
    ${copy('two', 'two_end')}`;
  const bodies = `
one:
    li   t0, 40
1:  addi s11, s11, 1
    addi t0, t0, -1
    bnez t0, 1b
    ret
one_end:
two:
    li   t0, 40
1:  addi s11, s11, 16
    addi t0, t0, -1
    bnez t0, 1b
    ret
two_end:`;

  it('a code page mapped elsewhere by a store to the page table is executed from there', () => {
    expectAlike(
      `${frames}
    ${paging(2 ** 19)}
    li   s11, 0
    li   s1, 60
    li   s0, 0x50000
    li   s3, 0x21140            # its entry
    li   s4, 0x3006f
    li   s5, 0x3106f
2:  sw   s4, 0(s3)
    jalr s0
    jalr s0
    sw   s5, 0(s3)
    jalr s0
    addi s1, s1, -1
    bnez s1, 2b
    ${end}
    ${bodies}`,
      60 * 40 * 18,
    );
  });

  it('the page that executes is mapped elsewhere under its own feet', () => {
    expectAlike(
      `
    li   s0, 0x30000
    ${copy('under', 'under_end')}
    li   s0, 0x31000
    ${copy('under', 'under_end')}
    la   t0, under
    la   t1, change
    sub  t1, t1, t0
    add  t1, t1, s0
    li   t2, 0x010d8d93         # addi s11, s11, 16
    sw   t2, 0(t1)
    ${paging(2 ** 19)}
    li   s11, 0
    li   s1, 200
    li   s0, 0x50000
    li   s3, 0x21140
    li   s4, 0x3006f
    li   s5, 0x3106f
    sw   s4, 0(s3)
    jalr s0
    ${end}
under:
    andi t0, s1, 3
    mv   t1, s4
    bnez t0, 1f
    mv   t1, s5
1:  sw   t1, 0(s3)              # from here on, maybe from the other frame
change:
    addi s11, s11, 1
    addi s1, s1, -1
    bnez s1, under
    ret
under_end:`,
      150 + 50 * 16,
      0,
    );
  });

  it('two address spaces with different code at one address do not meet, in either direction', () => {
    expectAlike(
      `${frames}
    ${paging(2 ** 19)}
    li   t0, 0x22000            # a second space: the same, but for 0x50000
    li   t1, 0x23001
    sw   t1, 0(t0)
    li   t1, 0x21000
    li   t2, 0x23000
    li   t3, 1024
2:  lw   t4, 0(t1)
    sw   t4, 0(t2)
    addi t1, t1, 4
    addi t2, t2, 4
    addi t3, t3, -1
    bnez t3, 2b
    li   t0, 0x3006f
    li   t1, 0x21140
    sw   t0, 0(t1)
    li   t0, 0x3106f
    li   t1, 0x23140
    sw   t0, 0(t1)
    li   s11, 0
    li   s1, 90
    li   s0, 0x50000
    li   s4, 0x20001
    li   s5, 0x22001
3:  mts  PTBR, s4
    jalr s0
    mts  PTBR, s5
    jalr s0
    jalr s0
    addi s1, s1, -1
    bnez s1, 3b
    ${end}
    ${bodies}`,
      90 * 40 * 33,
    );
  });

  it('data at one address in two address spaces does not meet either, nor when paging is turned off between', () => {
    expectAlike(
      `${paging(2 ** 19)}
    li   t0, 0x22000
    li   t1, 0x23001
    sw   t1, 0(t0)
    li   t1, 0x21000
    li   t2, 0x23000
    li   t3, 1024
2:  lw   t4, 0(t1)
    sw   t4, 0(t2)
    addi t1, t1, 4
    addi t2, t2, 4
    addi t3, t3, -1
    bnez t3, 2b
    li   t0, 0x3100f
    li   t1, 0x230c0            # 0x30000 is 0x31000 there
    sw   t0, 0(t1)
    li   s0, 0x30000
    li   s1, 50
    li   s4, 0x20001
    li   s5, 0x22001
3:  mts  PTBR, s4
    li   s2, 1
    call add
    mts  PTBR, s5
    li   s2, 2
    call add
    mts  PTBR, zero
    li   s2, 3
    call add                    # the first space's own frame
    addi s1, s1, -1
    bnez s1, 3b
    lw   s11, 0(s0)
    li   t0, 0x31000
    lw   t1, 0(t0)
    slli t1, t1, 16
    add  s11, s11, t1
    ${end}
add:
    li   t0, 30
4:  lw   t1, 0(s0)
    add  t1, t1, s2
    sw   t1, 0(s0)
    addi t0, t0, -1
    bnez t0, 4b
    ret`,
      50 * 30 * 4 + 50 * 30 * 2 * 65536,
    );
  });
});

describe('With paging off', () => {
  it('the same hot code at another virtual address, and other data at the same one, as R moves', () => {
    expectAlike(
      `
    la   t0, handler
    mts  TVEC, t0
    li   s0, 0x30000
    ${copy('body', 'body_end')}
    li   s0, 0x40000
    ${copy('body', 'body_end')}
    li   t0, 0x30800
    li   t1, 1
    sw   t1, 0(t0)
    li   t0, 0x40800
    li   t1, 16
    sw   t1, 0(t0)
    li   s11, 0
    li   s1, 240
handler:
    addi s1, s1, -1
    beqz s1, done
    andi t0, s1, 3
    slli t0, t0, 4
    la   t1, ways
    add  t1, t1, t0
    lw   t2, 0(t1)
    mts  ERBASE, t2
    lw   t2, 4(t1)
    mts  ERBOUND, t2
    lw   t2, 8(t1)
    mts  EPC, t2
    lw   s5, 12(t1)             # where its data is, there
    li   t2, 3
    mts  ESTATUS, t2
    iret
done:
    ${end}
body:
    li   t0, 30
1:  lw   t1, 0(s5)
    add  s11, s11, t1
    auipc t2, 0
    addi t0, t0, -1
    bnez t0, 1b
    ecall
body_end:
    .balign 4
ways:                           # base, bound, pc, data
    .word 0x30000, 0x2000, 0, 0x800
    .word 0x40000, 0x2000, 0, 0x800
    .word 0x2f000, 0x3000, 0x1000, 0x1800
    .word 0x3fc00, 0x3000, 0x400, 0xc00`,
      30 * (59 + 60 * 16 + 60 + 60 * 16),
    );
  });
});

describe('With two address spaces', () => {
  it('a store in one of them to code that has run in the other one since is noticed', () => {
    expectAlike(
      `${paging(2 ** 19)}
    li   t0, 0x22000            # another root, with the same tables
    li   t1, 0x21001
    sw   t1, 0(t0)
    li   s6, 0x20001
    li   s7, 0x22001
    li   s11, 0
    li   s0, 0x30000
    ${copy('one', 'one_end')}
    li   s1, 20
    li   s3, 0x00100000         # what makes addi add one more
8:  li   t0, 200
2:  lw   t1, 64(s0)             # the first one: data on the page, and the code, are stored to
    sw   t0, 64(s0)
    addi t0, t0, -1
    bnez t0, 2b
    lw   t1, 0(s0)
    add  t1, t1, s3
    sw   t1, 0(s0)
    mts  PTBR, s7
    li   s2, 100
3:  jalr s0                     # the other one: the code runs
    addi s2, s2, -1
    bnez s2, 3b
    mts  PTBR, s6
    addi s1, s1, -1
    bnez s1, 8b
    ${end}
one:
    addi s11, s11, 0
    ret
one_end:`,
      100 * ((20 * 21) / 2),
    );
  });
});
