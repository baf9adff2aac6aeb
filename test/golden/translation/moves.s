# Sensitive instructions that only move state of the virtual CPU: loads and stores of the
# save area instead. None of them traps on ring32-x, and here none of them runs.
# translate: --isa ring32-x

    .text
_start:
    getf a0
    setf a0
    cli
    sring a1
    svec a2
    sptb a3
    smsw a4
    mfs  a5, SCRATCH0
    mts  SCRATCH0, a5             # every bit of it may be written: one store
    mts  TVEC, a5                 # not these two: masked first, with a borrowed register
    mts  EPC, t0
    mfs  a6, TIME                 # not what it was when the monitor looked last: a callout
    mts  TIMER, zero              # does more than store: a callout
    sti
    addi t0, zero, 1
    out  t0, zero
