# Fills a table with squares, then adds them up, by a function whose address is in memory.
# It powers off with the sum; but it does not come so far.
    .globl _start
_start:
    la   a0, table
    li   a1, 9
    call fill
    li   s0, 0
    la   s1, table
    li   s2, 8
next:
    lw   a0, 0(s1)
    lw   t1, adder
    jalr t1
    addi s1, s1, 4
    addi s2, s2, -1
    bnez s2, next
    li   t0, 1
    out  t0, s0

# Writes the squares of 1 to a1 from a0 on.
fill:
    li   t0, 1
1:  mul  t1, t0, t0
    sw   t1, 0(a0)
    addi a0, a0, 4
    addi t0, t0, 1
    ble  t0, a1, 1b
    ret

add:
    add  s0, s0, a0
    ret

    .data
table:
    .space 32
adder:
    .word add
