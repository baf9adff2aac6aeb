# chains: computes too, so that primes has somebody to share the processor with. From a
# number n go to n / 2 if it is even, else to 3 n + 1, until it is 1: which takes longest?

    .equ STARTS, 250

chains:
    li   t0, 1                    # where the chain starts
    li   t1, STARTS
    li   s0, 0                    # the longest so far …
    li   s1, 0                    # … and where it starts
1:  mv   t2, t0
    li   t3, 0                    # its length
    li   t6, 1
2:  beq  t2, t6, 5f
    addi t3, t3, 1
    andi t4, t2, 1
    srli t2, t2, 1
    beqz t4, 2b
    slli t4, t2, 2                # n was 2 t2 + 1, so 3 n + 1 is 6 t2 + 4
    slli t2, t2, 1
    add  t2, t2, t4
    addi t2, t2, 4
    j    2b
5:  bgeu s0, t3, 6f
    mv   s0, t3
    mv   s1, t0
6:  addi t0, t0, 1
    bltu t0, t1, 1b
    la   a0, chains_says
    call put_text
    mv   a0, s1
    call put_number
    la   a0, chains_length
    call put_text
    mv   a0, s0
    call put_number
    la   a0, chains_end
    call put_line
    li   a0, 0
    system EXIT

chains_says:   .asciz "chains:  from "
chains_length: .asciz " it takes "
chains_end:    .asciz " steps to 1"
    .balign 4
