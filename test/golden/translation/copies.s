# Identical copies: what is innocuous is translated to itself, and a unit ends after twelve.
# translate: --isa ring32-x

    .text
_start:
    addi s0, zero, 1
    slli s1, s0, 4
    xor  s2, s0, s1
    mul  s3, s1, s1
    lui  s4, 0x20                 # an address: loads and stores are innocuous too
    sw   s3, 0(s4)
    lhu  s5, 0(s4)
    fence
    sub  s6, s5, s0
    sltu s7, s0, s6
    or   s8, s7, s0
    and  s9, s8, s6
    sra  s10, s9, s0              # the thirteenth: the next unit, which goes on in place
    addi t0, zero, 1
    addi t1, zero, 0
    out  t0, t1
