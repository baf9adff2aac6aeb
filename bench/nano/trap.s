# A trap on error: an illegal instruction, which the handler skips. There is no fault of
# memory in it, which tells the cost of a trap from that of the page tables behind a page fault.

    .include "skip.inc"

1:  .word 0xffffffff
    addi s0, s0, 1
    j    1b
