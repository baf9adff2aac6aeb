# A monitor and its guest in one file. The monitor is in ring 0. It runs the guest's kernel,
# which believes to be in ring 0, in ring 1. The kernel starts a user program in ring 3 by
# `retf`, as a kernel of the PDP-10 did by JRST 1. Does the monitor hear of it?
#
# The exit status tells what the monitor heard before the user program's own call:
# 0 = nothing, 1 = that the kernel's retf trapped.

    .equ PORT_POWER, 0x01
    .equ PORT_CONSOLE, 0x10
    .equ CAUSE_ECALL, 8

    .text
    .globl _start
_start:                           # the monitor, ring 0
    la   t0, trap
    mts  TVEC, t0
    li   s0, 0                    # what it heard
    la   t0, kernel
    li   t1, 1
    retf t0, t1                   # ring 0 may, in every variant

kernel:                           # the guest's kernel, virtual ring 0, real ring 1
    la   t0, user
    li   t1, 3
    retf t0, t1

user:                             # the guest's user program, ring 3
    ecall

trap:                             # the monitor again
    mfs  t0, ECAUSE
    li   t1, CAUSE_ECALL
    beq  t0, t1, called
    li   s0, 1
    la   a0, heard
    call print
    la   t0, user                 # do for the guest what it wanted, and know of it
    mts  EPC, t0
    li   t0, 3
    mts  ESTATUS, t0
    iret
called:
    la   a0, call_came
    call print
    mfs  t0, ESTATUS
    andi t0, t0, 3
    addi t0, t0, '0'
    li   t1, PORT_CONSOLE
    out  t1, t0
    li   t0, '\n'
    out  t1, t0
    li   t0, PORT_POWER
    out  t0, s0

print:                            # the text at a0
    li   t0, PORT_CONSOLE
1:  lbu  t1, 0(a0)
    beqz t1, 2f
    out  t0, t1
    addi a0, a0, 1
    j    1b
2:  ret

    .section .rodata
heard:     .asciz "the monitor hears of retf: the guest leaves its ring 0\n"
call_came: .asciz "a call comes from ring "
