# Factorial: a program as it is written for Venus, a simulator for teaching.
#
# Venus has the number of a call in a0 and its argument in a1. The program begins at `main`,
# which has to be global, and ends when `main` returns. Run it with
# `ringlab run --environment venus guests/venus-factorial.s`.
#
# with process: yes
# with environment: venus
# expect console: "7! = 5040\n"
# expect status: 0
# expect steps: 106

    .equ PRINT_INT, 1
    .equ PRINT_STRING, 4
    .equ PRINT_CHAR, 11
    .equ N, 7

    .data
equals:
    .asciz "! = "

    .text
    .globl main

factorial:                        # of a0, in a0; calls itself
    beqz a0, 1f
    addi sp, sp, -8
    sw   ra, 4(sp)
    sw   a0, 0(sp)
    addi a0, a0, -1
    call factorial
    lw   t0, 0(sp)
    mul  a0, a0, t0
    lw   ra, 4(sp)
    addi sp, sp, 8
    ret
1:  li   a0, 1
    ret

main:
    mv   s0, ra                   # the way out
    li   a1, N
    li   a0, PRINT_INT
    ecall
    la   a1, equals
    li   a0, PRINT_STRING
    ecall
    li   a0, N
    call factorial
    mv   a1, a0
    li   a0, PRINT_INT
    ecall
    li   a1, '\n'
    li   a0, PRINT_CHAR
    ecall
    jr   s0
