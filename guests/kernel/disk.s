# The disk: one command at a time, and the process that gave it sleeps until it is done.

# read_sector(sector, address): 512 bytes to an address that is a multiple of 512.
sys_read_sector:
    enter
    mv   s0, a0
    mv   s1, a1
    li   a0, -1
    andi t0, s1, 511
    bnez t0, 1f                   # the disk does not use page tables: the sector must be within a page
    mv   a0, s1
    li   a1, 512
    li   a2, PTE_U | PTE_W
    call user_range
    addi a0, a0, -1
    bnez a0, 1f
    sb   zero, 0(s1)              # this store sets D, because the disk does not set it
    mv   a0, s0
    physical_of a1, s1            # the disk needs one
    call disk_read
1:  leave

# disk_read: reads sector a0 to the physical address a1. The page must not be freed
# meanwhile. a0 = 0, or -1 if the disk failed.
disk_read:
    enter
    mv   s1, a0
    mv   s2, a1
    interrupts_off s0
1:  lw   t0, disk_taken
    beqz t0, 2f
    la   a0, disk_taken           # another command is under way
    li   a1, FOREVER
    call block
    j    1b
2:  li   t0, 1
    sw   t0, disk_taken, t1
    sw   zero, disk_result, t1
    disk_start s1, s2
3:  lw   s1, disk_result
    bnez s1, 4f
    la   a0, disk_result
    li   a1, FOREVER
    call block
    j    3b
4:  sw   zero, disk_taken, t0
    la   a0, disk_taken
    call wakeup
    interrupts_as s0
    addi s1, s1, -DISK_DONE
    snez a0, s1                   # 0 if done, 1 if failed …
    neg  a0, a0                   # … 0 or -1
    leave

# Line 2: the command is done.
disk_interrupt:
    disk_ended
    sw   t1, disk_result, t0
    la   a0, disk_result
    j    wakeup

    .bss
    .balign 4
disk_taken:  .space 4             # 1: a command is under way
disk_result: .space 4             # the disk's status after the last one; 0 = not done yet
    .text
