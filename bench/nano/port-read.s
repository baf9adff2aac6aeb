# A port read: whether console input waits.

    .include "../../guests/include/ring32.inc"

    .text
_start:
    li   a0, PORT_CONSOLE_CONTROL
1:  in   a1, a0
    addi s0, s0, 1
    j    1b
