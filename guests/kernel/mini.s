# A minimal kernel: two processes that do not know of each other.
#
# Each has its own address space: the same code, and a page of data at the same address
# that is not the same memory. A timer takes the processor from one and gives it to the
# other. System calls: write, exit. Interrupts are on in ring 3 only, never in the kernel.
#
# expect console: "AABBAABBAABBAABBAABBAABB\n"
# expect status: 0
# expect steps: 12718

    .include "../include/ring32.inc"

    .equ PERIOD, 600              # steps from tick to tick
    .equ SYS_EXIT, 0              # exit()
    .equ SYS_WRITE, 1             # write(address): the text there, up to its zero byte

    .equ USER_CODE, 0x40000000    # a page of code, and one of data
    .equ USER_DATA, USER_CODE + PAGE
    .equ USER_ROOT_ENTRY, (USER_CODE >> 22) * 4

# A process is a record: registers, xn at 4n (pc is in the place of x0), and two words.
    .equ P_PC, 0
    .equ P_SP, 8
    .equ P_PTBR, 128              # its address space; 0 = it has ended
    .equ P_NEXT, 132              # the record of the other process

# all_registers: `sw` or `lw` of all but x0 and sp, to or from the record at sp.
    .macro all_registers instruction
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \instruction x\n, 4 * \n(sp)
    .endr
    .endm

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    la   a0, kernel_table         # the first 4 MiB as they are, without U: not for ring 3
    call map_identity
    la   s0, second               # as if the time of the second were over:
    j    tick                     # the first one runs

# SCRATCH0 is the record of the process that runs. Its registers go there; then s0 is the
# record, and the kernel may use all others.
trap:
    mts  SCRATCH1, sp
    mfs  sp, SCRATCH0
    all_registers sw
    mv   s0, sp
    mfs  t0, SCRATCH1
    sw   t0, P_SP(s0)
    mfs  t0, EPC
    sw   t0, P_PC(s0)
    mfs  t0, ECAUSE
    li   t1, CAUSE_ECALL
    beq  t0, t1, system_call
    bgez t0, exit                 # a fault ends the process
tick:                             # the timer: no other interrupt is turned on
    li   t0, PERIOD
    mts  TIMER, t0
other:
    lw   t1, P_NEXT(s0)
    lw   t0, P_PTBR(t1)
    beqz t0, run                  # the other one has ended: s0 continues
    mv   s0, t1
run:                              # continues the process s0
    lw   t0, P_PTBR(s0)
    mts  PTBR, t0
    lw   t0, P_PC(s0)
    mts  EPC, t0
    li   t0, 3 | STATUS_IF        # ring 3, interrupts on
    mts  ESTATUS, t0
    mts  SCRATCH0, s0
    mv   sp, s0
    all_registers lw
    lw   sp, P_SP(sp)
    iret

system_call:
    lw   t0, P_PC(s0)
    addi t0, t0, 4                # behind the `ecall`
    sw   t0, P_PC(s0)
    li   t0, SYS_WRITE
    bne  a7, t0, exit
    lar  t0, a0                   # may ring 3 read there? We may read everything
    andi t0, t0, PTE_U
    beqz t0, exit
    call print                    # (if the text runs out of its pages: a fault, see above)
    j    run

exit:
    sw   zero, P_PTBR(s0)         # its memory is not used again in this kernel
    lw   t0, P_NEXT(s0)
    lw   t0, P_PTBR(t0)
    bnez t0, other
    li   a0, '\n'                 # both have ended
    call print_char
    li   t0, PORT_POWER
    out  t0, zero

    .include "../include/map-identity.inc"
    .include "../include/print.inc"

# The program of both processes: twelve times, it waits and writes a letter from memory.
    .balign PAGE
user:
    li   s0, USER_DATA
    addi a0, a0, 'A'
    sb   a0, 0(s0)                # a text of one letter, for the page is all zeros
    li   s1, 12
1:  li   t0, 100
2:  addi t0, t0, -1
    bnez t0, 2b
    mv   a0, s0
    li   a7, SYS_WRITE
    ecall
    addi s1, s1, -1
    bnez s1, 1b
    li   a7, SYS_EXIT
    ecall
    .balign PAGE

# The first state of a process. The assembler knows all addresses, so nothing is built later.
    .macro process name, argument, next
    .section .data.records
\name:
    .word USER_CODE, 0, 0, 0, 0, 0, 0, 0, 0, 0, \argument   # pc, …, a0
    .space P_PTBR - 44
    .word \name\()_root + 1, \next   # bit 0: paging on
    .section .data.tables
    .balign PAGE
\name\()_root:
    .word kernel_table + PTE_V
    .space USER_ROOT_ENTRY - 4
    .word \name\()_table + PTE_V
    .space PAGE - USER_ROOT_ENTRY - 4
\name\()_table:
    .word user + (PTE_V | PTE_R | PTE_X | PTE_U)
    .word \name\()_data + (PTE_V | PTE_R | PTE_W | PTE_U)
    .space PAGE - 8
    .bss
\name\()_data: .space PAGE
    .endm

    .bss
    .balign PAGE
kernel_table: .space PAGE
    process first, 0, second
    process second, 1, first
