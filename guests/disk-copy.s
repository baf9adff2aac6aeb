# The disk: sectors 0 and 1 are copied to the end of the disk, in reverse order.
#
# A driver sets sector and physical address, gives a command, and can do other things then.
# Some steps later the disk moves the whole sector itself (DMA) and raises line 2, until a
# write to the status port acknowledges it. The last command is for a sector that does not
# exist, and fails.
#
# with disk: "alpha " "beta " "" ""
# expect disk: "alpha " "beta " "beta " "alpha "
# expect console: "4 sectors\n"
# expect console: "read 0, wrote 3\n"
# expect console: "read 1, wrote 2\n"
# expect console: "read 99: failed\n"
# expect status: 0
# expect steps: 5556

    .include "include/ring32.inc"

    .equ READ, 1
    .equ WRITE, 2

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    li   t0, PORT_DISK_SIZE
    in   s0, t0
    mv   a0, s0
    call print_decimal
    la   a0, sectors
    call print
    beqz s0, nothing              # no disk

    li   s1, 0                    # from here …
    addi s2, s0, -1               # … to there, until they meet
1:  la   a0, read
    mv   a1, s1
    li   a2, READ
    call disk
    la   a0, wrote
    mv   a1, s2
    li   a2, WRITE
    call disk
    li   a0, '\n'
    call print_char
    addi s1, s1, 1
    addi s2, s2, -1
    bltu s1, s2, 1b

    la   a0, read
    li   a1, 99
    li   a2, READ
    call disk
    la   a0, failed
    li   t0, DISK_FAILED
    beq  s4, t0, 2f
    la   a0, worked
2:  call print
nothing:
    li   t0, PORT_POWER
    out  t0, zero

# disk: prints a0 and the sector, gives command a2 with sector a1 and the buffer, and waits.
# Returns the disk's status in s4.
disk:
    mv   s5, ra
    call print
    mv   a0, a1
    call print_decimal
    li   t0, PORT_DISK_SECTOR
    out  t0, a1
    li   t0, PORT_DISK_ADDRESS
    la   t1, buffer
    out  t0, t1
    li   s4, DISK_BUSY
    li   t0, PORT_DISK_COMMAND
    out  t0, a2
    # Sleep until the handler has changed s4. Interrupts are off between the test and
    # `hlt`: if the disk were done just there, `hlt` would still see its line and wake.
3:  li   t0, DISK_BUSY
    bne  s4, t0, 4f
    hlt
    sti                           # the handler runs here …
    cli                           # … and not behind this
    j    3b
4:  jr   s5

# Interrupt. Only the disk interrupts. The handler may use t6.
trap:
    li   t6, PORT_DISK_STATUS
    in   s4, t6
    out  t6, zero                 # acknowledge, or the line would stay pending
    iret

    .include "include/print.inc"

    .section .rodata
sectors: .asciz " sectors\n"
read:    .asciz "read "
wrote:   .asciz ", wrote "
failed:  .asciz ": failed\n"
worked:  .asciz ": worked?\n"

    .bss
    .balign 512
buffer: .space 512
