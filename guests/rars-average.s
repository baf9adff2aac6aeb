# Average: a program as it is written for RARS, a simulator for teaching.
#
# RARS has calls that print and read whole numbers and strings. The number of the call goes
# in a7, its argument in a0, and a result comes back in a0; a call without a result leaves
# a0 alone. The program begins at `main`, which has to be global. Run it with
# `ringlab run --environment rars guests/rars-average.s`.
#
# with process: yes
# with environment: rars
# with input: "Ada\n10\n15\n-4\n0\n"
# expect console: "Who are you? Hello, Ada\n"
# expect console: "Number (0 ends): Number (0 ends): Number (0 ends): Number (0 ends): "
# expect console: "3 numbers, 7 on average\n"
# expect status: 0
# expect steps: 102

    .equ PRINT_INT, 1
    .equ PRINT_STRING, 4
    .equ READ_INT, 5
    .equ READ_STRING, 8
    .equ EXIT, 10

    .data
who:      .asciz "Who are you? "
hello:    .asciz "Hello, "
prompt:   .asciz "Number (0 ends): "
numbers:  .asciz " numbers, "
average:  .asciz " on average\n"
none:     .asciz "no numbers\n"
name:     .space 20
    .equ NAME_SIZE, . - name

    .text
    .globl main

print:                            # the string at a0
    li   a7, PRINT_STRING
    ecall
    ret

main:
    la   a0, who
    call print
    la   a0, name
    li   a1, NAME_SIZE
    li   a7, READ_STRING          # a line, with its end, if there is room
    ecall
    la   a0, hello
    call print
    la   a0, name
    call print

    li   s0, 0                    # sum
    li   s1, 0                    # how many
1:  la   a0, prompt
    call print
    li   a7, READ_INT
    ecall
    beqz a0, 2f
    add  s0, s0, a0
    addi s1, s1, 1
    j    1b

2:  la   a0, none
    beqz s1, 3f
    mv   a0, s1
    li   a7, PRINT_INT
    ecall
    la   a0, numbers
    call print
    div  a0, s0, s1
    li   a7, PRINT_INT
    ecall
    la   a0, average
3:  call print
    li   a7, EXIT
    ecall
