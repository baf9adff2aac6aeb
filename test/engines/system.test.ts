/** System instructions in hot code: words moved, traps taken and returned from, address spaces switched, all without leaving it. */
import { describe, it } from 'vitest';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { paging } from '../vmm/assembled.ts';
import { end, expectAlike, skipping } from './kit.ts';

const modes = [
  ['paging off', ''],
  ['paging on', paging(2 ** 19)],
] as const;

/** What a write would take the program's own addresses away with. */
const spared = new Set(['TVEC', 'PTBR', 'RBASE', 'RBOUND']);

describe.each(modes)('With %s', (_, on) => {
  it('every system register is written and read as the interpreter does, or refused', () => {
    const moved = systemRegisters.map(
      ({ name }) => `
    ${spared.has(name) ? '' : `mts  ${name}, s7`}
    mfs  s8, ${name}
    xor  s6, s6, s8
    mul  s6, s6, s5
    mfs  zero, ${name}
    ${spared.has(name) ? '' : `mts  ${name}, zero`}`,
    );
    expectAlike(
      `${on}
    ${skipping}
    li   s1, 300
    li   s5, 0x9e3779b1
    li   s7, 1
1:  mul  s7, s7, s5
    ori  s7, s7, 3
    ${moved.join('')}
    addi s1, s1, -1
    bnez s1, 1b
    li   s11, 0
    ${end}`,
      0,
      0.2,
    );
  });

  it('the handler and TVEC change places under a loop that traps', () => {
    expectAlike(
      `${on}
    li   s11, 0
    li   s1, 500
    la   s2, one
    la   s3, two
    mts  TVEC, s2
1:  addi s1, s1, -1
    ecall
    ebreak
    bnez s1, 1b
    ${end}
one:
    mts  TVEC, s3
    addi s11, s11, 1
    j    back
two:
    mts  TVEC, s2
    addi s11, s11, 2
back:
    mfs  t6, EPC
    addi t6, t6, 4
    mts  EPC, t6
    iret`,
      1500,
    );
  });

  it('a line that is pending when IF is set interrupts before the next instruction, by whatever sets it', () => {
    expectAlike(
      `${on}
    la   t0, handler
    mts  TVEC, t0
    li   s1, 400
    li   s11, 0
    li   s4, 4
1:  li   t0, 3
    cli
    mts  TIMER, t0
    nop
    nop
    nop
    nop
    andi t1, s1, 3
    beqz t1, 2f
    addi t1, t1, -1
    beqz t1, 3f
    addi t1, t1, -1
    beqz t1, 4f
    ecall                       # whose handler sets IF in ESTATUS
    j    5f
2:  sti
    j    5f
3:  setf s4
    j    5f
4:  la   t2, 5f
    mts  EPC, t2
    mts  ESTATUS, s4
    iret
5:  addi s1, s1, -1
    bnez s1, 1b
    ${end}
handler:
    mfs  s8, ECAUSE
    bltz s8, 6f
    mfs  s8, EPC
    addi s8, s8, 4
    mts  EPC, s8
    mts  ESTATUS, s4
    iret
6:  addi s11, s11, 1
    mfs  s8, EPC
    slli s9, s9, 1
    xor  s9, s9, s8
    mts  TIMER, zero
    mts  ESTATUS, zero
    iret`,
      400,
    );
  });
});

/** Rings 0 and 3, two address spaces of the low 512 KiB: where ours has page 0x40, the other has page 0x41. */
const spaces = `
    li   t0, 0x20000
    li   t1, 0x21000
    li   t2, 0x22000
    li   t3, 0x23000
    addi t4, t1, 1
    sw   t4, 0(t0)
    addi t4, t3, 1
    sw   t4, 0(t2)
    li   t4, 0x1f
    li   t5, 0x8001f
    li   t6, 0x1000
1:  sw   t4, 0(t1)
    sw   t4, 0(t3)
    addi t1, t1, 4
    addi t3, t3, 4
    add  t4, t4, t6
    bne  t4, t5, 1b
    li   t3, 0x23000
    li   t4, 0x4101f
    sw   t4, 0x100(t3)
    addi t0, t0, 1
    mts  PTBR, t0
    addi s2, t0, 0              # this space, and the other
    addi s3, t2, 1`;

describe('A user program under a kernel', () => {
  it.each([0, 4, 7, 50, 333])('calls it from two address spaces, interrupted every %i steps', (period) => {
    expectAlike(
      `${spaces}
    la   t0, handler
    mts  TVEC, t0
    li   t0, 7                  # ring 3, IF
    mts  ESTATUS, t0
    la   t0, user
    mts  EPC, t0
    li   s5, ${period}
    mts  TIMER, s5
    iret
user:
    li   s1, 700
    li   s4, 0x40000
1:  lw   t0, 0(s4)
    add  t0, t0, s1
    sw   t0, 0(s4)
    ecall
    addi s1, s1, -1
    bnez s1, 1b
    lw   s11, 0(s4)
    ecall
    lw   t0, 0(s4)
    sub  s11, s11, t0           # 2 + 4 + … and 1 + 3 + …
    li   a7, -1
    ecall
handler:
    mts  SCRATCH0, t0
    mts  SCRATCH1, t1
    mfs  t0, ECAUSE
    bltz t0, 2f
    bltz a7, 3f
    mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    mfs  t0, PTBR
    xor  t1, s2, s3
    xor  t0, t0, t1
    mts  PTBR, t0
    addi s6, s6, 1
    j    4f
2:  addi s7, s7, 1
    mts  TIMER, s5
4:  mfs  t0, SCRATCH0
    mfs  t1, SCRATCH1
    iret
3:  ${end}`,
      350,
    );
  });
});
