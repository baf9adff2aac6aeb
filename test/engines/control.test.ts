/** Where control goes: interrupts at every step, indirect jumps to many places, recursion, returns that are none. */
import { describe, it } from 'vitest';
import { paging } from '../vmm/assembled.ts';
import { end, expectAlike, skipping } from './kit.ts';

const modes = [
  ['paging off', ''],
  ['paging on', paging(2 ** 19)],
] as const;

const targets = 40;

describe.each(modes)('With %s', (_, on) => {
  it('an interrupt after 1, 2, 3, … steps comes at exactly that step of a hot loop', () => {
    expectAlike(
      `${on}
    la   t0, handler
    mts  TVEC, t0
    li   s11, 0
    li   s5, 0                  # the period
    li   s6, 250
    li   s7, 0
    li   t0, 1
    mts  TIMER, t0
    sti
1:  addi s7, s7, 1
    xor  s8, s8, s7
    sw   s8, 0x7f0(zero)
    lw   s9, 0x7f0(zero)
    mul  s9, s9, s7
    bltu s9, s7, 2f
    addi s8, s8, 3
2:  j    1b
handler:
    mfs  t6, EPC
    add  s11, s11, t6           # where it was, and when
    mfs  t6, TIME
    xor  s11, s11, t6
    slli t5, s11, 7
    srli s11, s11, 25
    or   s11, s11, t5
    addi s6, s6, -1
    beqz s6, 3f
    addi s5, s5, 1
    mts  TIMER, s5
    iret
3:  andi s11, s11, 0            # what it was is compared; the status is not
    ${end}`,
      0,
      0.4,
    );
  });

  it('an indirect jump goes to many targets', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s1, 4000
    li   s2, ${targets}
    la   s3, first
    la   s5, first + ${16 * targets - 8}
1:  remu t0, s1, s2
    slli t0, t0, 3
    add  t1, s3, t0
    jalr t1                     # by the link register …
    sub  t1, s5, t0
    jr   t1                     # … and without
back:
    addi s1, s1, -1
    bnez s1, 1b
    ${end}
first:
    .rept ${targets}
    addi s11, s11, 1
    ret
    .endr
    .rept ${targets}
    addi s11, s11, 2
    j    back
    .endr`,
      4000 * 3,
    );
  });

  it('an indirect jump to a misaligned address traps on the jump, hot or not', () => {
    expectAlike(
      `${on}
    ${skipping}
    li   s10, 0
    li   s1, 800
    la   s3, target
1:  andi t0, s1, 15
    li   t1, 2
    addi t2, s3, 1              # bit 0 is cleared by the jump
    bnez t0, 2f
    add  t2, t2, t1
2:  jalr ra, t2, 0
    addi s1, s1, -1
    bnez s1, 1b
    mv   s11, s10
    ${end}
target:
    addi s4, s4, 1
    jalr zero, ra, 0`,
      50,
    );
  });

  it('recursion returns to every caller', () => {
    expectAlike(
      `${on}
    li   sp, 0x38000
    li   a0, 14
    call fib
    mv   s11, a0
    ${end}
fib:
    li   t0, 2
    bltu a0, t0, 1f
    addi sp, sp, -12
    sw   ra, 0(sp)
    sw   s0, 4(sp)
    sw   s1, 8(sp)
    mv   s0, a0
    addi a0, a0, -1
    call fib
    mv   s1, a0
    addi a0, s0, -2
    call fib
    add  a0, a0, s1
    lw   ra, 0(sp)
    lw   s0, 4(sp)
    lw   s1, 8(sp)
    addi sp, sp, 12
1:  ret`,
      377,
    );
  });

  it('jalr ra, 0(ra) reads ra before it writes it: two routines that call each other back', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s1, 1000
    call other
1:  addi s11, s11, 1
    jalr ra, 0(ra)
    addi s1, s1, -1
    bnez s1, 1b
    ${end}
other:
    addi s11, s11, 16
    jalr ra, 0(ra)
    j    other`,
      16 + 1000 * 17,
    );
  });

  it('a return to where nobody called from goes there', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s1, 900
    li   s2, 3
1:  call odd
    addi s11, s11, 1
    addi s1, s1, -1
    bnez s1, 1b
    ${end}
odd:
    remu t0, s1, s2
    bnez t0, 2f
    addi ra, ra, 4              # now and then behind what would come next
2:  ret`,
      600,
    );
  });
});
