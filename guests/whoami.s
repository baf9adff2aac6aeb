# Who am I: a guest that prints the name that its host has given it, and how often it has become another machine.
#
# The name is the setting NAME of the context. Without a context, all ones are read at its ports.
#
#     ringlab run guests/whoami.s --context NAME=web
#
# expect console: "I have no name.\n"
# expect status: 1
# expect steps: 116

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    la   a0, key
    la   a1, value
    li   a2, 64
    call context_get
    bltz a0, nameless
    la   a0, is
    call print
    la   a0, value
    call print
    la   a0, age
    call print
    li   t0, PORT_CONTEXT_AGE
    in   a0, t0
    call print_decimal
    li   s0, 0
    j    end
nameless:
    la   a0, none
    call print
    li   s0, 1
end:
    la   a0, last
    call print
    li   t0, PORT_POWER
    out  t0, s0

    .include "include/print.inc"
    .include "include/context.inc"

    .data
key:   .asciz "NAME"
is:    .asciz "I am "
age:   .asciz ", age "
none:  .asciz "I have no name"
last:  .asciz ".\n"

    .bss
value: .space 64
