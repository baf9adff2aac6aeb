# Branches and direct jumps: to code translated already, on to the next unit, to what was
# not reached yet. A way that the guest never took asks for its translation if it is.
# translate: --isa ring32-x

    .text
_start:
    addi s0, zero, 3
again:
    addi s0, s0, -1
    bne  s0, zero, again          # backwards, within a unit
    beq  s0, zero, forward
never:
    addi s1, s1, 1
    jal  zero, end
forward:
    blt  s0, zero, never          # not taken
    jal  zero, end                # a jump: one word
    nop
end:
    addi t0, zero, 1
    addi t1, zero, 0
    out  t0, t1
