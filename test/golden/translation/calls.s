# Calls and returns. The guest's registers hold guest addresses, so a return looks its
# translation up in a table of code. A target that is not aligned is left to the monitor.
# translate: --isa ring32-x

    .text
_start:
    addi s0, zero, 2
again:
    jal  ra, leaf                 # direct: the return address is a constant
    la   t0, leaf
    jalr ra, 0(t0)                # indirect, by a register that the translation borrows
    la   a1, landing
    jalr zero, 0(a1)              # a jump by a register
back:
    addi s0, s0, -1
    bne  s0, zero, again
    addi t0, zero, 1
    addi t1, zero, 0
    out  t0, t1
leaf:
    addi a0, a0, 1
    ret
landing:
    j    back
