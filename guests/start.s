# A guest to begin from: it prints, handles a trap of its own, and ends.
#
# Without a handler, a machine stops at its first trap. This guest puts the address of a
# handler into TVEC. From then on a trap saves the old state in EPC and ESTATUS, the cause
# in ECAUSE, and continues at the handler. `iret` restores the state, and goes on at EPC.
# `ringlab new guest` copies this file.
#
# expect console: "Hello from a guest of mine\n"
# expect console: "trap 8 at 0x0001001c\n"
# expect console: "and on it goes\n"
# expect status: 0
# expect steps: 394

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    la   a0, hello
    call print
    ecall                         # a trap: the handler prints its cause, and we go on here
    la   a0, on
    call print
    li   t0, PORT_POWER
    out  t0, zero                 # the value is the exit status; nothing runs after it

# Every trap comes here, in ring 0, with interrupts off. It may change a0 and t0 to t4 in
# this guest; a handler that may not has to save what it uses.
trap:
    mts  SCRATCH0, ra
    la   a0, trap_text
    call print
    mfs  a0, ECAUSE
    call print_decimal
    la   a0, at_text
    call print
    mfs  a0, EPC
    call print_hex
    li   a0, '\n'
    call print_char
    mfs  t0, EPC
    addi t0, t0, 4                # behind the instruction that trapped
    mts  EPC, t0
    mfs  ra, SCRATCH0
    iret

    .include "include/print.inc"

    .section .rodata
hello:
    .asciz "Hello from a guest of mine\n"
trap_text:
    .asciz "trap "
at_text:
    .asciz " at 0x"
on:
    .asciz "and on it goes\n"
