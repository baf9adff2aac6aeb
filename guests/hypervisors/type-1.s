# A monitor of type 1: it has the machine to itself. Everything happens in ring 0, the devices too.
#
#     ringlab run guests/hypervisors/type-1.s --isa guests/hypervisors/ring32-g.json --guest guests/kernel/mini.s
#
# Compare hybrid.s and type-2.s, where the same guest runs beside processes of a kernel. README.md says more.

    .include "../include/ring32.inc"
    .include "guest-mode.inc"
    .include "run-page.inc"
    .equ BLOCK, 0                 # our paging is off

# all_registers: `sw` or `lw` of all but x0 and sp, to or from what sp points to.
    .macro all_registers instruction
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \instruction x\n, 4 * \n(sp)
    .endr
    .endm

    .macro run_it
    mv   a0, s0
    call cpu_prepare
    bnez a0, 99f
    mv   a0, s0
    call enter_guest
    mv   a0, s0
    call cpu_exit
99:
    .endm

    .macro host_write byte
    li   t0, PORT_CONSOLE_DATA
    out  t0, \byte
    .endm

    .macro host_read
    li   t0, PORT_CONSOLE_CONTROL
    in   a0, t0
    andi a0, a0, 1
    beqz a0, 99f
    li   t0, PORT_CONSOLE_DATA
    in   a1, t0
99:
    .endm

    .macro host_wait
    li   t0, PORT_CONSOLE_CONTROL
    li   t1, 1
    out  t0, t1
    hlt                           # interrupts are off: it goes on here
    out  t0, zero
    .endm

# The real disk moves the sector: only the address has to be made the real one.
    .macro host_sector
    la   t1, allocation
    lw   t1, 0(t1)
    lw   t2, R_AT_ADDRESS(s0)
    add  t1, t1, t2
    li   t0, PORT_DISK_ADDRESS
    out  t0, t1
    lw   t1, R_OF_SECTOR(s0)
    li   t0, PORT_DISK_SECTOR
    out  t0, t1
    lw   t1, R_COMMAND(s0)
    li   t0, PORT_DISK_COMMAND
    out  t0, t1
    hlt
    li   t0, PORT_DISK_STATUS
    in   a0, t0
    out  t0, zero
    .endm

    .macro host_size
    li   t0, PORT_DISK_SIZE
    in   a0, t0
    .endm

    .macro say_text text
    mv   a0, \text
    call print
    .endm

    .macro say_number number
    mv   a0, \number
    call print_decimal
    .endm

    .macro say_end
    li   a0, '\n'
    call print_char
    .endm

    .macro end_with status
    li   t0, PORT_POWER
    out  t0, \status
    .endm

    .text
    .globl _start
_start:
    la   sp, stack
    la   s0, run_page
    call make_guest
    beqz a0, monitor
    la   a0, no_guest
    call print
    li   t1, 255
    end_with t1

no_guest: .asciz "monitor: there is no guest, or it has more than 16 MiB; name one with --guest FILE\n"
    .balign 4
    .include "cpu.s"
    .include "devices.s"
    .include "enter.s"
    .include "../include/print.inc"

    .bss
    .balign 16
    .space 2048
stack:
