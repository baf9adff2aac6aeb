# A small kernel and its user: paging, system calls, and protection.
#
# The kernel maps itself for rings 0 to 2 only, and one page of code and one of stack for
# ring 3. The user program prints by system call, asks the kernel to print a text that the
# user may not read, tries a privileged instruction, and at last reads the kernel's memory, for
# which the kernel ends it. None of this harms the kernel.
#
# expect console: "user: hello\n"
# expect console: "kernel: that text is not yours\n"
# expect console: "kernel: privileged instruction 0400000b at 40000014, skipped\n"
# expect console: "user: still here\n"
# expect console: "kernel: trap 13 at 40000024, user program ended\n"
# expect status: 13
# expect steps: 5233

    .include "include/ring32.inc"

    .equ USER, 0x40000000         # the user's code page; its stack is the page above
    .equ USER_ENTRY, (USER >> 22) * 4
    .equ USER_SIZE, 2 * PAGE

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    la   a0, low_table            # the first 4 MiB, without PTE_U: not for ring 3
    call map_identity
    la   t0, user_table
    la   t1, user                 # code: may be read and executed, not written
    addi t1, t1, PTE_V | PTE_R | PTE_X | PTE_U
    sw   t1, 0(t0)
    la   t1, user_stack           # stack: may be written, not executed
    addi t1, t1, PTE_V | PTE_R | PTE_W | PTE_U
    sw   t1, 4(t0)
    la   s0, root_table
    la   t1, low_table
    addi t1, t1, PTE_V
    sw   t1, 0(s0)
    addi t0, t0, PTE_V
    sw   t0, USER_ENTRY(s0)
    addi t0, s0, 1
    mts  PTBR, t0                 # paging on; this code is where it was

    la   t0, kernel_stack
    mts  SCRATCH0, t0
    li   t0, USER
    mts  EPC, t0
    li   t0, 3
    mts  ESTATUS, t0
    li   sp, USER + USER_SIZE
    iret

# Traps from ring 3. The one system call prints the text at a0. A trap may change a0 and
# t0 to t5, and this user program keeps nothing there. A kernel for any program would save all.
trap:
    mts  SCRATCH1, sp
    mfs  sp, SCRATCH0
    addi sp, sp, -16
    sw   ra, 0(sp)
    mfs  t0, ECAUSE
    li   t1, CAUSE_ECALL
    beq  t0, t1, system_call
    li   t1, CAUSE_PRIVILEGED
    beq  t0, t1, privileged
    la   a0, trap_text            # anything else ends the user program
    call print
    mfs  a0, ECAUSE
    call print_decimal
    call print_epc
    la   a0, ended
    call print
    mfs  t1, ECAUSE
    li   t0, PORT_POWER
    out  t0, t1

# The kernel may read everything, so it must check whether the user may. Otherwise a user could
# have the kernel print its secrets.
system_call:
    li   t0, USER
    sub  t0, a0, t0
    li   t1, USER_SIZE            # (a text that runs out of the user's pages would fault)
    bltu t0, t1, 2f
    la   a0, not_yours
2:  call print
    j    skip
privileged:
    la   a0, privileged_text
    call print
    mfs  a0, EVAL
    call print_hex
    call print_epc
    la   a0, skipped
    call print
skip:
    mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    lw   ra, 0(sp)
    mfs  sp, SCRATCH1
    iret

print_epc:
    mv   t5, ra
    la   a0, at
    call print
    mfs  a0, EPC
    call print_hex
    jr   t5

    .include "include/map-identity.inc"
    .include "include/print.inc"

# The user program, linked among the kernel but run at USER: `la` is relative to pc.
    .balign PAGE
user:
    la   a0, hello
    ecall
    li   a0, 0x10000              # the kernel's memory
    ecall
    cli
    la   a0, still_here
    ecall
    lw   a0, 0(zero)              # not allowed in ring 3
hello:
    .asciz "user: hello\n"
still_here:
    .asciz "user: still here\n"
    .balign PAGE

    .section .rodata
not_yours: .asciz "kernel: that text is not yours\n"
privileged_text: .asciz "kernel: privileged instruction "
trap_text: .asciz "kernel: trap "
at:        .asciz " at "
skipped:   .asciz ", skipped\n"
ended:     .asciz ", user program ended\n"

    .bss
    .balign PAGE
root_table: .space PAGE
low_table:  .space PAGE
user_table: .space PAGE
user_stack: .space PAGE
    .space 256
kernel_stack:
