# A detector that uses every instruction that can give a monitor away. It is the grader's own test, so it is in no package.
        .equ TOP, 0xfffff             # the last page of the address space
_start: la   t0, handler
        mts  TVEC, t0
        cli
        getf t0                       # IF is 0
        andi t0, t0, 4
        bnez t0, found
        smsw t0
        andi t0, t0, 2
        bnez t0, found
        sring t0                      # this is ring 0
        bnez t0, found
        svec t0                       # the handler is ours
        la   t1, handler
        bne  t0, t1, found
        la   t1, _start               # paging is off: an address is itself
        lra  t0, t1
        bne  t0, t1, found
        sti                           # setf in ring 0 sets IF to 0, and ecall saves it
        setf zero
        li   s0, 1
        ecall
after_setf:
        la   s1, in_ring_1            # in ring 1, cli traps
        li   t0, 1
        li   s0, 2
        retf s1, t0
in_ring_1:
        cli
        j    found
after_retf:
        la   t0, root                 # paging on: the kernel where it is, and one page at the top
        addi t0, t0, 1
        mts  PTBR, t0
        sptb t1
        bne  t0, t1, off
        lui  s2, TOP
        lar  t0, s2                   # R W
        beqz t0, off
        verr t0, s2
        beqz t0, off
        verw t0, s2
        beqz t0, off
        mts  PTBR, zero
        li   s0, 3                    # the handler's address once more, from ring 3
        la   t0, user
        mts  EPC, t0
        li   t0, 3
        mts  ESTATUS, t0
        mts  ERBASE, zero
        mfs  t0, MEMSIZE
        mts  ERBOUND, t0
        iret
user:   svec t0
        la   t1, handler
        beq  t0, t1, same
        ecall
same:   li   s0, 4
        ecall
off:    mts  PTBR, zero
found:  li   s3, 1
        j    end
alone:  li   s3, 0
end:    li   t0, 1
        out  t0, s3

        .balign 4
handler: li  t0, 1
        beq  s0, t0, from_setf
        li   t0, 2
        beq  s0, t0, after_retf       # cli trapped, as it must
        li   t0, 4
        beq  s0, t0, alone
        mfs  t0, ECAUSE               # 3: svec traps here, or the address was another's
        li   t1, 24
        beq  t0, t1, alone
        j    found
from_setf:
        mfs  t0, ESTATUS
        andi t0, t0, 4
        bnez t0, found
        j    after_setf

        .balign 4096
root:   .word low + 1
        .space 4 * 1022
        .word top + 1
low:    .set frame, 0
        .rept 256
        .word frame + 0x6f
        .set frame, frame + 4096
        .endr
        .balign 4096
top:    .space 4 * 1023
        .word 0x67                    # R W, frame 0
