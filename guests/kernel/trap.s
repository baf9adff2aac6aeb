# Traps: the only way into the kernel, and the only way out.
#
# A trap from ring 3 is a system call, a fault or an interrupt; from the kernel itself it is an
# interrupt. In every case all registers are saved in a frame on the kernel stack of the
# running process. After that, a second trap cannot destroy anything in the processor, and
# interrupts may be turned on again.

trap:
    mts  SCRATCH1, sp
    mfs  sp, ESTATUS
    andi sp, sp, STATUS_RING
    beqz sp, 1f
    mfs  sp, SCRATCH0             # from ring 3: its stack is not to be trusted
    j    2f
1:  mfs  sp, SCRATCH1             # from the kernel: stay where we are
2:  addi sp, sp, -FRAME
    all_registers sw
    mfs  t0, SCRATCH1
    sw   t0, F_SP(sp)
    mfs  t0, EPC
    sw   t0, F_EPC(sp)
    mfs  t1, ESTATUS              # (ERBASE, ERBOUND: R means nothing while paging is on)
    sw   t1, F_STATUS(sp)
    mfs  tp, SCRATCH0
    mfs  s0, ECAUSE
    mfs  s1, EVAL

    bltz s0, interrupt
    andi t1, t1, STATUS_RING
    beqz t1, kernel_fault
    li   t0, CAUSE_ECALL
    beq  s0, t0, system_call
    li   t0, CAUSE_FETCH_PAGE     # 12, 13 and 15 are page faults; there is no 14
    bltu s0, t0, user_fault
    li   t0, CAUSE_STORE_PAGE
    bltu t0, s0, user_fault
    mv   a0, s1
    call demand_page
    beqz a0, user_fault
    j    trap_return              # to the same instruction: now it finds its page

interrupt:
    la   t0, interrupt_handlers
    slli t1, s0, 2                # the line times 4; the top bit is gone
    add  t0, t0, t1
    lw   t0, 0(t0)
    jalr t0
    # fall through

# trap_return: returns to where the frame at sp came from. A new process starts here, too.
trap_return:
    cli                           # an interrupt from here on would destroy EPC, ESTATUS
    lw   t0, F_STATUS(sp)
    andi t0, t0, STATUS_RING
    beqz t0, 1f                   # the kernel goes on: it only changes process when it wants
    lw   t0, reschedule
    beqz t0, 1f
    call schedule                 # other processes run here, for as long as it takes
1:  lw   t0, F_EPC(sp)
    mts  EPC, t0
    lw   t0, F_STATUS(sp)
    mts  ESTATUS, t0
    all_registers lw
    lw   sp, F_SP(sp)
    iret

# user_fault: a trap that no program should cause; s0 is its cause and s1 its value. The process
# is ended; no other process notices.
user_fault:
    la   a0, killed_pid
    call print
    lw   a0, P_PID(tp)
    call print_decimal
    la   a0, killed
    call print
    call print_fault
    mv   a0, s0                   # exit status: the cause
    sti
    j    process_exit

# kernel_fault: a fault in the kernel itself. It checks the memory of a user before an access,
# and its own memory is always mapped, so this is a mistake in the kernel.
kernel_fault:
    call print_fault
    la   a0, in_the_kernel
    j    panic

# print_fault: prints s0 in words, s1, and where the trap of the frame at sp happened.
print_fault:
    mv   s2, ra
    la   t5, fault_names
1:  lw   t6, 0(t5)
    addi t5, t5, 8
    beq  t6, s0, 2f
    bnez t6, 1b                   # the last one, 0, stands for all others
2:  lw   a0, -4(t5)
    call print
    mv   a0, s1
    call print_hex
    la   a0, fault_at
    call print
    lw   a0, F_EPC(sp)
    call print_hex
    li   a0, '\n'
    call print_char
    jr   s2

    .section .rodata
    .balign 4
interrupt_handlers:               # by line; the network's is never turned on
    .word timer_interrupt, console_interrupt, disk_interrupt
fault_names:
    .word CAUSE_ILLEGAL, fault_illegal, CAUSE_PRIVILEGED, fault_privileged
    .word CAUSE_FETCH_PAGE, fault_fetch, CAUSE_LOAD_PAGE, fault_load
    .word CAUSE_STORE_PAGE, fault_store, 0, fault_other
fault_illegal:    .asciz "illegal instruction "
fault_privileged: .asciz "privileged instruction "
fault_fetch:      .asciz "jump to "
fault_load:       .asciz "load from "
fault_store:      .asciz "store to "
fault_other:      .asciz "trap with value "
killed_pid:       .asciz "kernel:  pid "
killed:           .asciz " killed: "
fault_at:         .asciz ", at "
in_the_kernel:    .asciz "a fault in the kernel\n"
    .text
