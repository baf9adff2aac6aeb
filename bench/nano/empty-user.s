# The empty loop in ring 3.

    .include "user.inc"

user:
    addi s0, s0, 1
    j    user
