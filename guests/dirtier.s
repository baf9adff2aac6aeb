# Dirtier: writes to every page of its memory as fast as it can, and each time it writes a
# new value.
#
# A migration sends pages while the guest runs, and then the pages that were written meanwhile,
# which usually become fewer. Here they do not, however many rounds there are. To move this
# guest, one must stop it, slow it down, or let it run at the target before its memory is there.
# All pages differ, and so compression does not help.
#
# A number on the console's input says how many rounds; without one it never ends.
#
# with memory: 128K
# with input: "20\n"
# expect console: "20 rounds over 15 pages\n"
# expect status: 0
# expect steps: 3879

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    call read_number
    mv   s0, a0                   # rounds to go
    la   s1, _end + PAGE - 1
    li   s4, PAGE
    neg  t0, s4
    and  s1, s1, t0               # the first page after this program
    mfs  s2, MEMSIZE
    li   s3, 0                    # rounds done
    li   s5, 1                    # the number written last (Marsaglia's xorshift32, 2003)

round:
    mv   a0, s1
1:  slli t0, s5, 13
    xor  s5, s5, t0
    srli t0, s5, 17
    xor  s5, s5, t0
    slli t0, s5, 5
    xor  s5, s5, t0
    srli t0, s5, 20               # somewhere in the page, at a multiple of 4 …
    andi t0, t0, -4
    add  t0, t0, a0
    sw   s5, 0(t0)
    add  a0, a0, s4               # … and on to the next
    bltu a0, s2, 1b
    addi s3, s3, 1
    addi s0, s0, -1
    bnez s0, round

    mv   a0, s3
    call print_decimal
    la   a0, rounds
    call print
    sub  a0, s2, s1
    srli a0, a0, 12
    call print_decimal
    la   a0, pages
    call print
    li   t0, PORT_POWER
    out  t0, zero

    .include "include/print.inc"
    .include "include/number.inc"

    .section .rodata
rounds: .asciz " rounds over "
pages:  .asciz " pages\n"
