# Translated code counts steps in tp. So the guest's own tp lies in the save area, and what
# uses it is done with a borrowed register.
# translate: --isa ring32-x

    .text
_start:
    addi tp, zero, 3
    add  a0, tp, tp
    add  t0, t0, tp               # t0 is in use: another is borrowed
    lui  tp, 0x20
    sw   a0, 0(tp)
    lw   tp, 0(tp)
    beq  tp, a0, end              # a branch on tp: a callout
    nop
end:
    addi t0, zero, 1
    addi t1, zero, 0
    out  t0, t1
