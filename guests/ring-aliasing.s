# Ring aliasing: a kernel that can see in which ring it really is.
#
# `sring` shows the ring, as every copy of CS does on x86. Where it does not trap, a kernel that
# a monitor runs in ring 1 reads 1; on its own machine it would read 0. Real kernels do look,
# for example to find out whether a trap came from the kernel itself.
#
# The exit status is the ring.
#
# expect console: "the kernel is in ring 0\n"
# expect status: 0
# expect steps: 142

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    sring s0
    la   a0, kernel
    call print
    mv   a0, s0
    call print_decimal
    li   a0, '\n'
    call print_char
    li   t0, PORT_POWER
    out  t0, s0

    .include "include/print.inc"

    .section .rodata
kernel: .asciz "the kernel is in ring "
