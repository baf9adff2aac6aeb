# A guest whose translation is worth reading: a counter that a critical section guards, and
# a function that is called twice.

    .text
_start:
    addi s0, zero, 2
    jal  ra, count
    jal  ra, count
    addi t0, zero, 1              # the power port
    out  t0, zero

count:
    getf a1                       # interrupts as they were
    cli
    addi a0, a0, 1
    mts  SCRATCH0, a0
    setf a1
    addi s0, s0, -1
    bne  s0, zero, more
    sring a2
more:
    ret
