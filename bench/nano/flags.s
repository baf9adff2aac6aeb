# A kernel's critical sections, one after the other: the flags saved, interrupts off, some
# work, the flags restored, interrupts on. Four sensitive instructions of nine.

    .text
_start:
    lui  s1, 0x20
1:  getf a0
    cli
    lw   t0, 0(s1)
    addi t0, t0, 1
    sw   t0, 0(s1)
    setf a0
    sti
    addi s0, s0, 1
    j    1b
