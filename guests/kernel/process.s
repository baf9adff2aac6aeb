# Processes: which one runs, which wait, and how the processor switches from one to another.
#
# The kernel is never preempted: it switches to another process only where it calls schedule.
# But interrupt handlers may run in between, and they make processes READY. So a routine that
# tests something and then waits for it to change keeps interrupts off from the test to the
# wait. Otherwise the change could come in between and be missed: a lost wakeup. Such a
# routine does not know whether interrupts were on. It saves the flag, clears it, and restores
# it at the end:      interrupts_off s0;  …  interrupts_as s0

# schedule: runs the next process that can run; returns when it is our turn again.
# Interrupts are off.
schedule:
    enter
    sw   zero, reschedule, t0
1:  mv   a0, tp
    li   t1, PAGE
    la   t2, processes_end
2:  add  a0, a0, t1               # the next record …
    bltu a0, t2, 3f
    la   a0, first_process        # … and after the last the first
3:  lw   t0, P_STATE(a0)
    addi t0, t0, -READY
    beqz t0, 4f
    bne  a0, tp, 2b               # ourselves last of all
    count times_idle
    wait_for_device               # nobody can
    j    1b
4:  beq  a0, tp, 5f
    count switches
    call switch
5:  leave

# switch: continues the process a0 where it called switch. We wait here until another process
# switches to us. Registers that a called routine must preserve are saved on our stack.
    .equ CONTEXT, 64
switch:
    addi sp, sp, -CONTEXT
    sw   ra, 0(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sw   s\n, 4 + 4 * \n(sp)
    .endr
    sw   sp, P_SP(tp)
resume:
    mv   tp, a0
    mts  SCRATCH0, tp
    lw   t0, P_PTBR(tp)
    use_table t0
    lw   sp, P_SP(tp)
    lw   ra, 0(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    lw   s\n, 4 + 4 * \n(sp)
    .endr
    addi sp, sp, CONTEXT
    ret

# block: waits for wakeup(a0), but not longer than until tick a1. Interrupts are off.
block:
    sw   a0, P_CHANNEL(tp)
    sw   a1, P_DEADLINE(tp)
    li   t0, BLOCKED
    sw   t0, P_STATE(tp)
    j    schedule

# wakeup: makes all that wait for a0 READY. Called with interrupts on or off.
wakeup:
    interrupts_off t6
    li   t1, PAGE
    la   t2, first_process
    la   t3, processes_end
1:  lw   t0, P_STATE(t2)
    addi t0, t0, -BLOCKED
    bnez t0, 2f
    lw   t0, P_CHANNEL(t2)
    bne  t0, a0, 2f
    li   t0, READY
    sw   t0, P_STATE(t2)
2:  add  t2, t2, t1
    bltu t2, t3, 1b
    interrupts_as t6
    ret

# The clock, every PERIOD steps: makes sleepers READY whose time has come, and notes that the
# running process has used up its time slice.
timer_interrupt:
    li   t0, PERIOD
    set_clock t0                  # it counts once only; this takes the request away, too
    lw   t4, ticks
    addi t4, t4, 1
    sw   t4, ticks, t0
    li   t0, 1
    sw   t0, reschedule, t1
    li   t1, PAGE
    la   t2, first_process
    la   t3, processes_end
1:  lw   t0, P_STATE(t2)
    addi t0, t0, -BLOCKED
    bnez t0, 2f
    lw   t0, P_DEADLINE(t2)
    bltu t4, t0, 2f
    li   t0, READY
    sw   t0, P_STATE(t2)
2:  add  t2, t2, t1
    bltu t2, t3, 1b
    ret

# process_new: a0 = a new process, our child, with code but without data; 0 if there is no room.
# The caller fills its frame and makes it READY. It starts as if it returned from a trap.
process_new:
    enter
    li   t1, PAGE
    la   s0, first_process
    la   t3, processes_end
1:  lw   t0, P_STATE(s0)
    beqz t0, 2f
    add  s0, s0, t1
    bltu s0, t3, 1b
    li   s0, 0
    j    3f
2:  lw   t0, last_pid
    addi t0, t0, 1
    sw   t0, last_pid, t1
    sw   t0, P_PID(s0)
    sw   tp, P_PARENT(s0)
    addi t0, s0, -(FRAME + CONTEXT)
    sw   t0, P_SP(s0)
    la   t1, trap_return
    sw   t1, 0(t0)                # where its first switch returns to
    mv   a0, s0
    call space_new
3:  mv   a0, s0
    leave

    .bss
    .balign PAGE
processes: .space PROCESSES * PAGE
    .equ processes_end, processes + PROCESSES * PAGE
    .equ first_process, processes + PAGE - P_SIZE   # its record; the next is a PAGE further
ticks:      .space 4
last_pid:   .space 4
reschedule: .space 4              # 1: on the way back to ring 3, let another process run
    .text
