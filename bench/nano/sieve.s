# Compute-bound supervisor code, loops only: the primes below 8192, sieved once a round.

    .equ LIMIT, 8192

    .text
_start:
    lui  s1, 0x20                 # a byte a number; 0 = perhaps prime
    li   s2, LIMIT
    li   s3, 91                   # its square is past LIMIT
round:
    mv   t0, s1
    add  t1, s1, s2
1:  sw   zero, 0(t0)
    addi t0, t0, 4
    bltu t0, t1, 1b
    li   s4, 2
    li   t3, 1
sift:
    add  t0, s1, s4
    lbu  t2, 0(t0)
    bnez t2, next
    mul  t0, s4, s4
    add  t0, t0, s1
strike:
    sb   t3, 0(t0)
    add  t0, t0, s4
    bltu t0, t1, strike
next:
    addi s4, s4, 1
    bltu s4, s3, sift
    addi s0, s0, 1
    j    round
