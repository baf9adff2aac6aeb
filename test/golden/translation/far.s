# A branch reaches 4 KiB. Where the translation of its target is farther away than that, the
# branch goes to a stub on its own page of the cache, and the stub jumps.
# translate: --isa ring32-x --at near-filler

    .text
_start:
    addi s0, zero, 2
    jal  zero, far
near:
    addi s0, s0, -1
    bne  s0, zero, far            # translated before all that filler was
    addi t0, zero, 1
    addi t1, zero, 0
    out  t0, t1
far:
    nop
    nop
    jal  zero, filler
filler:
    .rept 1100
    nop
    .endr
    jal  zero, near
