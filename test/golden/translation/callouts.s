# Callouts: what is not copied and has no sequence is a word that traps, upon which the
# monitor executes the instruction for the guest. Those after which nobody comes back to
# the next instruction end the unit.
# translate: --isa ring32-x

    .include "../../../guests/include/ring32.inc"

    .text
_start:
    la   t0, trap
    mts  TVEC, t0
    li   a0, PORT_CONSOLE_CONTROL
    in   a1, a0
    lra  a2, a0                   # location: asks for the page tables
    lar  a3, a0
    verr a4, a0
    lw   a5, -4(zero)             # top of the address space, by x0: the save area is there
    ecall
    ebreak
    .word 0xffffffff              # no instruction
    la   a0, 1f
    retf a0, zero
1:  li   t0, PORT_POWER
    out  t0, zero
trap:
    mfs  a6, EPC
    addi a6, a6, 4
    mts  EPC, a6
    iret
