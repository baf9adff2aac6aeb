# System calls: the table, and the calls for processes. The calls for a device are in the file
# of the device. A call gets its arguments from the process in a0 to a2, and returns its result
# in a0; tp is the process. It runs with interrupts on.

system_call:
    lw   t0, F_EPC(sp)
    addi t0, t0, 4                # EPC is the `ecall` itself
    sw   t0, F_EPC(sp)
    count system_calls
    li   t0, SYSTEM_CALLS
    bgeu a7, t0, 1f               # checked before it is used as an index
    la   t0, system_calls_table
    slli t1, a7, 2
    add  t0, t0, t1
    lw   t0, 0(t0)
    sti                           # a call can be long, and the clock should not stand still
    jalr t0
    j    2f
1:  li   a0, -1
2:  sw   a0, F_A0(sp)
    j    trap_return

    .section .rodata
    .balign 4
system_calls_table:               # by number
    .word process_exit, sys_write, sys_read, sys_yield, sys_sleep
    .word sys_getpid, sys_fork, sys_wait, sys_read_sector
    .ifdef GUESTS
    .word sys_run_guest, sys_disk_size
    .endif
    .if . - system_calls_table <> 4 * SYSTEM_CALLS
    .error "the table of system calls does not have SYSTEM_CALLS entries"
    .endif
    .text

sys_getpid:
    lw   a0, P_PID(tp)
    ret

sys_yield:
    enter
    interrupts_off s0
    call schedule
    interrupts_as s0
    li   a0, 0
    leave

sys_sleep:
    enter
    interrupts_off s0
    lw   a1, ticks
    add  a1, a1, a0
    li   a0, 0
    call block
    interrupts_as s0
    lw   a0, ticks
    leave

# fork: makes a copy of the process. Both return from this call, with different results.
sys_fork:
    enter
    call process_new
    beqz a0, 2f
    mv   s0, a0
    lw   a0, P_TABLE(tp)
    lw   a1, P_TABLE(s0)
    call space_copy
    addi t1, tp, -FRAME
    addi t2, s0, -FRAME
1:  lw   t0, 0(t1)
    sw   t0, 0(t2)
    addi t1, t1, 4
    addi t2, t2, 4
    bltu t1, tp, 1b
    sw   zero, F_A0 - FRAME(s0)
    li   t0, READY
    sw   t0, P_STATE(s0)
    lw   a0, P_PID(s0)
    leave
2:  li   a0, -1
    leave

# wait: waits until a child has ended, and frees what is left of it. -1 if there is no child.
sys_wait:
    enter
    interrupts_off s0
1:  li   s1, 0                    # children seen
    li   t1, PAGE
    la   t2, first_process
    la   t3, processes_end
2:  lw   t0, P_PARENT(t2)
    bne  t0, tp, 3f
    lw   t0, P_STATE(t2)
    beqz t0, 3f
    li   s1, 1
    addi t0, t0, -ZOMBIE
    beqz t0, 4f
3:  add  t2, t2, t1
    bltu t2, t3, 2b
    li   a0, -1
    beqz s1, 5f
    mv   a0, tp                   # a child that ends wakes its parent
    li   a1, FOREVER
    call block
    j    1b
4:  sw   zero, P_STATE(t2)
    lw   t0, P_STATUS(t2)
    sw   t0, F_A1 - FRAME(tp)
    lw   a0, P_PID(t2)
5:  interrupts_as s0
    leave

# process_exit: ends the running process with status a0. The first process gets its children.
process_exit:
    sw   a0, P_STATUS(tp)
    la   t0, kernel_root
    addi t0, t0, 1
    use_table t0                  # so that our own tables can be freed
    mv   a0, tp
    call space_free
    li   t1, PAGE
    la   t2, first_process
    la   t3, processes_end
    mv   t4, t2
1:  lw   t0, P_PARENT(t2)
    bne  t0, tp, 2f
    sw   t4, P_PARENT(t2)
2:  add  t2, t2, t1
    bltu t2, t3, 1b
    cli
    li   t0, ZOMBIE
    sw   t0, P_STATE(tp)
    lw   a0, P_PARENT(tp)
    beqz a0, report               # the first process itself: the end
    call wakeup
    call schedule                 # for the last time
