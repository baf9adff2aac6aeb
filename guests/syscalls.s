# System calls: one trap handler, a table of services, callers in two rings.
#
# With `ecall` a program asks for something that it may not do itself. It traps in every ring,
# so the kernel can call its own services too. Here the same routine runs first in ring 0 and
# then in ring 3, and both times a service tells it from which ring it came.
# By convention the number of the call is in a7, the argument and the result in a0; like
# a function, a call may change t0 to t6.
#
# expect console: "called from ring 0: ok\n"
# expect console: "called from ring 3: ok\n"
# expect console: "no such call: -1\n"
# expect status: 7
# expect steps: 623

    .include "include/ring32.inc"

    .equ CALL_EXIT, 0             # exit(status), does not return
    .equ CALL_PRINT, 1            # print(text)
    .equ CALL_RING, 2             # ring() = the caller's ring
    .equ CALL_DIGIT, 3            # digit(n), prints 0 to 9
    .equ CALLS, 4

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    la   t0, kernel_stack
    mts  SCRATCH0, t0             # where the handler finds its stack
    call greet                    # in ring 0

    # Down to ring 3: there is no instruction "go to user mode". We make the state look
    # as if a trap had come from there, and return to it.
    la   t0, user
    mts  EPC, t0
    li   t0, 3
    mts  ESTATUS, t0              # ring 3, interrupts off
    mts  ERBASE, zero
    mfs  t0, MEMSIZE
    mts  ERBOUND, t0              # R = all of memory: this guest does not protect itself
    la   sp, user_stack
    iret

user:
    call greet                    # in ring 3
    li   a7, 99
    ecall
    li   t0, -1
    bne  a0, t0, 1f
    la   a0, no_such_call
    li   a7, CALL_PRINT
    ecall
1:  li   a0, 7
    li   a7, CALL_EXIT
    ecall

# greet: prints the ring it runs in, using nothing but system calls.
greet:
    la   a0, called_from
    li   a7, CALL_PRINT
    ecall
    li   a7, CALL_RING
    ecall
    li   a7, CALL_DIGIT
    ecall
    la   a0, ok
    li   a7, CALL_PRINT
    ecall
    ret

# ---- The kernel ----

# Every trap comes here, in ring 0, with the caller's registers. The caller's stack
# cannot be trusted, so we switch to our own before we save anything.
trap:
    mts  SCRATCH1, sp
    mfs  sp, SCRATCH0
    addi sp, sp, -16
    sw   ra, 0(sp)
    mfs  t0, ECAUSE
    li   t1, CAUSE_ECALL
    bne  t0, t1, unexpected
    mfs  t0, EPC
    addi t0, t0, 4                # EPC is the `ecall` itself: go on behind it
    mts  EPC, t0
    li   t1, CALLS
    bgeu a7, t1, unknown          # checked before it is used as an index
    la   t0, services
    slli t1, a7, 2
    add  t0, t0, t1
    lw   t0, 0(t0)
    jalr t0
leave:
    lw   ra, 0(sp)
    mfs  sp, SCRATCH1
    iret

unknown:
    li   a0, -1
    j    leave
unexpected:
    mv   a0, t0                   # no such trap in this guest: end with its cause
service_exit:
    li   t0, PORT_POWER
    out  t0, a0
service_ring:
    mfs  a0, ESTATUS
    andi a0, a0, STATUS_RING
    ret
service_digit:
    addi a0, a0, '0'
    li   t0, PORT_CONSOLE_DATA
    out  t0, a0
    ret

    .include "include/print.inc"

    .section .rodata
    .balign 4
services:
    .word service_exit, print, service_ring, service_digit
called_from:
    .asciz "called from ring "
ok: .asciz ": ok\n"
no_such_call:
    .asciz "no such call: -1\n"

    .bss
    .balign 16
    .space 1024
kernel_stack:                     # stacks grow down from here
    .space 1024
user_stack:
