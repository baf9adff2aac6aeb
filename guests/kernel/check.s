# Checks that the machine is what the kernel thinks it is. Also panic, for when the kernel cannot go on.

# self_check: every answer must be the value that we have set. A monitor may run us in a ring
# other than 0, where these instructions do not trap in every variant. Then they show the
# monitor's state instead of ours, and the monitor does not notice.
self_check:
    enter
    .ifdef PARAVIRTUAL
    call_monitor VERSION          # without a monitor that answers: an illegal instruction
    li   t0, CALL_MAGIC
    bne  a0, t0, 1f
    leave
    .else
    li   s0, 0                    # how many answers were wrong
    la   a0, sring_name
    sring a1
    li   a2, 0
    call check
    la   a0, svec_name
    svec a1
    la   a2, trap
    call check
    la   a0, sptb_name
    sptb a1
    mfs  a2, PTBR
    call check
    la   a0, smsw_name
    smsw a1
    li   a2, 1                    # paging on, interrupts off
    call check
    la   a0, lra_name
    lra  a1, sp
    mv   a2, sp                   # the kernel's addresses are physical ones
    call check
    la   a0, getf_name
    sti                           # no device has been told to interrupt yet
    getf a1
    cli
    li   a2, STATUS_IF
    call check
    la   a0, setf_name
    setf a2                       # interrupts on …
    smsw a1
    cli                           # … and off
    li   a2, 3
    call check
    bnez s0, 1f
    leave
    .endif
1:  la   a0, not_ours
    j    panic

# check: the instruction with the name a0 gave a1; a2 is the right value. Preserves a2.
check:
    beq  a1, a2, 1f
    addi s0, s0, 1
    mv   t5, ra
    call print
    mv   a0, a1
    call print_hex
    la   a0, should_be
    call print
    mv   a0, a2
    call print_hex
    li   a0, '\n'
    call print_char
    mv   ra, t5
1:  ret

# panic: prints a0, the reason why the kernel cannot go on, and ends.
panic:
    mv   s0, a0
    la   a0, panic_text
    call print
    mv   a0, s0
    call print
    li   t0, PORT_POWER
    li   t1, 1
    out  t0, t1

    .section .rodata
sring_name: .asciz "sring says "
svec_name: .asciz "svec says "
sptb_name: .asciz "sptb says "
smsw_name: .asciz "smsw says "
lra_name:  .asciz "lra says "
getf_name: .asciz "after sti, getf says "
setf_name: .asciz "after setf, smsw says "
should_be: .asciz ", not "
panic_text: .asciz "panic: "
not_ours:  .asciz "this is not the machine that the kernel was written for\n"
    .text
