# Non-faulting access to privileged state: a kernel that finds other values than it wrote.
#
# `svec` and `sptb` read what only ring 0 can write: the addresses of the trap handler and of
# the page tables, like SIDT and SGDT on x86. Where they do not trap, they show the values of
# the real machine, which the monitor has set.
#
# The exit status counts the values that were not as written.
#
# expect console: "the trap handler: as written\n"
# expect console: "the page tables: as written\n"
# expect status: 0
# expect steps: 4445

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    li   s0, 0
    la   s1, trap
    mts  TVEC, s1
    la   a0, table
    call map_identity
    la   s2, root
    addi s2, s2, 1                # bit 0: paging on
    mts  PTBR, s2

    la   a0, handler
    call print
    svec a0
    mv   a1, s1
    call compare
    la   a0, tables
    call print
    sptb a0
    mv   a1, s2
    call compare
trap:                             # nothing traps here
    li   t0, PORT_POWER
    out  t0, s0

# compare: prints whether a0 equals a1, and counts in s0 if it does not.
compare:
    mv   s3, ra
    beq  a0, a1, 1f
    addi s0, s0, 1
    la   a0, not
    call print
1:  la   a0, written
    call print
    jr   s3

    .include "include/map-identity.inc"
    .include "include/print.inc"

    .section .rodata
handler: .asciz "the trap handler: "
tables:  .asciz "the page tables: "
not:     .asciz "NOT "
written: .asciz "as written\n"

    .data
    .balign PAGE
root:
    .word table + PTE_V
    .space PAGE - 4
    .bss
    .balign PAGE
table: .space PAGE
