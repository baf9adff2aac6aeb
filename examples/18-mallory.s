# A process of another container (lesson 18): looks for the secret, then kills whom it can name.
    .globl _start
_start:
    li   s0, 3000                 # alice has stored the secret by then
1:  addi s0, s0, -1
    bnez s0, 1b
    la   s1, paths
2:  lbu  t0, 0(s1)
    beqz t0, 5f
    li   a0, -100                 # AT_FDCWD
    mv   a1, s1
    li   a2, 0
    li   a7, 56                   # openat
    ecall
    bltz a0, 3f
    la   a1, found
    li   a2, found_end - found
    call print
3:  lbu  t0, 0(s1)                # the next path
    addi s1, s1, 1
    bnez t0, 3b
    j    2b
5:  li   a7, 172                  # getpid
    ecall
    mv   s1, a0
    li   s0, 1
6:  beq  s0, s1, 7f
    mv   a0, s0
    li   a1, 9
    li   a7, 129                  # kill
    ecall
    bltz a0, 7f
    la   a1, killed
    li   a2, killed_end - killed
    call print
7:  addi s0, s0, 1
    li   t0, 8
    bltu s0, t0, 6b
    la   a1, gone
    li   a2, gone_end - gone
    call print
    li   a0, 0
    li   a7, 93                   # exit
    ecall

# print: a2 bytes at a1.
print:
    li   a0, 1
    li   a7, 64                   # write
    ecall
    ret

    .section .rodata
paths: .asciz "/secret"
    .asciz "../secret"
    .asciz "/../alice/secret"
    .asciz "/alice/secret"
    .byte 0
found:  .ascii "mallory: I have found the secret\n"
found_end:
killed: .ascii "mallory: I have killed a process\n"
killed_end:
gone:   .ascii "mallory: I go\n"
gone_end:
