# Code that changes code. What is stored is what is executed next.
#
# On Ring32 a store to code takes effect with the next fetch; no `fence.i` is needed. So an
# emulator that keeps decoded, translated or compiled copies of code must notice every store
# into that code. Each part below would print something else if it did not.
#
# expect console: "rewritten each round: 55\n"
# expect console: "rewritten just ahead: 2\n"
# expect console: "rewritten when hot: 30000\n"
# expect console: "copied and run: 42 43\n"
# expect status: 0
# expect steps: 80729

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    # 1. A loop that increments the immediate of its own `addi`, bits 31-20 of the word.
    la   a0, each_round
    call print
    li   s0, 0
    li   s1, 10
    li   s2, 1 << 20
    la   s3, step
step:
    addi s0, s0, 1                # then 2, 3, … 10
    lw   t0, 0(s3)
    add  t0, t0, s2
    sw   t0, 0(s3)
    addi s1, s1, -1
    bnez s1, step
    mv   a0, s0                   # 1 + 2 + … + 10
    call number

    # 2. A store into the very next instruction.
    la   a0, just_ahead
    call print
    la   t0, ahead
    lw   t1, two
    sw   t1, 0(t0)
ahead:
    li   a0, 1                    # replaced before it runs
    call number

    # 3. A loop that rewrites itself after it has run often enough that an engine has
    # probably compiled it.
    la   a0, when_hot
    call print
    li   a0, 0
    li   s0, 20000                # rounds to go
    li   s1, 10000
    la   s3, hot
    lw   t1, add_two
hot:
    addi a0, a0, 1                # from the middle on: add two
    addi s0, s0, -1
    bne  s0, s1, 1f
    sw   t1, 0(s3)
1:  bnez s0, hot
    call number

    # 4. A function copied somewhere else, run there, changed there, run again.
    la   a0, copied
    call print
    la   s0, room
    la   t0, answer
    la   t1, answer_end
    mv   t2, s0
2:  lw   t3, 0(t0)
    sw   t3, 0(t2)
    addi t0, t0, 4
    addi t2, t2, 4
    bne  t0, t1, 2b
    jalr s0
    call print_decimal
    li   a0, ' '
    call print_char
    lw   t0, 0(s0)
    li   t1, 1 << 20
    add  t0, t0, t1
    sw   t0, 0(s0)
    jalr s0
    call number

    li   t0, PORT_POWER
    out  t0, zero

number:                           # prints a0 and ends the line
    mv   s4, ra
    call print_decimal
    li   a0, '\n'
    call print_char
    jr   s4

answer:
    li   a0, 42
    ret
answer_end:

# Instructions as data: never executed here.
two:
    li   a0, 2
add_two:
    addi a0, a0, 2

    .include "include/print.inc"

    .section .rodata
each_round: .asciz "rewritten each round: "
just_ahead: .asciz "rewritten just ahead: "
when_hot:   .asciz "rewritten when hot: "
copied:     .asciz "copied and run: "

    .bss
    .balign 16
room: .space 64
