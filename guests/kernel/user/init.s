# init: the first process. It starts the others and waits until all have ended.

init:
    la   a0, init_starts
    call put_line
    la   s0, programs
1:  lw   s1, 0(s0)
    beqz s1, 3f
    addi s0, s0, 4
    system FORK
    bnez a0, 1b
    jr   s1                       # the child becomes the program, and never comes back

3:  system WAIT
    bltz a0, 4f                   # no more children
    beqz a1, 3b                   # ended well
    mv   s0, a0
    mv   s1, a1
    la   a0, init_pid
    call put_text
    mv   a0, s0
    call put_number
    la   a0, init_status
    call put_text
    mv   a0, s1
    call put_number
    la   a0, nothing
    call put_line
    j    3b
4:  la   a0, init_done
    call put_line
    li   a0, 0
    system EXIT

init_starts:  .asciz "init:    pid 1, starting the others"
init_pid:     .asciz "init:    pid "
init_status:  .asciz " ended with status "
init_done:    .asciz "init:    all have ended"
    .balign 4
programs:                         # where they run, which is not where they are linked
    .irp name, primes, chains, clock, family, reader, greeter, wild, rogue
    .equ run_\name, USER_CODE + (\name - user_start)
    .word run_\name
    .endr
    .word 0
