# Interrupt virtualization: a kernel that turns interrupts on and off by its flags.
#
# `setf` sets all flags at once, including IF, as POPF does on x86. Outside ring 0 it silently
# leaves IF as it is. `getf` shows IF. Where they do not trap, a kernel that a monitor runs in
# ring 1 turns on interrupts that never come, and after `cli` it still sees them on, because
# the monitor keeps the real interrupts on for itself.
#
# The exit status: 1 = no tick came, plus 2 = interrupts seem on after `cli`.
#
# expect console: "interrupts on: a tick came\n"
# expect console: "interrupts off: they are\n"
# expect status: 0
# expect steps: 329

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    li   s0, 0                    # the status
    li   s1, 0                    # ticks
    la   t0, tick
    mts  TVEC, t0
    li   t0, 100
    mts  TIMER, t0
    la   a0, on
    call print
    getf t0
    ori  t0, t0, STATUS_IF
    setf t0
    li   t0, 300                  # the tick must come within this loop
1:  bnez s1, 2f
    addi t0, t0, -1
    bnez t0, 1b
    addi s0, s0, 1
    la   a0, none_came
    call print
    j    3f
2:  la   a0, came
    call print

3:  cli
    la   a0, off
    call print
    getf t0
    andi t0, t0, STATUS_IF
    la   a0, they_are
    beqz t0, 4f
    addi s0, s0, 2
    la   a0, they_are_not
4:  call print
    li   t0, PORT_POWER
    out  t0, s0

tick:
    mts  TIMER, zero              # or it stays pending
    addi s1, s1, 1
    iret

    .include "include/print.inc"

    .section .rodata
on:           .asciz "interrupts on: "
came:         .asciz "a tick came\n"
none_came:    .asciz "NO tick came\n"
off:          .asciz "interrupts off: "
they_are:     .asciz "they are\n"
they_are_not: .asciz "they are NOT\n"
