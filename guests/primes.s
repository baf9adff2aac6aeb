# Primes: a small program that computes, with its limit as an argument.
#
# A process finds on its stack, from sp upwards, what Linux puts there: argc, then the
# addresses of the arguments (the program's name first), then a 0. This one counts the
# primes below its first argument with Eratosthenes' sieve, a byte for each number, in
# memory that it gets by `brk`.
#
# with process: yes
# with arguments: "20000"
# expect console: "2262 primes below 20000\n"
# expect status: 0
# expect steps: 291207

    .equ SYS_WRITE, 64
    .equ SYS_EXIT, 93
    .equ SYS_BRK, 214
    .equ STDOUT, 1

    .text
    .globl _start
_start:
    lw   t0, 0(sp)                # argc
    li   t1, 2
    bne  t0, t1, usage
    lw   s1, 8(sp)                # argv[1]
    mv   a0, s1
    call parse
    mv   s0, a0                   # the limit

    li   a0, 0
    li   a7, SYS_BRK
    ecall                         # brk(0): where the heap ends now
    mv   s2, a0                   # the sieve: the byte of n is at s2 + n, 1 = not prime
    add  s3, a0, s0
    mv   a0, s3
    ecall                         # brk(end): more memory, all zeros
    bne  a0, s3, no_memory

    li   s4, 0                    # primes so far
    li   t0, 2                    # the number looked at
    j    4f
1:  add  t1, s2, t0
    lbu  t2, 0(t1)
    bnez t2, 3f
    addi s4, s4, 1
    mulhu t2, t0, t0
    bnez t2, 3f                   # its square is beyond 32 bits: nothing to strike out
    mul  t2, t0, t0               # smaller multiples have been struck out before
    li   t3, 1
2:  bgeu t2, s0, 3f
    add  t1, s2, t2
    sb   t3, 0(t1)
    add  t2, t2, t0
    j    2b
3:  addi t0, t0, 1
4:  bltu t0, s0, 1b

    mv   a0, s4
    call print_number
    la   a0, primes_below
    call print
    mv   a0, s1
    call print
    la   a0, newline
    call print
    li   a0, 0
exit:
    li   a7, SYS_EXIT
    ecall
no_memory:
    li   a0, 1
    j    exit
usage:
    la   a0, usage_text
    call print
    li   a0, 2
    j    exit

# parse: a0 = the number that the text at a0 begins with.
parse:
    mv   t0, a0
    li   a0, 0
    li   t3, 10
1:  lbu  t1, 0(t0)
    addi t1, t1, -'0'
    bgeu t1, t3, 2f               # not a digit; one below '0' is a large number now
    mul  a0, a0, t3
    add  a0, a0, t1
    addi t0, t0, 1
    j    1b
2:  ret

# print_number: a0 in decimal, made from its last digit backwards.
print_number:
    addi sp, sp, -16
    addi t0, sp, 15
    sb   zero, 0(t0)
    li   t1, 10
1:  remu t2, a0, t1
    divu a0, a0, t1
    addi t2, t2, '0'
    addi t0, t0, -1
    sb   t2, 0(t0)
    bnez a0, 1b
    mv   a0, t0
    mv   t6, ra
    call print
    mv   ra, t6
    addi sp, sp, 16
    ret

# print: writes the text at a0.
print:
    mv   a1, a0
    mv   a2, a0
1:  lbu  t0, 0(a2)
    addi a2, a2, 1
    bnez t0, 1b
    sub  a2, a2, a1
    addi a2, a2, -1               # the length, without the zero byte
    li   a0, STDOUT
    li   a7, SYS_WRITE
    ecall
    ret

    .section .rodata
primes_below: .asciz " primes below "
newline:      .asciz "\n"
usage_text:   .asciz "usage: primes LIMIT\n"
