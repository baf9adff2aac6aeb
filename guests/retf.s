# retf: a way to a less privileged ring that a monitor does not notice.
#
# `retf` jumps and can lower the privilege, but never raise it: the new ring is the larger of
# the current one and the requested one. Ring 0 may always use it. In other rings it traps on
# ring32-v. On ring32-x and ring32-h it does not, like JRST 1 on the PDP-10. That is harmless
# on the bare machine. But a monitor, whose guest only believes that it is in ring 0, does not
# notice such a jump. Because of it, ring32-h is only "hybrid" virtualizable.
#
# expect console: "ecall from ring 2\n"
# expect console: "to ring 1: ecall from ring 2\n"
# expect console: "to ring 3: ecall from ring 3\n"
# expect console on ring32-v: "ecall from ring 2\n"
# expect console on ring32-v: "to ring 1: retf traps in ring 2\n"
# expect console on ring32-v: "to ring 3: retf traps in ring 2\n"
# expect status: 0
# expect status on ring32-v: 2
# expect steps: 516
# expect steps on ring32-v: 552

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    li   s0, 0                    # how many times retf trapped
    la   s1, below
    li   s2, 2
    retf s1, s2                   # jumps to `below`, into ring 2; the handler sees nothing

below:
    li   a7, 0
    ecall                         # now it does, and reports our ring
    la   a7, to_1
    la   s1, 1f
    li   s2, 1
    retf s1, s2                   # back up? No: the larger of 2 and 1 is 2
1:  ecall
    la   a7, to_3
    la   s1, 2f
    li   s2, 3
    retf s1, s2                   # further down
2:  ecall
    li   a7, -1
    ecall

# a7: a text to print before the report, 0 for none, -1 to end.
trap:
    bltz a7, end
    beqz a7, 1f
    mv   a0, a7
    call print
1:  la   a0, by_ecall
    mfs  t5, ECAUSE
    li   t0, CAUSE_ECALL
    beq  t5, t0, 2f
    addi s0, s0, 1
    la   a0, by_retf
2:  call print
    mfs  a0, ESTATUS
    andi a0, a0, STATUS_RING
    call print_decimal
    li   a0, '\n'
    call print_char
    mfs  t0, EPC
    addi t0, t0, 4
    li   t1, CAUSE_ECALL
    beq  t5, t1, 3f
    addi t0, t0, 4                # after a retf that trapped, skip its `ecall` too
3:  mts  EPC, t0
    iret

end:
    li   t0, PORT_POWER
    out  t0, s0

    .include "include/print.inc"

    .section .rodata
to_1:     .asciz "to ring 1: "
to_3:     .asciz "to ring 3: "
by_ecall: .asciz "ecall from ring "
by_retf:  .asciz "retf traps in ring "
