# Hello, from a process.
#
# A process virtual machine has no ports, no rings and no traps, only the user half of the
# instruction set and `ecall`, which calls Linux. The number of the call goes in a7, its
# arguments in a0, a1, a2 …, and the result comes back in a0.
#
# with process: yes
# expect console: "Hello from a process\n"
# expect status: 0
# expect steps: 10

    .equ SYS_WRITE, 64
    .equ SYS_EXIT, 93
    .equ STDOUT, 1

    .section .rodata
message:
    .ascii "Hello from a process\n"
    .equ LENGTH, . - message

    .text
    .globl _start
_start:
    li   a0, STDOUT
    la   a1, message
    li   a2, LENGTH
    li   a7, SYS_WRITE
    ecall                         # write(STDOUT, message, LENGTH)

    addi a0, a0, -LENGTH          # the result is the bytes written: all of them is success
    snez a0, a0
    li   a7, SYS_EXIT
    ecall                         # exit(status) does not return

