# Minivisor, chapter 1: where it starts, and the world switch.
#
# To the rest of minivisor, which is C, the guest is a function call: `enter_guest` loads the
# guest's registers and returns to the guest by `iret`; the next trap brings us back here, and
# `enter_guest` returns. It is what machine.run() is to the monitor in vmm/monitor.
#
# A trap does not change PTBR. While the guest's paging is on, a trap therefore arrives in a
# shadow of the guest's address space, where nothing of minivisor is mapped but the *gate*: one
# page with a few instructions, which lead to minivisor's own address space. The gate is there,
# too, at the same address (xv6 calls such a page a trampoline). It consists of privileged
# instructions only, so a guest that jumps there traps at once.

    # struct world (minivisor.h)
    .equ W_SP, 0
    .equ W_PC, 4
    .equ W_STATUS, 8
    .equ W_BASE, 12
    .equ W_BOUND, 16
    .equ W_LIMIT, 20
    .equ W_PTBR, 24
    .equ W_TIMER, 28
    .equ W_ENTERED, 32
    .equ W_TRAPPED, 36

    # all_registers: `sw` or `lw` of all but x0 and sp, to or from the virtual CPU at sp.
    .macro all_registers instruction
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \instruction x\n, 4 * \n(sp)
    .endr
    .endm

    # monitor_registers: what a C function may not change, to or from the stack.
    .macro monitor_registers instruction
    \instruction ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    \instruction s\n, 4 + 4 * \n(sp)
    .endr
    .endm

    .text
    .globl _start
_start:
    la   sp, stack
    call main

# ---- The gate: copied to GATE, in each shadow and in our own space (make_own_space) ----

    .globl gate_code, gate_end
gate_code:
gate_in:                          # the guest has trapped: TVEC is here
    mts  SCRATCH0, sp
    mfs  sp, SCRATCH1             # PTBR of our own space
    mts  PTBR, sp                 # from here on address = real address
    mfs  sp, ERBASE               # R does nothing while paging is on: `enter` has set it to
    retf sp, zero                 # trap_saved
gate_out:                         # the way to the guest: sp is the shadow
    mts  PTBR, sp
    mfs  sp, SCRATCH0             # from here on in the shadow
    iret
gate_end:

# ---- Into the guest ----

    .globl enter_guest
enter_guest:
    addi sp, sp, -64
    monitor_registers sw
    la   t0, world
    sw   sp, W_SP(t0)
    lw   t1, W_PC(t0)
entering:
    mts  EPC, t1
    lw   t1, W_STATUS(t0)
    mts  ESTATUS, t1
    lw   t1, W_BASE(t0)
    mts  ERBASE, t1
    lw   t1, W_BOUND(t0)
    mts  ERBOUND, t1
    lw   t1, W_LIMIT(t0)
    mts  LIMIT, t1
    la   sp, vcpu
    mfs  t1, TIME                 # from here to the guest's first step, and from its trap
    sw   t1, W_ENTERED(t0)        # to the other `mfs`, are always as many steps: `calibrate`
    lw   t1, W_TIMER(t0)          # in main.c has counted them
    mts  TIMER, t1
    lw   t1, W_PTBR(t0)
    bnez t1, 1f
    all_registers lw
    lw   sp, 8(sp)
    iret
1:  lw   t1, 8(sp)
    mts  SCRATCH0, t1
    all_registers lw
    la   sp, world
    lw   sp, W_PTBR(sp)
    jalr zero, gate_out - gate_code - 2048(zero)

# ---- Out of the guest ----

    .balign 4
    .globl trap_plain
trap_plain:                       # TVEC while the guest's paging is off
    mts  SCRATCH0, sp
    .globl trap_saved
trap_saved:                       # from the gate
    la   sp, vcpu
    all_registers sw
    la   t0, world
    mfs  t1, TIME
    sw   t1, W_TRAPPED(t0)
    mfs  t1, SCRATCH0
    sw   t1, 8(sp)
    lw   sp, W_SP(t0)
    monitor_registers lw
    addi sp, sp, 64
    ret

# spin: a guest of one instruction, which never traps, to calibrate with.
    .globl spin
spin:
    j    spin

    .bss
    .balign 16
    .space 2048
stack:
    .balign 4096
    .globl pool
pool:                             # the end of minivisor: frames from here to the guest's memory
