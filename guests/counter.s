# Counter: a number that keys change. `+` adds 1, `-` subtracts 1, `0` resets it, and each
# time the number is printed. `q` ends the guest, with the number as exit status.
#
# The guest sleeps between two keys and remembers only the number. Stop it, save it or move it
# meanwhile: the next key shows whether the number is still the same.
#
# with input: "+++-+\n0-++q"
# expect console: "1\n2\n3\n2\n3\n0\n-1\n0\n1\n"
# expect status: 1
# expect steps: 312

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    li   s0, 0                    # the number
    li   t0, PORT_CONSOLE_CONTROL
    li   t1, 1
    out  t0, t1                   # line 1 is pending while a key waits; IF is 0, so no interrupt is taken …

next:
    hlt                           # … but this ends
    li   t0, PORT_CONSOLE_DATA
    in   t1, t0
    li   t2, '+'
    beq  t1, t2, up
    li   t2, '-'
    beq  t1, t2, down
    li   t2, '0'
    beq  t1, t2, zero_it
    li   t2, 'q'
    bne  t1, t2, next             # any other key does nothing
    li   t0, PORT_POWER
    out  t0, s0

up:
    addi s0, s0, 1
    j    tell
down:
    addi s0, s0, -1
    j    tell
zero_it:
    li   s0, 0
tell:
    mv   a0, s0
    bgez a0, 1f
    li   a0, '-'
    call print_char
    neg  a0, s0
1:  call print_decimal
    li   a0, '\n'
    call print_char
    j    next

    .include "include/print.inc"
