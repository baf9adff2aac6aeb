# Web server, of a kind: it answers requests that come over the network, one after the
# other, and sleeps in between. With every page it sends how many requests it has
# answered. A client that sends "BYE " ends it.
#
# Requests and answers are single frames (include/web.inc); the answer goes to the
# address that the request came from. It needs a client on the same network:
#
#     ringlab network guests/web-server.s guests/web-client.s
#
# with peer: web-client.s
# expect console: "serving at 02:00:00:00:00:01\n"
# expect console: "10 requests answered\n"
# expect status: 0
# expect steps: 25436

    .include "include/ring32.inc"
    .include "include/web.inc"

    .text
    .globl _start
_start:
    call net_open
    beqz a0, no_network
    la   a0, serving
    call print
    la   a0, own
    call net_address
    call print_address
    li   a0, '\n'
    call print_char
    li   s0, 0                    # requests answered

serve:
    call net_receive
    li   t0, WEB_BYTES
    bne  a1, t0, other
    lhu  t0, WEB_KIND_AT(a0)
    li   t1, WEB_KIND
    bne  t0, t1, other
    lw   t0, WEB_WORD(a0)
    li   t1, WORD_GET
    beq  t0, t1, answer
    li   t1, WORD_BYE
    beq  t0, t1, bye
other:                            # not for us to understand
    call net_release
    j    serve

# The answer is made of the request, where it lies: its number stays.
answer:
    addi s0, s0, 1
    lhu  t0, WEB_FROM(a0)
    sh   t0, WEB_TO(a0)
    lhu  t0, WEB_FROM + 2(a0)
    sh   t0, WEB_TO + 2(a0)
    lhu  t0, WEB_FROM + 4(a0)
    sh   t0, WEB_TO + 4(a0)
    li   t0, WORD_200
    sw   t0, WEB_WORD(a0)
    sw   s0, WEB_COUNT(a0)
    la   t0, page
    addi t1, a0, WEB_PAGE
1:  lbu  t2, 0(t0)
    sb   t2, 0(t1)
    addi t0, t0, 1
    addi t1, t1, 1
    bnez t2, 1b
    li   a1, WEB_BYTES
    call net_send
    call net_release
    j    serve

bye:
    mv   a0, s0
    call print_decimal
    la   a0, answered
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
page:     .asciz "<h1>It works</h1>"
serving:  .asciz "serving at "
answered: .asciz " requests answered\n"
nowhere:  .asciz "no network\n"

    .bss
    .balign 4
own: .space 8
