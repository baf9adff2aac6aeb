# Demand paging: page tables are built at run time, and missing pages are mapped when touched.
#
# The first 4 MiB are mapped to themselves, so that nothing changes for this program when
# it turns paging on. The 4 MiB from 0x40000000 have a table with no pages in it: every
# first touch is a page fault, which the handler repairs before the access is tried
# again. At the end, the A and D bits show which pages were used and which were written.
#
# expect console: "page fault 15 at 40000000\n"
# expect console: "page fault 13 at 40001000\n"
# expect console: "page fault 15 at 40003ffe\n"
# expect console: "page fault 15 at 40004000\n"
# expect console: "page 0 AD\n"
# expect console: "page 1 A-\n"
# expect console: "page 2 not mapped\n"
# expect console: "page 3 AD\n"
# expect console: "page 4 AD\n"
# expect status: 4
# expect steps: 5422

    .include "include/ring32.inc"

    .equ DEMAND, 0x40000000
    .equ DEMAND_ENTRY, (DEMAND >> 22) * 4   # the root's entry for these 4 MiB

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    la   a0, low_table
    call map_identity

    # The root: an entry stands for 4 MiB and points to a table, so it has only V.
    la   s0, root_table
    la   t0, low_table
    addi t0, t0, PTE_V
    sw   t0, 0(s0)
    la   s1, demand_table
    addi t0, s1, PTE_V
    sw   t0, DEMAND_ENTRY(s0)
    addi t0, s0, 1                # bit 0: paging on
    mts  PTBR, t0

    # Touch some pages. s2 counts the faults, s3 is the next free frame. The handler
    # changes a0 and t0 to t4, so we keep nothing there across an access.
    li   s2, 0
    la   s3, frames
    li   s4, 0x12345678
    li   s5, DEMAND
    sw   s4, 0(s5)                # page 0: a store
    li   s5, DEMAND + PAGE
    lw   t5, 0(s5)                # page 1: a load, of a zero
    bnez t5, wrong
    li   s5, DEMAND + 4 * PAGE - 2
    sw   s4, 0(s5)                # pages 3 and 4: one store, two faults, then both halves
    lw   t5, 0(s5)
    bne  t5, s4, wrong
    la   t0, frames
    lw   t0, 0(t0)                # page 0 lies in the first frame, which is mapped low too
    bne  t0, s4, wrong

    # Which A and D bits are set now?
    li   s5, 0
2:  la   a0, page
    call print
    mv   a0, s5
    call print_decimal
    slli t0, s5, 2
    add  t0, s1, t0
    lw   s6, 0(t0)
    la   a0, not_mapped
    beqz s6, 3f
    andi t0, s6, PTE_D
    la   a0, accessed
    beqz t0, 3f
    la   a0, dirty
3:  call print
    addi s5, s5, 1
    li   t0, 5
    bltu s5, t0, 2b
    mv   a0, s2                   # exit status: the number of faults
power:
    li   t0, PORT_POWER
    out  t0, a0
wrong:
    li   a0, 1
    j    power

# A fault changes nothing: once the page is there, `iret` tries the same access again.
trap:
    la   a0, page_fault
    call print
    mfs  a0, ECAUSE
    call print_decimal
    la   a0, at
    call print
    mfs  a0, EVAL
    call print_hex
    li   a0, '\n'
    call print_char
    mfs  t0, EVAL
    srli t1, t0, 22
    li   t2, DEMAND >> 22
    bne  t1, t2, wrong            # not in the region: a mistake in this program
    slli t0, t0, 10
    srli t0, t0, 22               # the middle ten bits: which page of the table
    slli t0, t0, 2
    add  t0, t0, s1
    addi t1, s3, PTE_V | PTE_R | PTE_W
    sw   t1, 0(t0)                # there is no TLB: the next access uses the new entry
    li   t1, PAGE
    add  s3, s3, t1
    addi s2, s2, 1
    iret

    .include "include/map-identity.inc"
    .include "include/print.inc"

    .section .rodata
page_fault: .asciz "page fault "
at:         .asciz " at "
page:       .asciz "page "
not_mapped: .asciz " not mapped\n"
accessed:   .asciz " A-\n"
dirty:      .asciz " AD\n"

    .bss
    .balign PAGE
root_table:   .space PAGE
low_table:    .space PAGE
demand_table: .space PAGE
frames:       .space 4 * PAGE
