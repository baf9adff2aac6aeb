# Adaptive translation: a store that hits a trace again and again, here in a page table,
# becomes a callout. It costs one exit then, without a page fault first.
# translate: --isa ring32-x --at again-done

    .include "../../../guests/include/ring32.inc"

    .text
_start:
    la   a0, leaves
    call map_identity
    la   t0, leaves
    ori  t1, t0, PTE_V
    la   t0, root
    sw   t1, 0(t0)
    ori  t0, t0, 1
    mts  PTBR, t0
    la   s0, leaves
    lw   s1, 0x3fc(s0)
    li   s2, 12
again:
    sw   s1, 0x3fc(s0)            # eight trace hits, then callouts
    sw   s2, 0(sp)                # a store like any other
    addi s2, s2, -1
    bnez s2, again
done:
    li   t0, PORT_POWER
    out  t0, zero

    .include "../../../guests/include/map-identity.inc"

    .bss
    .balign 4096
root:   .space 4096
leaves: .space 4096
