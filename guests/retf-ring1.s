# retf to ring 1: the step down that a monitor cannot see.
#
# A monitor that compresses rings runs the guest's ring 0 in ring 1. Where `retf` does not
# trap, a guest that uses it to go from its ring 0 to its ring 1 stays in real ring 1: nothing
# changes that the monitor could notice later. So the monitor still believes that the guest is
# in ring 0, and does for it what ring 1 must not do. Going further down (see retf.s) at least
# changes the real ring, which the monitor sees at the next trap.
#
# On the bare machine all variants do the same, because ring 0 may always use `retf`.
#
# expect console: "in ring 1: a privileged instruction traps\n"
# expect status: 1
# expect steps: 250

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    la   t0, below
    li   t1, 1
    retf t0, t1                   # to `below`, in ring 1

below:
    li   t0, 0xff00
    mts  SCRATCH0, t0             # ring 1 must not: here the handler takes over
    la   a0, obeyed               # reached only if we were taken for ring 0
    call print
    li   t0, PORT_POWER
    li   t1, 99
    out  t0, t1

trap:
    la   a0, in_ring
    call print
    mfs  s0, ESTATUS
    andi s0, s0, STATUS_RING
    mv   a0, s0
    call print_decimal
    la   a0, traps
    call print
    li   t0, PORT_POWER
    out  t0, s0

    .include "include/print.inc"

    .section .rodata
obeyed:  .asciz "a privileged instruction was obeyed outside ring 0\n"
in_ring: .asciz "in ring "
traps:   .asciz ": a privileged instruction traps\n"
