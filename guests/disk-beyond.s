# The disk is told to move a sector to the address just past the end of memory.
#
# The bare machine has nothing there, so the command fails. The real machine below a monitor has memory there, which is the
# monitor's. A monitor that drives the disk for its guest checks the address. A guest that was given the disk drives it itself:
# then an IOMMU has to refuse the address, or the guest writes into its monitor's memory.
#
# with disk: "a sector"
# expect console: "past the end of memory: refused\n"
# expect status: 0
# expect steps: 1189

    .include "include/ring32.inc"

    .equ READ, 1

    .text
    .globl _start
_start:
    mfs  t1, MEMSIZE
    li   t0, PORT_DISK_ADDRESS
    out  t0, t1
    li   t0, PORT_DISK_COMMAND
    li   t1, READ                 # of sector 0
    out  t0, t1
    hlt                           # until line 2 is pending
    li   t0, PORT_DISK_STATUS
    in   s0, t0
    la   a0, address
    call print
    li   s1, 0
    la   a0, refused
    li   t0, DISK_FAILED
    beq  s0, t0, 1f
    li   s1, 1
    la   a0, moved
1:  call print
    li   t0, PORT_POWER
    out  t0, s1

    .include "include/print.inc"

    .section .rodata
address: .asciz "past the end of memory: "
refused: .asciz "refused\n"
moved:   .asciz "moved\n"
