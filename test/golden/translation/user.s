# User code, translated too: with --translate-user, sensitive instructions in ring 3 are
# callouts, so that they show what a bare machine shows. `svec` is the red pill.
# translate: --isa ring32-x --translate-user --at user-trap

    .include "../../../guests/include/ring32.inc"

    .text
_start:
    la   t0, trap
    mts  TVEC, t0
    la   t0, user
    mts  EPC, t0
    li   t0, 3
    mts  ESTATUS, t0
    mfs  t0, MEMSIZE
    mts  ERBOUND, t0
    iret
user:
    svec a0
    getf a1
    setf a1
    addi a2, a0, 1
    lw   a3, -8(zero)
    ecall
trap:
    li   t0, PORT_POWER
    out  t0, zero
