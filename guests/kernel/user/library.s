# What all user programs share. They are one image, linked among the kernel but run at
# USER_CODE, where it is mapped: code and constants must be reached relative to pc, as
# `la`, `call` and `j` do. Everything that changes is at USER_DATA, in each process its own.
#
# A line is put together first and then written with one system call, so that lines of
# different processes do not mix.

    .equ LINE_LENGTH, USER_DATA          # bytes in LINE so far
    .equ LINE, USER_DATA + 4
    .equ HEAP, USER_DATA + PAGE          # the program's own

# system: the system call of that name.
    .macro system name
    li   a7, SYS_\name
    ecall
    .endm

    .section .user, "ax"
    .balign PAGE
user_start:
    j    init                     # here the first process begins

# put_text: adds the text at a0, up to its zero byte.
put_text:
    li   t0, LINE_LENGTH
    lw   t1, 0(t0)
    li   t2, LINE
    add  t2, t2, t1
1:  lbu  t3, 0(a0)
    beqz t3, 2f
    sb   t3, 0(t2)
    addi a0, a0, 1
    addi t2, t2, 1
    addi t1, t1, 1
    j    1b
2:  sw   t1, 0(t0)
    ret

# put_number: adds a0 in decimal. Its digits come out backwards, so they start on the stack.
put_number:
    addi sp, sp, -32
    sw   ra, 16(sp)
    li   t0, 10
    addi t1, sp, 15
    sb   zero, 0(t1)
1:  remu t2, a0, t0
    divu a0, a0, t0
    addi t2, t2, '0'
    addi t1, t1, -1
    sb   t2, 0(t1)
    bnez a0, 1b
    mv   a0, t1
    call put_text
    lw   ra, 16(sp)
    addi sp, sp, 32
    ret

# put_line: adds the text at a0, and writes the whole line.
put_line:
    addi sp, sp, -16
    sw   ra, 0(sp)
    call put_text
    la   a0, newline
    call put_text
    li   t0, LINE_LENGTH
    lw   a1, 0(t0)
    sw   zero, 0(t0)
    li   a0, LINE
    system WRITE
    lw   ra, 0(sp)
    addi sp, sp, 16
    ret
newline: .asciz "\n"
nothing: .asciz ""
    .balign 4

    .irp name, init, put_text, put_number, put_line   # where they run: for traces only
    .equ run_\name, USER_CODE + (\name - user_start)
    .endr
