# Code that is written: the unit that was translated from it is given up, and what the
# guest wrote is translated when it comes there again.
# translate: --isa ring32-x

    .text
_start:
    la   s0, changed
    la   s1, other
    lw   s1, 0(s1)
    addi s2, zero, 2
    jal  zero, changed
changed:
    addi a0, a0, 1                # once; then add two
    addi s2, s2, -1
    beq  s2, zero, end
    sw   s1, 0(s0)                # writes traced code: the monitor does it, and gives up the unit
    jal  zero, changed
end:
    addi t0, zero, 1
    addi t1, zero, 0
    out  t0, t1
other:
    addi a0, a0, 2
