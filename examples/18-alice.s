# A process of a container (lesson 18): says who it is, stores a secret, and works for a while.
    .globl _start
_start:
    li   a0, 1
    la   a1, hello
    li   a2, hello_end - hello
    li   a7, 64                   # write
    ecall
    li   a0, -100                 # AT_FDCWD
    la   a1, path
    li   a2, 0x41                 # O_CREAT, O_WRONLY
    li   a3, 0x180
    li   a7, 56                   # openat
    ecall
    la   a1, secret
    li   a2, secret_end - secret
    li   a7, 64
    ecall
    li   t0, 20000
1:  addi t0, t0, -1
    bnez t0, 1b
    li   a0, 1
    la   a1, done
    li   a2, done_end - done
    li   a7, 64
    ecall
    li   a0, 0
    li   a7, 93                   # exit
    ecall

    .section .rodata
hello: .ascii "alice:   I begin my work\n"
hello_end:
done:  .ascii "alice:   my work is done\n"
done_end:
path:  .asciz "/secret"
secret: .ascii "the garden key is under the pot\n"
secret_end:
