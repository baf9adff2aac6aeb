# family: parent and child have the same variable at the same address, and yet not the
# same: each has its own address space.

family:
    li   s2, HEAP
    li   t0, 1
    sw   t0, 0(s2)
    system FORK
    mv   s0, a0
    bnez s0, 1f
    li   t0, 2                    # the child changes it …
    sw   t0, 0(s2)
    system YIELD                  # … the parent may run …
    la   a0, family_child
    call family_line
    li   a0, 42
    j    2f
1:  system WAIT                   # … and when the parent looks, nothing has happened
    mv   s1, a1
    la   a0, family_parent
    call family_line
    addi a0, s1, -42              # status: 0 if the child gave us 42
2:  system EXIT

# family_line: a0 = who, and what the variable is.
family_line:
    addi sp, sp, -16
    sw   ra, 0(sp)
    call put_text
    system GETPID
    call put_number
    la   a0, family_variable
    call put_text
    lw   a0, 0(s2)
    call put_number
    la   a0, nothing
    call put_line
    lw   ra, 0(sp)
    addi sp, sp, 16
    ret

family_child:    .asciz "family:  child, pid "
family_parent:   .asciz "family:  parent, pid "
family_variable: .asciz ": the variable is "
    .balign 4
