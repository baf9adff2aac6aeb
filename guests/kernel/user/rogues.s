# Two programs that do what is not allowed.

# wild: stores through a pointer that points into the kernel.
wild:
    li   t0, KERNEL
    sw   zero, 0(t0)
    system EXIT                   # not reached

# rogue: first asks the kernel to print the kernel's memory, as if it were a text; then
# tries to turn interrupts off, to have the processor for itself.
rogue:
    li   a0, KERNEL
    li   a1, 16
    system WRITE
    mv   s0, a0
    la   a0, rogue_refused
    bltz s0, 1f
    la   a0, rogue_printed
1:  call put_line
    cli
    system EXIT                   # not reached

rogue_refused: .asciz "rogue:   the kernel does not print what is not mine"
rogue_printed: .asciz "rogue:   the kernel has printed its own memory"
    .balign 4
