# reader: shows the first line of each of the first sectors of the disk.

    .equ LONGEST, 60              # bytes shown

reader:
    li   s0, 0
1:  mv   a0, s0
    li   a1, HEAP                 # an untouched page: the kernel allocates it
    system READ_SECTOR
    bltz a0, 3f
    la   a0, reader_says
    call put_text
    li   t0, HEAP
    li   t1, HEAP + LONGEST
    li   t3, '\n'
2:  lbu  t2, 0(t0)                # the text ends with its line
    beq  t2, t3, 5f
    addi t0, t0, 1
    bltu t0, t1, 2b
5:  sb   zero, 0(t0)
    li   a0, HEAP
    call put_line
    addi s0, s0, 1
    li   t0, 3
    bltu s0, t0, 1b
    j    4f
3:  la   a0, reader_fails
    call put_line
4:  li   a0, 0
    system EXIT

reader_says:  .asciz "disk:    "
reader_fails: .asciz "disk:    that sector cannot be read"
    .balign 4
