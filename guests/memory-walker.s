# Memory walker: adds 1 to one byte of every page, page after page, round after round, and
# checks each byte before.
#
# The byte says in which round the page is. Pages that the walker has passed are in this round,
# all others in the last one. So if memory is put together from two moments, with one page
# older or newer than the rest, the walker notices within a round. A page also holds its own
# address, so the walker notices a page in the wrong place too. This makes it a good guest to
# snapshot and to migrate. It walks all memory after its own code; `--memory` says how much.
#
# A number on the console's input says how many rounds; without one it never ends. It prints a
# dot every 256 rounds, when the bytes start again from 0.
#
# with memory: 96K
# with input: "257\n"
# expect console: ".\n"
# expect console: "257 rounds over 7 pages, all whole\n"
# expect status: 0
# expect steps: 14949

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    call read_number
    mv   s0, a0                   # rounds to go; from 0 down that is 2^32
    la   s1, _end + PAGE - 1
    li   t0, -PAGE
    and  s1, s1, t0               # the first page after this program
    mfs  s2, MEMSIZE              # the end of the last one
    li   s3, 0                    # rounds done
    li   s4, PAGE

    mv   a0, s1
1:  sw   a0, 4(a0)              # every page knows its own address
    add  a0, a0, s4
    bltu a0, s2, 1b

round:
    addi s6, s3, 1
    andi s6, s6, 255              # what each byte becomes …
    andi s7, s3, 255              # … and what it is
    mv   a0, s1
1:  lbu  a1, 0(a0)
    bne  a1, s7, torn
    sb   s6, 0(a0)
    lw   a1, 4(a0)
    bne  a1, a0, misplaced
    add  a0, a0, s4
    bltu a0, s2, 1b

    addi s3, s3, 1
    bnez s6, 2f
    li   a0, '.'
    call print_char
2:  addi s0, s0, -1
    bnez s0, round

    la   a0, newline
    call print
    mv   a0, s3
    call print_decimal
    la   a0, rounds
    call print
    sub  a0, s2, s1
    srli a0, a0, 12
    call print_decimal
    la   a0, whole
    call print
    li   t0, PORT_POWER
    out  t0, zero

# torn: reports that the byte of the page at a0 is a1.
torn:
    mv   s8, a0
    mv   s9, a1
    la   a0, page
    call print
    mv   a0, s8
    call print_hex
    la   a0, holds
    call print
    mv   a0, s9
    call print_decimal
    la   a0, not
    call print
    mv   a0, s7
    call print_decimal
    j    fail

# misplaced: reports that the page of address a1 is at a0.
misplaced:
    mv   s8, a0
    mv   s9, a1
    la   a0, page
    call print
    mv   a0, s8
    call print_hex
    la   a0, is
    call print
    mv   a0, s9
    call print_hex
fail:
    la   a0, newline
    call print
    li   t0, PORT_POWER
    li   t1, 1
    out  t0, t1

    .include "include/print.inc"
    .include "include/number.inc"

    .section .rodata
rounds:  .asciz " rounds over "
whole:   .asciz " pages, all whole\n"
page:    .asciz "\ntorn: the page at "
holds:   .asciz " holds "
not:     .asciz ", not "
is:      .asciz " is that of "
newline: .asciz "\n"
