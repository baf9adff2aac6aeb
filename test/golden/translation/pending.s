# The same code twice: where an interrupt is pending and only IF keeps it from being taken,
# what sets IF is a callout; elsewhere it is one store.
# translate: --isa ring32-x --at enable-trap

    .include "../../../guests/include/ring32.inc"

    .text
_start:
    la   t0, trap
    mts  TVEC, t0
    li   s0, 2
    jal  zero, enable
wait:
    li   t0, 4
    mts  TIMER, t0                # pending four steps later
    li   t0, 20
1:  addi t0, t0, -1
    bnez t0, 1b
enable:
    sti
    getf a0
    setf a0
    cli
    addi s0, s0, -1
    bnez s0, wait
    li   t0, PORT_POWER
    out  t0, zero
trap:
    mts  TIMER, zero
    iret
