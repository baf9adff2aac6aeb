# run_guest: the system call that turns the teaching kernel into a monitor's lower half.

    .equ BLOCK, MEMORY_END        # where the kernel has the control block, which is at physical address 0
    .equ HOST_CLOCK, 1

# run_guest(0) makes the guest, and gives its memory and the run page to the process. run_guest(1) runs it, and returns when
# the process is to do something: what, in a0.
sys_run_guest:
    enter
    la   s0, run_page
    bnez a0, 1f
    lw   t0, monitor_process
    bnez t0, 5f                   # there is one guest
    la   t0, kernel_table
    li   t1, PTE_V | PTE_R | PTE_W
    sw   t1, BLOCK / PAGE * 4(t0)
    call make_guest
    bnez a0, 5f
    sw   tp, monitor_process, t0
    call map_guest
    li   a0, GO
    leave

1:  lw   t0, monitor_process
    bne  t0, tp, 5f
2:  cli
    lw   t0, reschedule           # others want to run, too
    beqz t0, 3f
    call schedule
3:
    .ifdef HYBRID
    mv   a0, s0
    call cpu_prepare
    bnez a0, 4f
    .endif
    lw   s1, R_TIME(s0)
    mv   a0, s0
    call enter_guest
    sti
    .ifdef HYBRID
    mv   a0, s0
    call cpu_exit
    beqz a0, 2b
    .else
    lw   t0, R_REASON(s0)
    li   t1, REASON_INTERRUPT
    bne  t0, t1, 4f
    lw   t0, R_TIME(s0)           # our own clock, or the end of the guest's turn?
    sub  t0, t0, s1
    lw   t1, R_BUDGET(s0)
    sub  t1, t1, t0
    sw   t1, R_BUDGET(s0)
    bnez t1, 2b
    .endif
4:  sti
    lw   t0, R_TO_USER(s0)
    addi t0, t0, 1
    sw   t0, R_TO_USER(s0)
    leave
5:  li   a0, -1
    leave

# map_guest: the tables of the nested map are the process's, too, at GUEST_WINDOW: to the process, the guest's memory is memory.
map_guest:
    la   t0, window_table
    la   t1, run_page
    addi t1, t1, PTE_V | PTE_R | PTE_W | PTE_U
    sw   t1, 0(t0)
    addi t0, t0, PTE_V
    lw   t1, P_PTBR(tp)
    addi t1, t1, -1
    li   t2, (GUEST_WINDOW >> 22) * 4
    add  t1, t1, t2
    sw   t0, MOST_TABLES * 4(t1)
    la   t0, nested_root
    .irp n, 0, 1, 2, 3
    lw   t2, 4 * \n(t0)
    sw   t2, 4 * \n(t1)
    .endr
    ret

# disk_size(): sectors of the disk.
sys_disk_size:
    li   t0, PORT_DISK_SIZE
    in   a0, t0
    ret

    .bss
    .balign PAGE
window_table:    .space PAGE
monitor_process: .space 4
    .text
