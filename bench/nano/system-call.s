# A system call and the return from it: ring 3 to ring 0 and back, by the least handler.

    .include "user.inc"

user:
    ecall
    addi s0, s0, 1
    j    user
