/*
 * RISC-V as QEMU's `virt` machine has it: started in machine mode at 0x80000000, the
 * kernel in supervisor mode, the program in user mode, Sv32 paging.
 */
#define BASE   0x80000000
#define STEP   0x400
#define FIRST  (BASE >> 2)
/* V R W X U - A D */
#define TABLE  0x01
#define KERNEL 0xcf
#define USER   0xdf

#define SPACE   satp
#define EPC     sepc
#define SCRATCH sscratch

#define UART      0x10000000
#define POWER     0x100000
#define POWER_OFF 0x5555

.macro get rd, register
    csrr \rd, \register
.endm
.macro put register, rs
    csrw \register, \rs
.endm
.macro return_to_user
    sret
.endm

.macro entry_of reg
    srli \reg, \reg, 2
.endm
/* Mode 1: Sv32. */
.macro space_of reg
    srli \reg, \reg, 12
    li   t6, 0x80000000
    or   \reg, \reg, t6
.endm
/* The first 4 MiB (power) and those at the UART, as large pages of the kernel. */
.macro map_devices root0, root1
    li   t0, \root0
    li   t1, \root1
    li   t2, 0xc7
    sw   t2, 0(t0)
    sw   t2, 0(t1)
    li   t2, (UART >> 2) + 0xc7
    sw   t2, (UART >> 22) * 4(t0)
    sw   t2, (UART >> 22) * 4(t1)
.endm
.macro new_space
    sfence.vma
.endm

/* All memory to lower modes; system calls and page faults to the supervisor; SUM: it may read the user's pages. */
.macro set_up
    li   t0, -1
    csrw pmpaddr0, t0
    li   t0, 0x1f
    csrw pmpcfg0, t0
    li   t0, -1
    csrw medeleg, t0
    la   t0, trap
    csrw stvec, t0
    csrw mtvec, t0
    li   t0, 0x40000
    csrs sstatus, t0
.endm
.macro enter
    sfence.vma
    li   t0, 0x100
    csrc sstatus, t0
    sret
.endm

.macro swap_sp
    csrrw sp, sscratch, sp
.endm
.macro swap_back
    csrrw sp, sscratch, sp
.endm
.macro user_sp reg
    csrr \reg, sscratch
.endm
.macro is_call s, t
    csrr \s, scause
    addi \t, \s, -8
.endm
.macro print_byte byte, t
    li   \t, UART
    sb   \byte, 0(\t)
.endm
/* The test device ends QEMU: 0x5555 with 0, status << 16 | 0x3333 with the status. */
.macro power_off status, s, t
    li   \t, POWER
    li   \s, POWER_OFF
    beqz \status, 9f
    slli \s, \status, 16
    li   \status, 0x3333
    or   \s, \s, \status
9:  sw   \s, 0(\t)
.endm

#include "kernel.inc"
