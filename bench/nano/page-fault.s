# A page fault: a load from a page that the guest's own tables do not map. The handler skips it.

    .include "paging.inc"

    li   s2, PAGE * 511
1:  lw   a0, 0(s2)
    addi s0, s0, 1
    j    1b
