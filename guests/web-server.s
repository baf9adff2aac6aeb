# A simple web server: it answers requests from the network, one after the other, and sleeps
# in between. With every page it sends the number of requests that it has answered. A client
# that is finished sends "BYE ".
#
# A number on the console's input says how many clients it serves: it ends when so many have
# said goodbye. Without a number, it ends when every client that sent a request has said
# goodbye and no other client sends one within LINGER steps.
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
# expect steps: 3025705

    .include "include/ring32.inc"
    .include "include/web.inc"

    .equ CLIENT_FIRST, 0          # an entry of `clients`: its address, in two parts
    .equ CLIENT_LAST, 4
    .equ CLIENT_GONE, 6           # 1 when it has said goodbye
    .equ CLIENT_BYTES, 8
    .equ CLIENTS_MAX, 256
    .equ LINGER, 3000000          # longer than a client waits before it asks again

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
    call read_number
    mv   s1, a0                   # clients to serve; 0: all that come
    li   s0, 0                    # requests answered
    li   s2, 0                    # clients that have said goodbye
    li   s3, 0                    # clients that have said anything

serve:
    call net_receive
    beqz a0, lingered
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
other:                            # a frame that we do not know
    call net_release
    j    serve

# The answer is made from the request, in the same buffer: its number stays.
answer:
    call client
    beqz t3, other                # no room to remember it: it is not served
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
    call client
    beqz t3, other
    lhu  t0, CLIENT_GONE(t3)
    bnez t0, other                # it has said goodbye before
    li   t0, 1
    sh   t0, CLIENT_GONE(t3)
    addi s2, s2, 1
    beq  s2, s1, over
    bnez s1, other
    bne  s2, s3, other
    li   t0, LINGER
    mts  TIMER, t0
    j    other

lingered:
    mts  TIMER, zero
    bne  s2, s3, serve            # another client has come

over:
    mv   a0, s0
    call print_decimal
    la   a0, answered
    call print
    li   t0, PORT_POWER
    out  t0, zero

# client: t3 = the entry of the sender of the frame at a0, a new one for a new client; 0 if
# there is no room for one. Changes t0 to t4.
client:
    lhu  t0, WEB_FROM(a0)
    lhu  t1, WEB_FROM + 2(a0)
    slli t1, t1, 16
    or   t0, t0, t1               # the address' first four bytes
    lhu  t1, WEB_FROM + 4(a0)     # and its last two
    la   t3, clients
    slli t4, s3, 3
    add  t4, t4, t3
1:  beq  t3, t4, 3f
    lw   t2, CLIENT_FIRST(t3)
    bne  t2, t0, 2f
    lhu  t2, CLIENT_LAST(t3)
    beq  t2, t1, 4f
2:  addi t3, t3, CLIENT_BYTES
    j    1b
3:  li   t2, CLIENTS_MAX
    beq  s3, t2, 5f
    addi s3, s3, 1
    sw   t0, CLIENT_FIRST(t3)
    sh   t1, CLIENT_LAST(t3)
4:  ret
5:  li   t3, 0
    ret

no_network:
    la   a0, nowhere
    call print
    li   t0, PORT_POWER
    li   t1, 1
    out  t0, t1

    .include "include/print.inc"
    .include "include/print-address.inc"
    .include "include/number.inc"
    .include "include/network.inc"

    .section .rodata
page:     .asciz "<h1>It works</h1>"
serving:  .asciz "serving at "
answered: .asciz " requests answered\n"
nowhere:  .asciz "no network\n"

    .bss
    .balign 4
own:     .space 8
clients: .space CLIENT_BYTES * CLIENTS_MAX
