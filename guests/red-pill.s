# The red pill: a user program, in ring 3, that asks whether its machine is real.
#
# Joanna Rutkowska's program of 2004 was one instruction, SIDT. It does not trap, and shows the
# address of the interrupt table, which differs under a monitor. Here it is `svec`. The program
# makes a system call, which returns, so there must be a trap handler. If `svec` then says that
# there is none, it shows another machine's TVEC: a monitor's, unknown to the kernel.
#
# Where `svec` traps, the kernel gets the trap and refuses. Then the program cannot tell a real
# machine from a monitor.
#
# The exit status: 0 = it saw a real machine, 1 = it saw a monitor, 2 = it saw nothing.
#
# expect console: "red pill: this machine is real\n"
# expect console on ring32-v: "red pill: svec traps\n"
# expect console on ring32-h: "red pill: svec traps\n"
# expect status: 0
# expect status on ring32-v: 2
# expect status on ring32-h: 2
# expect steps: 202
# expect steps on ring32-v: 150
# expect steps on ring32-h: 150

    .include "include/ring32.inc"

    .text
    .globl _start
_start:                           # the kernel: starts the program in ring 3, and serves it
    la   t0, trap
    mts  TVEC, t0
    la   t0, program
    mts  EPC, t0
    li   t0, 3
    mts  ESTATUS, t0
    mfs  t0, MEMSIZE
    mts  ERBOUND, t0
    iret

trap:                             # a call: prints the text at a0, ends with s0 if that is not negative
    mfs  t0, ECAUSE
    li   t1, CAUSE_ECALL
    beq  t0, t1, 1f
    la   a0, traps
    li   s0, 2
1:  call print
    bgez s0, 2f
    mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    iret
2:  li   t0, PORT_POWER
    out  t0, s0

program:
    la   a0, red_pill
    li   s0, -1
    ecall                         # it returns, so there is a trap handler
    svec t0
    la   a0, real
    li   s0, 0
    bnez t0, 1f
    la   a0, monitor
    li   s0, 1
1:  ecall

    .include "include/print.inc"

    .section .rodata
red_pill: .asciz "red pill: "
real:     .asciz "this machine is real\n"
monitor:  .asciz "I am inside a monitor\n"
traps:    .asciz "svec traps\n"
