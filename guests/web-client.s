# Web client: asks web-server.s for its page again and again, as fast as the answers come,
# and checks each of them.
#
# The first request is a broadcast; the machine that answers is the server from then on. If no
# answer comes within TIMEOUT steps, the client sends the request again, with the same number,
# because Ethernet may lose frames. After TRIES attempts the client gives up, says so, and its
# status is 1. Each answer contains the server's count of answers. It must grow with every
# answer; otherwise the server has lost its memory.
#
# A number on the console's input says how many requests; without one it is 10. At its
# end it says goodbye to the server.
#
# with peer: web-server.s
# expect console: "10 answers, 0 requests sent again, 0 answers too many\n"
# expect status: 0
# expect steps: 24842

    .include "include/ring32.inc"
    .include "include/web.inc"

    .equ TIMEOUT, 2000000
    .equ TRIES, 100

    .text
    .globl _start
_start:
    call net_open
    beqz a0, no_network
    call read_number
    bnez a0, 1f
    li   a0, 10
1:  mv   s0, a0                   # requests to make
    li   s1, 0                    # the present one's number
    li   s2, 0                    # the server's count in its last answer
    li   s3, 0                    # requests sent again
    li   s4, 0                    # answers that came twice
    la   s5, request

next:
    addi s1, s1, 1
    sw   s1, WEB_NUMBER(s5)
    li   s7, TRIES                # how often it may still be asked
ask:
    beqz s7, give_up
    addi s7, s7, -1
    mv   a0, s5
    li   a1, WEB_BYTES
    call net_send
    li   t0, TIMEOUT
    mts  TIMER, t0
wait:
    call net_receive
    beqz a0, again
    li   t0, WEB_BYTES
    bne  a1, t0, other
    lhu  t0, WEB_KIND_AT(a0)
    li   t1, WEB_KIND
    bne  t0, t1, other
    lw   t0, WEB_WORD(a0)
    li   t1, WORD_200
    bne  t0, t1, other
    lw   t0, WEB_NUMBER(a0)
    bne  t0, s1, before
    lw   t0, WEB_COUNT(a0)
    bgeu s2, t0, forgotten
    mv   s2, t0
    lhu  t0, WEB_FROM(a0)         # the server's address, for the next request
    sh   t0, WEB_TO(s5)
    lhu  t0, WEB_FROM + 2(a0)
    sh   t0, WEB_TO + 2(s5)
    lhu  t0, WEB_FROM + 4(a0)
    sh   t0, WEB_TO + 4(s5)
    call net_release
    bne  s1, s0, next

    li   t0, WORD_BYE
    sw   t0, WEB_WORD(s5)
    mv   a0, s5
    li   a1, WEB_BYTES
    call net_send
    mv   a0, s1
    call print_decimal
    la   a0, answers
    call print
    mv   a0, s3
    call print_decimal
    la   a0, sent_again
    call print
    mv   a0, s4
    call print_decimal
    la   a0, too_many
    call print
    li   t0, PORT_POWER
    out  t0, zero

before:                           # the answer to a request that was sent twice
    addi s4, s4, 1
other:
    call net_release
    j    wait

again:
    addi s3, s3, 1
    j    ask

give_up:
    la   a0, silence
    call print
    mv   a0, s1
    call print_decimal
    la   a0, asked
    call print
    li   a0, TRIES
    call print_decimal
    la   a0, times
    call print
    j    fail

# forgotten: the server's count is t0 after s2.
forgotten:
    mv   s6, t0
    la   a0, counts
    call print
    mv   a0, s6
    call print_decimal
    la   a0, after
    call print
    mv   a0, s2
    call print_decimal
    li   a0, '\n'
    call print_char
    j    fail

no_network:
    la   a0, nowhere
    call print
fail:
    li   t0, PORT_POWER
    li   t1, 1
    out  t0, t1

    .include "include/print.inc"
    .include "include/number.inc"
    .include "include/network.inc"

    .data
    .balign 4
request:
    .byte 255, 255, 255, 255, 255, 255    # to everybody, at first
    .space 6                              # our address: the device writes it
    .half WEB_KIND, 0
    .word 0, WORD_GET, 0
    .asciz "/"
    .balign 4
    .space WEB_BYTES                      # the rest is zeros

    .section .rodata
answers:    .asciz " answers, "
sent_again: .asciz " requests sent again, "
too_many:   .asciz " answers too many\n"
silence:    .asciz "no answer to request "
asked:      .asciz ", asked "
times:      .asciz " times\n"
counts:     .asciz "the server has forgotten: it counts "
after:      .asciz " after "
nowhere:    .asciz "no network\n"
