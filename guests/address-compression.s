# Address-space compression: a kernel that uses the addresses of its monitor.
#
# A monitor needs a part of the guest's address space that the guest cannot access; ringlab's takes
# the last 4 MiB. A kernel owns all 4 GiB and may map a page there. The monitor can handle that:
# each access traps, and the monitor executes it for the guest. But `verr` and `lra` ask about
# an address without accessing it. Where they do not trap, they answer from the monitor's page
# tables, in which the guest has no page there.
#
# The exit status counts wrong answers.
#
# expect console: "the last page: written, read back, can be read, is at its frame\n"
# expect status: 0
# expect steps: 4496

    .include "include/ring32.inc"

    .equ LAST_PAGE, 0xfffff000

    .text
    .globl _start
_start:
    li   s0, 0
    la   a0, table
    call map_identity
    la   s1, root
    addi s1, s1, 1
    mts  PTBR, s1
    la   a0, page_is
    call print

    li   s2, LAST_PAGE
    li   s3, 0x1234
    sw   s3, 8(s2)
    lw   t0, 8(s2)                # the monitor executes this access
    xor  a1, t0, s3
    la   a0, read_back
    call answer
    verr t0, s2
    xori a1, t0, 1
    la   a0, can_be_read
    call answer
    lra  t0, s2
    la   t1, frame
    xor  a1, t0, t1
    la   a0, at_frame
    call answer
    li   t0, PORT_POWER
    out  t0, s0

# answer: prints a0, after NOT if a1 is not 0, which s0 counts.
answer:
    mv   s4, ra
    mv   s5, a0
    beqz a1, 1f
    addi s0, s0, 1
    la   a0, not
    call print
1:  mv   a0, s5
    call print
    jr   s4

    .include "include/map-identity.inc"
    .include "include/print.inc"

    .section .rodata
page_is:     .asciz "the last page: written, "
not:         .asciz "NOT "
read_back:   .asciz "read back, "
can_be_read: .asciz "can be read, "
at_frame:    .asciz "is at its frame\n"

    .data
    .balign PAGE
root:
    .word table + PTE_V
    .space PAGE - 8
    .word top_table + PTE_V
top_table:
    .space PAGE - 4
    .word frame + (PTE_V | PTE_R | PTE_W)
    .bss
    .balign PAGE
frame: .space PAGE
table: .space PAGE
