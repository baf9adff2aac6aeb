# Address spaces: a root table, the kernel's table shared by all, one table for the user.
#
# A process has its code from the start. Every other page is allocated when it is first
# touched, filled with zeros (demand-zero). Pages that are never touched cost nothing.

# space_new: an address space for the process a0: the kernel, and the user's code.
space_new:
    enter
    mv   s0, a0
    call zero_page
    mv   s1, a0
    addi t0, a0, 1
    sw   t0, P_PTBR(s0)
    call zero_page
    sw   a0, P_TABLE(s0)
    la   t0, kernel_table
    addi t0, t0, PTE_V
    sw   t0, 0(s1)
    li   t1, USER_ROOT_ENTRY
    add  t1, s1, t1
    addi t0, a0, PTE_V
    sw   t0, 0(t1)
    la   t0, user_start
    la   t1, user_end
    li   t2, PAGE
1:  addi t3, t0, PTE_V | PTE_R | PTE_X | PTE_U
    sw   t3, 0(a0)
    addi a0, a0, 4
    add  t0, t0, t2
    bltu t0, t1, 1b
    leave

# space_copy: copies all pages that can be written from the page table a0 to that at a1.
space_copy:
    enter
    mv   s0, a0
    mv   s1, a1
    addi s2, a0, 4 * USER_PAGES
1:  lw   t0, 0(s0)
    andi t0, t0, PTE_W
    beqz t0, 3f
    call alloc_page
    addi t0, a0, PTE_V | PTE_R | PTE_W | PTE_U
    sw   t0, 0(s1)
    lw   t1, 0(s0)
    srli t1, t1, 12
    slli t1, t1, 12
    li   t0, PAGE
    add  t2, t1, t0
2:  lw   t3, 0(t1)
    lw   t4, 4(t1)
    sw   t3, 0(a0)
    sw   t4, 4(a0)
    addi t1, t1, 8
    addi a0, a0, 8
    bltu t1, t2, 2b
3:  addi s0, s0, 4
    addi s1, s1, 4
    bltu s0, s2, 1b
    leave

# space_free: frees all memory of the process a0, and counts the pages that it changed.
space_free:
    enter
    mv   s0, a0
    lw   s1, P_TABLE(s0)
    addi s2, s1, 4 * USER_PAGES
1:  lw   a0, 0(s1)
    andi t0, a0, PTE_W
    beqz t0, 3f
    count pages_freed
    andi t0, a0, PTE_D            # the machine has set it at the first store
    beqz t0, 2f
    count pages_dirtied
2:  srli a0, a0, 12
    slli a0, a0, 12
    call free_page
3:  addi s1, s1, 4
    bltu s1, s2, 1b
    tables_freed s0
    lw   a0, P_TABLE(s0)
    call free_page
    lw   a0, P_PTBR(s0)
    addi a0, a0, -1
    call free_page
    leave

# demand_page: the process touched address a0, which is not mapped. If it may have a page there,
# it gets one and a0 = 1; otherwise a0 = 0.
demand_page:
    enter
    li   t0, USER_DATA
    sub  t0, a0, t0
    li   t1, USER_DATA_SIZE
    bltu t0, t1, 1f
    li   t0, USER_STACK
    sub  t0, a0, t0
    li   t1, USER_STACK_SIZE
    bgeu t0, t1, 2f
1:  li   t0, USER_CODE
    sub  t0, a0, t0
    srli t0, t0, 12               # which page, which entry of the table
    slli t0, t0, 2
    lw   s0, P_TABLE(tp)
    add  s0, s0, t0
    lw   t0, 0(s0)
    bnez t0, 2f                   # there is one: a jump into data, for example
    count demand_pages
    call zero_page
    addi a0, a0, PTE_V | PTE_R | PTE_W | PTE_U
    set_entry a0, s0
    li   a0, 1
    leave
2:  li   a0, 0
    leave

# user_range: may the process use a1 bytes from a0 with the rights a2? a0 = 1 if so, 0 if not.
# The kernel can access all memory, so it must check every address that a program passes to
# it. verr and verw would not help, because they answer for the ring we are in. page_rights shows
# PTE_U, which says whether ring 3 may access the page.
user_range:
    enter
    add  s1, a0, a1               # the end
    bltu s1, a0, 3f               # past the top of the address space
    mv   s2, a2
    li   t0, -PAGE
    and  s0, a0, t0
1:  bgeu s0, s1, 2f
    page_rights t0, s0
    and  t1, t0, s2
    li   t2, PAGE
    beq  t1, s2, 4f
    bnez t0, 3f                   # a page, but not for that
    mv   a0, s0
    call demand_page              # none: could it have one? Then look again
    bnez a0, 1b
3:  li   a0, 0
    leave
4:  add  s0, s0, t2
    j    1b
2:  li   a0, 1
    leave
