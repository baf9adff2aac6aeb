# Entering the guest: the half of a monitor that must be in ring 0, whichever kind of monitor it is.
#
# To the rest, the guest is a function call: enter_guest loads the guest's registers, and `vmrun` starts it; when guest mode
# ends, enter_guest returns. `vmrun` names a register with the address of the control block. All registers are the guest's
# by then, but x0 is free: so the control block is at physical address 0.
#
# BLOCK is where this code finds that page. HOST_CLOCK is defined if TIMER has a use of its own here.

# make_guest: the nested map, the control block and the run page for the guest that was loaded with us.
make_guest:
    la   t0, allocation
    lw   a1, 0(t0)                # where its memory is
    lw   a2, 4(t0)                # bytes
    lw   a3, 8(t0)                # its first pc
    la   a4, nested_tables
    la   a5, nested_root
    li   a0, MOST_TABLES * 1024 * PAGE
    bltu a0, a2, 4f
    beqz a2, 4f
    li   t6, PAGE
    mv   t0, a4
    add  t1, a1, a2
1:  addi t2, a1, PTE_V | PTE_R | PTE_W | PTE_X | PTE_U
    sw   t2, 0(t0)
    addi t0, t0, 4
    add  a1, a1, t6
    bltu a1, t1, 1b
2:  addi t2, a4, PTE_V            # the tables that have an entry
    sw   t2, 0(a5)
    addi a5, a5, 4
    add  a4, a4, t6
    bltu a4, t0, 2b

    li   t6, BLOCK
    add  t0, t6, 1024
    mv   t1, t6
3:  sw   zero, 0(t1)
    addi t1, t1, 4
    bltu t1, t0, 3b
    li   t0, 1 << 5 | 1 << 6      # `in` and `out` exit,
    sw   t0, BLOCK_INSTRUCTIONS(t6)
    li   t0, 1 << 14 | 1 << 15    # `mfs` of TIMER and IPEND,
    sw   t0, BLOCK_READS(t6)
    li   t0, 1 << 14              # and `mts` to TIMER
    sw   t0, BLOCK_WRITES(t6)
    la   t0, nested_root
    sw   t0, BLOCK_ROOT(t6)
    sw   a2, BLOCK_GUEST + SAVED_SYSTEM + 4 * 3(t6)    # RBOUND
    sw   a2, BLOCK_GUEST + SAVED_SYSTEM + 4 * 16(t6)   # MEMSIZE
    mfs  t0, CPUID
    sw   t0, BLOCK_GUEST + SAVED_SYSTEM + 4 * 17(t6)
    la   t0, run_page
    sw   a3, R_PC(t0)
    sw   a2, R_GUEST_SIZE(t0)
    li   a0, 0
    ret
4:  li   a0, -1                   # no guest, or too large a one
    ret

# enter_guest: lets the guest run that the run page a0 describes, until guest mode ends. Interrupts are off.
enter_guest:
    addi sp, sp, -64
    sw   ra, 0(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sw   s\n, 4 + 4 * \n(sp)
    .endr
    sw   tp, 52(sp)
    sw   gp, 56(sp)
    sw   sp, host_sp, t0
    sw   a0, host_run, t0
    mfs  t1, TVEC
    sw   t1, host_tvec, t0
    la   t0, guest_left
    mts  TVEC, t0
    li   t6, BLOCK
    .irp word, PC, STATUS, WAITS
    lw   t0, R_\word(a0)
    sw   t0, BLOCK_GUEST + SAVED_\word(t6)
    .endr
    lw   t0, R_EVENT(a0)
    sw   t0, BLOCK_EVENT(t6)
    sw   zero, R_EVENT(a0)
    lw   t0, R_CAUSE(a0)
    sw   t0, BLOCK_EVENT_CAUSE(t6)
    lw   t0, R_WINDOW(a0)
    andi t0, t0, CONTROL_WINDOW
    addi t0, t0, CONTROL_NESTED
    sw   t0, BLOCK_CONTROL(t6)
    lw   t1, R_BUDGET(a0)
    addi t1, t1, (guest_begins - timer_set) / 4 - 1
    .ifdef HOST_CLOCK
    mfs  t3, TIMER                # our own clock goes on: whichever is first
    bnez t3, 1f
    li   t3, 1                    # it is due already
1:  mfs  t4, TIME
    add  t4, t4, t3
    sw   t4, host_due, t5
    bltu t1, t3, 2f
    mv   t1, t3
2:
    .endif
    lw   t5, R_TIME(a0)
time_read:                        # from here to the guest's first step always as many steps
    mfs  t2, TIME
    addi t2, t2, (guest_begins - time_read) / 4
    sub  t2, t5, t2
    sw   t2, host_offset, t3
    sw   t2, BLOCK_TIME_OFFSET(t6)
    srai t2, t2, 31
    sw   t2, BLOCK_TIME_OFFSET + 4(t6)
timer_set:
    mts  TIMER, t1
    mv   sp, a0
    all_registers lw
    lw   sp, 8(sp)
    vmrun zero
guest_begins:
    j    guest_begins             # never executed: guest mode ends with a trap

guest_left:                       # the trap `guest exit`
    mts  SCRATCH1, sp
    lw   sp, host_run
    all_registers sw
time_left:
    mfs  t0, TIME
    lw   t1, host_offset
    add  t0, t0, t1
    addi t0, t0, -((time_left - guest_left) / 4 + 1)
    sw   t0, R_TIME(sp)
    mfs  t1, SCRATCH1
    sw   t1, 8(sp)
    mv   a0, sp
    lw   sp, host_sp
    li   t6, BLOCK
    .irp word, PC, STATUS, WAITS
    lw   t0, BLOCK_GUEST + SAVED_\word(t6)
    sw   t0, R_\word(a0)
    .endr
    .irp word, REASON, QUALIFICATION
    lw   t0, BLOCK_\word(t6)
    sw   t0, R_\word(a0)
    .endr
    lw   t0, R_EXITS(a0)
    addi t0, t0, 1
    sw   t0, R_EXITS(a0)
    .ifdef HOST_CLOCK
    lw   t1, host_due
    mfs  t2, TIME
    sub  t1, t1, t2
    bgtz t1, 1f
    li   t1, 1                    # a tick that came meanwhile comes now
1:  mts  TIMER, t1
    .else
    mts  TIMER, zero
    .endif
    lw   t0, host_tvec
    mts  TVEC, t0
    lw   ra, 0(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    lw   s\n, 4 + 4 * \n(sp)
    .endr
    lw   tp, 52(sp)
    lw   gp, 56(sp)
    addi sp, sp, 64
    ret

    .data
    .balign 4
    .globl allocation
allocation: .word 0, 0, 0         # filled in by whoever loads us: see vmm/guest/with-guest.ts

    .bss
    .balign PAGE
run_page:      .space PAGE
nested_root:   .space PAGE
nested_tables: .space MOST_TABLES * PAGE
host_sp:       .space 4
host_run:      .space 4
host_tvec:     .space 4
host_offset:   .space 4
host_due:      .space 4
    .text
