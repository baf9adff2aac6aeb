# A direct call and the return from it.

    .text
_start:
    jal  ra, leaf
    addi s0, s0, 1
    j    _start
leaf:
    ret
