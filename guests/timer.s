# The timer: three ways to wait for a tick.
#
# TIMER counts down once, in steps, and raises line 0 when it reaches 0. A line that is
# pending interrupts between two instructions if IF is 1; if IF is 0 it stays pending and
# can be seen in IPEND. `hlt` waits for a pending line in either case. Time is the step
# count, so the numbers below are the same on every run.
#
# expect console: "asleep: tick 1 at step 1011\n"
# expect console: "asleep: tick 2 at step 2228\n"
# expect console: "asleep: tick 3 at step 3445\n"
# expect console: "busy:   tick 4 at step 4661\n"
# expect console: "333 rounds of the loop meanwhile\n"
# expect console: "polled: tick 5 at step 6074\n"
# expect status: 0
# expect steps: 6287

    .include "include/ring32.inc"

    .equ PERIOD, 1000

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    li   s0, 0                    # ticks so far; the handler counts them
    la   sp, stack

    # 1. Asleep: the processor does nothing until the interrupt comes.
    li   s2, 3
1:  li   t0, PERIOD
    mts  TIMER, t0
    hlt                           # until the line is pending, although IF is 0 …
    sti                           # … and now the interrupt is taken
    cli
    la   a0, asleep
    call report
    bltu s0, s2, 1b

    # 2. Busy: the program computes, the tick comes in between.
    li   t0, PERIOD
    mts  TIMER, t0
    li   s3, 0
    sti
2:  addi s3, s3, 1                # three steps a round
    nop
    beq  s0, s2, 2b               # until the handler has counted one more
    cli
    la   a0, busy
    call report
    mv   a0, s3
    call print_decimal
    la   a0, rounds
    call print

    # 3. Polling: with IF = 0 no interrupt is taken; IPEND shows the pending line.
    li   t0, PERIOD
    mts  TIMER, t0
3:  mfs  t0, IPEND
    andi t0, t0, 1 << LINE_TIMER
    beqz t0, 3b
    mfs  s1, TIME
    addi s0, s0, 1
    la   a0, polled
    call report
    mts  TIMER, zero              # off, and the pending tick is gone
    mfs  a0, IPEND                # so the exit status is 0
    li   t0, PORT_POWER
    out  t0, a0

# Interrupt: the machine has saved pc and STATUS and cleared IF. The main program leaves
# s0 and s1 to the handler.
trap:
    mfs  s1, TIME
    mts  TIMER, zero              # any write clears the line; otherwise the interrupt comes again at once
    addi s0, s0, 1
    iret

# report: prints a0 (how the program waited), the number of the tick and its step.
report:
    addi sp, sp, -16
    sw   ra, 0(sp)
    call print
    la   a0, tick
    call print
    mv   a0, s0
    call print_decimal
    la   a0, at_step
    call print
    mv   a0, s1
    call print_decimal
    li   a0, '\n'
    call print_char
    lw   ra, 0(sp)
    addi sp, sp, 16
    ret

    .include "include/print.inc"

    .section .rodata
asleep: .asciz "asleep: "
busy:   .asciz "busy:   "
polled: .asciz "polled: "
tick:   .asciz "tick "
at_step: .asciz " at step "
rounds: .asciz " rounds of the loop meanwhile\n"

    .bss
    .balign 16
    .space 256
stack:
