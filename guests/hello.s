# Hello, from the bare machine.
#
# After reset the machine is in ring 0, without paging, interrupts off, and pc is at
# _start. This guest shows the two things that every guest needs: it prints, a byte at a time
# through the console's port, and it ends, by a write to the power port.
#
# expect console: "Hello from ring 0\n"
# expect status: 0
# expect steps: 97

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    la   a0, message
    li   t0, PORT_CONSOLE_DATA
next:
    lbu  t1, 0(a0)
    beqz t1, done                 # the zero byte ends the text
    out  t0, t1
    addi a0, a0, 1
    j    next

done:
    li   t0, PORT_POWER
    out  t0, zero                 # the value is the exit status; nothing runs after it

    .section .rodata
message:
    .asciz "Hello from ring 0\n"
