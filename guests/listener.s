# Listener: reports every frame that it hears, whoever sent it, until none has come for
# SILENCE steps.
#
# It hears little of what other machines say to each other. A switch sends a frame to all ports
# only if it does not know where the receiver is. Here that is only the first request of the
# client, which is a broadcast.
#
# with peer: web-server.s web-client.s
# expect console: "from 02:00:00:00:00:03, 92 bytes\n"
# expect console: "1 frame(s) heard\n"
# expect status: 0
# expect steps: 101578

    .include "include/ring32.inc"

    .equ SILENCE, 100000

    .text
    .globl _start
_start:
    call net_open
    beqz a0, no_network
    li   s0, 0                    # frames heard

listen:
    li   t0, SILENCE
    mts  TIMER, t0
    call net_receive
    beqz a0, silent
    mv   s1, a0
    mv   s2, a1
    la   a0, from
    call print
    addi a0, s1, 6                # the sender's address: bytes 6 to 11
    call print_address
    la   a0, comma
    call print
    mv   a0, s2
    call print_decimal
    la   a0, bytes
    call print
    call net_release
    addi s0, s0, 1
    j    listen

silent:
    mv   a0, s0
    call print_decimal
    la   a0, heard
    call print
    li   t0, PORT_POWER
    out  t0, zero

no_network:
    la   a0, nowhere
    call print
    li   t0, PORT_POWER
    li   t1, 1
    out  t0, t1

    .include "include/print.inc"
    .include "include/print-address.inc"
    .include "include/network.inc"

    .section .rodata
from:    .asciz "from "
comma:   .asciz ", "
bytes:   .asciz " bytes\n"
heard:   .asciz " frame(s) heard\n"
nowhere: .asciz "no network\n"
