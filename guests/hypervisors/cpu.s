# The virtual CPU, as far as the hardware does not have it: the guest's timer, and which interrupt it takes when.
#
# Both routines get the run page in a0 and answer in a0 with what is to be done. They use nothing but the run page, so they
# can be in ring 0 or in a process: that is the difference between hybrid.s and type-2.s.

# cpu_prepare: before the guest is entered. What is due happens; an interrupt that it can take is to be injected.
cpu_prepare:
    mv   t0, a0
1:  lw   t1, R_TIME(t0)
    li   a1, LONGEST_TURN         # steps until something happens
    li   a2, 0                    # whether something will
    lw   t2, R_TIMER_ON(t0)
    beqz t2, 3f
    lw   t3, R_TIMER_AT(t0)
    bltu t1, t3, 2f
    sw   zero, R_TIMER_ON(t0)
    li   t3, 1
    sw   t3, R_TIMER_PENDING(t0)
    j    3f
2:  li   a2, 1
    sub  t3, t3, t1
    bgeu t3, a1, 3f
    mv   a1, t3
3:  lw   t2, R_DUE_ON(t0)
    beqz t2, 4f
    lw   t3, R_DUE(t0)
    li   a0, WANTS_DEVICE
    bgeu t1, t3, 9f
    li   a2, 1
    sub  t3, t3, t1
    bgeu t3, a1, 4f
    mv   a1, t3
4:  lw   t4, R_TIMER_PENDING(t0)
    lw   t5, R_LINES(t0)
    or   t4, t4, t5               # pending lines
    lw   t2, R_WAITS(t0)
    beqz t2, 6f
    bnez t4, 5f
    li   a0, WANTS_INPUT
    beqz a2, 9f
    add  t1, t1, a1               # `hlt`: time skips to what comes next
    sw   t1, R_TIME(t0)
    j    1b
5:  sw   zero, R_WAITS(t0)
6:  sw   zero, R_EVENT(t0)
    sw   zero, R_WINDOW(t0)
    sw   a1, R_BUDGET(t0)
    li   a0, GO
    beqz t4, 9f
    li   t3, 1
    lw   t2, R_STATUS(t0)
    andi t2, t2, STATUS_IF
    bnez t2, 7f
    sw   t3, R_WINDOW(t0)         # not yet
    ret
7:  sw   t3, R_EVENT(t0)
    li   t3, CAUSE_INTERRUPT      # the lowest line
8:  andi t2, t4, 1
    srli t4, t4, 1
    addi t3, t3, 1
    beqz t2, 8b
    addi t3, t3, -1
    sw   t3, R_CAUSE(t0)
9:  ret

# cpu_exit: after guest mode has ended. Instructions that are about the guest's timer are executed for it.
cpu_exit:
    lw   t1, R_REASON(a0)
    li   t2, REASON_INSTRUCTION
    beq  t1, t2, 1f
    li   t2, REASON_INTERRUPT
    bltu t1, t2, 6f
    li   a0, GO                   # interrupt, window, idle: cpu_prepare knows what to do
    ret
1:  lw   t1, R_QUALIFICATION(a0)  # the instruction
    srli t2, t1, 12
    andi t2, t2, 7
    beqz t2, 7f                   # `in` or `out`
    lw   t5, R_TIME(a0)
    addi t2, t2, -1
    bnez t2, 4f
    srli t2, t1, 20               # mfs: which register?
    addi t2, t2, -15
    lw   t3, R_TIMER_PENDING(a0)
    lw   t4, R_LINES(a0)
    or   t3, t3, t4
    beqz t2, 2f                   # IPEND
    lw   t2, R_TIMER_ON(a0)
    li   t3, 0
    beqz t2, 2f
    lw   t3, R_TIMER_AT(a0)
    sub  t3, t3, t5
2:  srli t2, t1, 7
    andi t2, t2, 31
    beqz t2, 5f
    slli t2, t2, 2
    add  t2, t2, a0
    sw   t3, R_X(t2)
    j    5f
4:  srli t2, t1, 15               # mts TIMER
    andi t2, t2, 31
    slli t2, t2, 2
    add  t2, t2, a0
    lw   t3, R_X(t2)
    sw   zero, R_TIMER_PENDING(a0)
    snez t2, t3
    sw   t2, R_TIMER_ON(a0)
    add  t3, t3, t5
    addi t3, t3, 1                # it counts from the next step on
    sw   t3, R_TIMER_AT(a0)
5:  addi t5, t5, 1
    sw   t5, R_TIME(a0)
    lw   t1, R_PC(a0)
    addi t1, t1, 4
    sw   t1, R_PC(a0)
    li   a0, GO
    ret
6:  li   a0, WANTS_END            # a trap without a handler, or memory that is not there
    ret
7:  li   a0, WANTS_PORT
    ret
