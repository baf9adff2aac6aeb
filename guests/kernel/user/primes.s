# primes: computes, and would never give up the processor by itself. The sieve of
# Eratosthenes: a byte for each number, 0 as long as it may be prime. They need not be
# cleared: a page contains zeros when it is first touched.

    .equ LIMIT, 10000

primes:
    li   t0, HEAP
    li   t1, LIMIT
    add  t1, t1, t0               # the end
    li   t2, 2                    # the number
    li   s0, 0                    # primes so far
    li   t5, 1
1:  add  t3, t0, t2
    bgeu t3, t1, 4f
    lbu  t4, 0(t3)
    bnez t4, 3f
    addi s0, s0, 1
    mul  t4, t2, t2               # smaller multiples have a smaller factor, too
    add  t4, t4, t0
    bgeu t4, t1, 3f
2:  sb   t5, 0(t4)
    add  t4, t4, t2
    bltu t4, t1, 2b
3:  addi t2, t2, 1
    j    1b
4:  la   a0, primes_says
    call put_text
    mv   a0, s0
    call put_number
    la   a0, primes_below
    call put_text
    li   a0, LIMIT
    call put_number
    la   a0, nothing
    call put_line
    li   a0, 0
    system EXIT

primes_says:  .asciz "primes:  there are "
primes_below: .asciz " below "
    .balign 4
