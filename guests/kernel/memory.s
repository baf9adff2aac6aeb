# Memory: the free pages, and the kernel's own page table.
#
# No interrupt handler calls these routines, and the kernel is not preempted. So interrupts
# need not be turned off, neither here nor in space.s.

# memory_start: frees all pages after the image, and builds the kernel's page table, which all
# address spaces share: virtual = physical addresses, without U, code read-only.
memory_start:
    enter
    la   a0, too_small
    mfs  t0, MEMSIZE
    li   t1, MEMORY_END
    bltu t0, t1, panic
    la   s0, end + PAGE - 1
    li   t0, -PAGE
    and  s0, s0, t0
1:  mv   a0, s0
    call free_page
    li   t0, PAGE
    add  s0, s0, t0
    li   t0, MEMORY_END
    bltu s0, t0, 1b

    la   t0, kernel_table
    la   t1, kernel_root
    addi t2, t0, PTE_V
    sw   t2, 0(t1)
    li   t1, KERNEL
    srli t2, t1, 10               # 4 bytes for each page; those below stay 0, invalid
    add  t0, t0, t2
    la   t2, __bss_start
    li   t3, MEMORY_END
    li   t4, PAGE
2:  addi t5, t1, PTE_V | PTE_R | PTE_X
    bltu t1, t2, 3f
    addi t5, t1, PTE_V | PTE_R | PTE_W
3:  sw   t5, 0(t0)
    addi t0, t0, 4
    add  t1, t1, t4
    bltu t1, t3, 2b
    leave

# free_page: frees the page a0. Free pages are a list; each holds the address of the next.
free_page:
    lw   t0, free_list
    sw   t0, 0(a0)
    sw   a0, free_list, t0
    lw   t0, free_pages
    addi t0, t0, 1
    sw   t0, free_pages, t1
    ret

# alloc_page: a0 = a page, with its old contents.
alloc_page:
    lw   a0, free_list
    beqz a0, 1f
    lw   t0, 0(a0)
    sw   t0, free_list, t1
    lw   t0, free_pages
    addi t0, t0, -1
    sw   t0, free_pages, t1
    ret
1:  la   a0, out_of_memory        # there is enough for as many processes as can be
    j    panic

# zero_page: a0 = a page of zeros, so that nobody sees what another process left in it.
zero_page:
    enter
    call alloc_page
    li   t0, PAGE
    add  t0, a0, t0
    mv   t1, a0
1:  sw   zero, 0(t1)
    sw   zero, 4(t1)
    sw   zero, 8(t1)
    sw   zero, 12(t1)
    addi t1, t1, 16
    bltu t1, t0, 1b
    leave

    .section .rodata
too_small: .asciz "this machine has less than 1 MiB\n"
out_of_memory: .asciz "no page is free\n"

    .bss
    .balign PAGE
kernel_root:  .space PAGE         # the address space while there is no process
kernel_table: .space PAGE
free_list:    .space 4
free_pages:   .space 4
    .text
