# The monitor as a process: the first one of the kernel, in ring 3. It has the guest's devices; in type-2.s, the virtual CPU too.

    .macro run_it
    .ifdef HYBRID
    li   a0, 1
    system RUN_GUEST
    .else
    mv   a0, s0
    call cpu_prepare
    bnez a0, 99f
    li   a0, 1
    system RUN_GUEST
    mv   a0, s0
    call cpu_exit
99:
    .endif
    .endm

    .macro host_write byte
    sb   \byte, R_BUFFER(s0)
    addi a0, s0, R_BUFFER
    li   a1, 1
    system WRITE
    .endm

    .macro host_read
    li   a2, 0                    # a byte, if one is there now
    call read_byte
    .endm

    .macro host_wait
    li   a2, 0x7fffffff
    call read_byte
    sw   a0, R_AHEAD(s0)
    sw   a1, R_BYTE(s0)
    .endm

# The kernel reads a sector to a whole place; the guest may have asked for any address. It cannot write: such a command fails.
    .macro host_sector
    call read_to_guest
    .endm

    .macro host_size
    system DISK_SIZE
    .endm

    .macro say_text text
    mv   a0, \text
    call put_text
    .endm

    .macro say_number number
    mv   a0, \number
    call put_number
    .endm

    .macro say_end
    la   a0, nothing
    call put_line
    .endm

    .macro end_with status
    mv   a0, \status
    system EXIT
    .endm

init:
    li   a0, 0
    system RUN_GUEST
    li   s0, RUN_WINDOW
    beqz a0, monitor
    la   a0, no_guest
    call put_line
    li   a0, 255
    system EXIT

read_byte:
    addi a0, s0, R_BUFFER
    li   a1, 1
    system READ
    lbu  a1, R_BUFFER(s0)
    ret

read_to_guest:
    lw   t0, R_COMMAND(s0)
    addi t0, t0, -1
    li   a0, DISK_FAILED
    bnez t0, 2f
    lw   a0, R_OF_SECTOR(s0)
    addi a1, s0, R_BUFFER
    system READ_SECTOR
    mv   t0, a0
    li   a0, DISK_FAILED
    bnez t0, 2f
    addi t0, s0, R_BUFFER
    addi t1, t0, 512
    lw   t2, R_AT_ADDRESS(s0)
    li   t3, GUEST_WINDOW
    add  t2, t2, t3
1:  lbu  t3, 0(t0)
    sb   t3, 0(t2)
    addi t0, t0, 1
    addi t2, t2, 1
    bltu t0, t1, 1b
    li   a0, DISK_DONE
2:  ret

no_guest: .asciz "monitor: there is no guest, or it has more than 16 MiB; name one with --guest FILE"
    .balign 4
    .include "../hypervisors/devices.s"
    .ifndef HYBRID
    .include "../hypervisors/cpu.s"
    .endif
