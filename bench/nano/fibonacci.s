# Compute-bound supervisor code, calls and returns above all: fib(12) by recursion, once a round.

    .text
_start:
    lui  sp, 0x30
round:
    li   a0, 12
    jal  ra, fib
    addi s0, s0, 1
    j    round
fib:
    li   t0, 2
    bltu a0, t0, 1f
    addi sp, sp, -12
    sw   ra, 0(sp)
    sw   a0, 4(sp)
    addi a0, a0, -1
    jal  ra, fib
    sw   a0, 8(sp)
    lw   a0, 4(sp)
    addi a0, a0, -2
    jal  ra, fib
    lw   t0, 8(sp)
    add  a0, a0, t0
    lw   ra, 0(sp)
    addi sp, sp, 12
1:  ret
