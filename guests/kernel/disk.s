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
    lra  a1, s1                   # the disk needs a physical address
    call disk_read
1:  leave

# disk_read: reads sector a0 to the physical address a1. The page must not be freed
# meanwhile. a0 = 0, or -1 if the disk failed.
disk_read:
    enter
    mv   s1, a0
    mv   s2, a1
    getf s0
    cli
1:  lw   t0, disk_taken
    beqz t0, 2f
    la   a0, disk_taken           # another command is under way
    li   a1, FOREVER
    call block
    j    1b
2:  li   t0, 1
    sw   t0, disk_taken, t1
    sw   zero, disk_result, t1
    li   t0, PORT_DISK_SECTOR
    out  t0, s1
    li   t0, PORT_DISK_ADDRESS
    out  t0, s2
    li   t0, PORT_DISK_COMMAND
    li   t1, 1                    # read
    out  t0, t1
3:  lw   s1, disk_result
    bnez s1, 4f
    la   a0, disk_result
    li   a1, FOREVER
    call block
    j    3b
4:  sw   zero, disk_taken, t0
    la   a0, disk_taken
    call wakeup
    setf s0
    addi s1, s1, -DISK_DONE
    snez a0, s1                   # 0 if done, 1 if failed …
    neg  a0, a0                   # … 0 or -1
    leave

# Line 2: the command is done. The line stays pending until it is acknowledged.
disk_interrupt:
    li   t0, PORT_DISK_STATUS
    in   t1, t0
    out  t0, zero
    sw   t1, disk_result, t0
    la   a0, disk_result
    j    wakeup

    .bss
    .balign 4
disk_taken:  .space 4             # 1: a command is under way
disk_result: .space 4             # the disk's status after the last one; 0 = not done yet
    .text
