# Interrupts off and on again: two instructions, the frame of many a kernel's critical section.

    .text
_start:
    cli
    sti
    addi s0, s0, 1
    j    _start
