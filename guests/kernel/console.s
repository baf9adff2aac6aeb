# The console for processes: the calls write and read (a line).

# write(address, length): prints all of it at once. No other process prints in between,
# because the kernel is not preempted.
sys_write:
    enter
    mv   s0, a0
    mv   s1, a1
    li   a2, PTE_U | PTE_R
    call user_range
    addi a0, a0, -1
    bnez a0, 3f
    print_text s0, s1
    mv   a0, s1
3:  leave

# read(address, length, ticks): reads up to the end of a line, or length bytes. Waits for the
# first byte, but no longer than so many ticks.
sys_read:
    enter
    mv   s0, a0
    mv   s1, a1
    mv   s2, a2
    li   a2, PTE_U | PTE_W
    call user_range
    addi a0, a0, -1
    bnez a0, 3f
    mv   a0, s2
    call console_wait
    li   t0, PORT_CONSOLE_DATA
    li   t3, '\n'
    mv   t1, s0
    add  t2, s0, s1
1:  bgeu t1, t2, 2f
    in   t4, t0
    bltz t4, 2f                   # no more
    sb   t4, 0(t1)
    addi t1, t1, 1
    bne  t4, t3, 1b
2:  sub  a0, t1, s0
3:  leave

# console_wait: waits until input is there, or a0 ticks have passed.
console_wait:
    enter
    interrupts_off s0
    lw   s1, ticks
    add  s1, s1, a0
1:  li   t0, PORT_CONSOLE_CONTROL
    in   t1, t0
    andi t1, t1, 1
    bnez t1, 2f
    lw   t1, ticks
    bgeu t1, s1, 2f
    li   t1, 1
    out  t0, t1                   # interrupt when a byte waits
    la   a0, console_interrupt
    mv   a1, s1
    call block
    j    1b
2:  interrupts_as s0
    leave

# Line 1: a byte waits. The line stays pending while it does, so we turn the interrupt off. The
# process that waits will read the byte, and turn the interrupt on again if necessary.
console_interrupt:
    li   t0, PORT_CONSOLE_CONTROL
    out  t0, zero
    la   a0, console_interrupt    # processes wait for this address
    j    wakeup
