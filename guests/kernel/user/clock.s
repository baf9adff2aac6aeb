# clock: sleeps most of the time, and says when it woke.

clock:
    li   s0, 4
1:  li   a0, 45
    system SLEEP
    mv   s1, a0
    la   a0, clock_says
    call put_text
    mv   a0, s1
    call put_number
    la   a0, nothing
    call put_line
    addi s0, s0, -1
    bnez s0, 1b
    li   a0, 0
    system EXIT

clock_says: .asciz "clock:   tick "
    .balign 4
