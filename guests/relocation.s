# Relocation and bounds: one program at two places, and a bound around it.
#
# With paging off, the register R = (base, bound) is all the memory protection there is,
# as in Popek and Goldberg's machine: an address must be below the bound, and the base is
# added to it. The kernel runs the same ring 3 program at two bases; both copies believe
# that they start at address 0. Then the kernel moves itself: it copies all of its image
# up by 1 MiB and changes R with `lrel`. The next fetch comes from the copy, at the same pc.
#
# expect console: "at 00200000: A, trap 5 at address 00001000\n"
# expect console: "at 00300000: B, trap 5 at address 00001000\n"
# expect console: "kernel: moved up\n"
# expect console: "at the bound, trap 7 at address 00100000\n"
# expect status: 0
# expect steps: 1932

    .include "include/ring32.inc"

    .equ BOUND, 0x1000            # what a program may use, in bytes
    .equ MIB, 0x100000

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    li   a0, 2 * MIB
    li   a1, 'A'
    la   s0, 1f
    j    run                      # returns to s0
1:  li   a0, 3 * MIB
    li   a1, 'B'
    la   s0, 2f
    j    run

    # Move up. The copy differs from the original in one letter.
2:  la   t0, _start
    la   t1, image_end
    li   t3, MIB
3:  lw   t2, 0(t0)
    add  t4, t0, t3
    sw   t2, 0(t4)
    addi t0, t0, 4
    bltu t0, t1, 3b
    la   t0, up
    add  t0, t0, t3
    li   t1, 'u'
    sb   t1, 0(t0)                # "Xp" becomes "up", in the copy only
    lrel t3, t3                   # base 1 MiB, bound 1 MiB
    la   a0, moved                # fetched from the copy, and so is the text
    call print

    # R applies in ring 0 too. A byte just below the bound can be accessed, one at the bound cannot.
    la   s0, 4f
    li   t0, MIB - 1
    sb   zero, 0(t0)
    la   a0, bound
    call print
    li   t0, MIB
    sb   zero, 0(t0)              # traps; a trap sets R = (0, MEMSIZE)
4:  li   t0, PORT_POWER
    out  t0, zero

# run: copies the program to a0, tells it the letter a1, starts it in ring 3.
run:
    mts  ERBASE, a0
    mv   s1, a0
    la   t0, program
    la   t1, program_end
    mv   t2, a0
5:  lw   t3, 0(t0)
    sw   t3, 0(t2)
    addi t0, t0, 4
    addi t2, t2, 4
    bltu t0, t1, 5b
    sb   a1, letter - program(s1)
    la   a0, at
    call print
    mv   a0, s1
    call print_hex
    la   a0, colon
    call print
    mts  EPC, zero                # its first address
    li   t0, 3
    mts  ESTATUS, t0
    li   t0, BOUND
    mts  ERBOUND, t0
    iret                          # loads pc, STATUS and R together

# `ecall` prints the letter in a0. Any other trap is reported, and the kernel continues at s0.
trap:
    mfs  t0, ECAUSE
    li   t1, CAUSE_ECALL
    bne  t0, t1, 6f
    li   t0, PORT_CONSOLE_DATA
    out  t0, a0
    mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    iret                          # R comes back from ERBASE and ERBOUND
6:  la   a0, comma
    call print
    mfs  a0, ECAUSE
    call print_decimal
    la   a0, address
    call print
    mfs  a0, EVAL
    call print_hex
    li   a0, '\n'
    call print_char
    jr   s0

    .include "include/print.inc"

# The ring 3 program. Wherever it is copied to, it runs at virtual address 0.
    .balign 4
program:
    lbu  a0, letter - program(zero)
    ecall
    li   t0, BOUND - 4
    lw   t1, 0(t0)                # the last word that is its own
    lw   t1, 4(t0)                # the first that is not
letter:
    .word 0
program_end:

at:      .asciz "at "
moved:   .ascii "kernel: moved "
up:      .asciz "Xp\n"
colon:   .asciz ": "
bound:   .asciz "at the bound"
comma:   .asciz ", trap "
address: .asciz " at address "
    .balign 4
image_end:
