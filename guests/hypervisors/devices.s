# The guest's devices: the console, the disk, and the port that turns the machine off. And the loop of the monitor, which asks
# for the guest to be run and does what is wanted of a device. s0 is the run page.
#
# These macros are what the three kinds of monitor have in common in name only: run_it, host_write, host_read, host_wait, host_sector,
# host_size, say_text, say_number, say_end, end_with. See type-1.s and process.s.

monitor:
1:  run_it                        # a0 = what is to be done
    li   t0, WANTS_PORT
    beq  a0, t0, 2f
    li   t0, WANTS_DEVICE
    beq  a0, t0, 3f
    li   t0, WANTS_INPUT
    beq  a0, t0, 4f
    beqz a0, 1b
    la   s1, text_ended
    j    9f
2:  call port_access
    bnez a0, 8f
    j    1b
3:  call disk_complete
    call set_lines
    j    1b
4:  lw   t0, R_INTERRUPTS(s0)
    la   s1, text_waits
    beqz t0, 9f
    host_wait                     # until a byte is there
    call set_lines
    j    1b

8:  mv   s2, a1                   # the guest has turned its machine off
    j    10f
9:  say_text s1
    say_end
    li   s2, 255
10: la   s1, text_monitor
    say_text s1
    lw   s1, R_EXITS(s0)
    say_number s1
    la   s1, text_exits
    say_text s1
    lw   s1, R_TO_USER(s0)
    say_number s1
    la   s1, text_to_user
    say_text s1
    say_end
    end_with s2

# port_access: executes `in` or `out` for the guest. a0 = 1 if that was the end, with its status in a1.
port_access:
    addi sp, sp, -16
    sw   ra, 0(sp)
    lw   t1, R_QUALIFICATION(s0)
    srli t2, t1, 15
    andi t2, t2, 31
    slli t2, t2, 2
    add  t2, t2, s0
    lw   s1, R_X(t2)              # the port
    srli t2, t1, 25
    addi t2, t2, -5
    bnez t2, output
    srli t2, t1, 7
    andi t2, t2, 31
    slli s3, t2, 2                # rd
    li   a0, 0
    li   t0, PORT_POWER
    beq  s1, t0, 5f
    li   t0, PORT_CONSOLE_DATA
    beq  s1, t0, 2f
    li   t0, PORT_CONSOLE_CONTROL
    beq  s1, t0, 3f
    lw   a0, R_SECTOR(s0)
    li   t0, PORT_DISK_SECTOR
    beq  s1, t0, 5f
    lw   a0, R_ADDRESS(s0)
    li   t0, PORT_DISK_ADDRESS
    beq  s1, t0, 5f
    lw   a0, R_DISK_STATUS(s0)
    li   t0, PORT_DISK_STATUS
    beq  s1, t0, 5f
    li   t0, PORT_DISK_SIZE
    beq  s1, t0, 4f
    li   a0, -1                   # there is no such port
    j    5f
2:  call read_ahead
    li   t1, -1
    beqz a0, 1f
    lw   t1, R_BYTE(s0)
    sw   zero, R_AHEAD(s0)
1:  mv   a0, t1
    j    5f
3:  call read_ahead
    j    5f
4:  host_size
5:  beqz s3, executed
    add  t2, s3, s0
    sw   a0, R_X(t2)
    j    executed

output:
    srli t2, t1, 20
    andi t2, t2, 31
    slli t2, t2, 2
    add  t2, t2, s0
    lw   s2, R_X(t2)              # the value
    li   t0, PORT_POWER
    beq  s1, t0, powered_off
    li   t0, PORT_CONSOLE_DATA
    beq  s1, t0, 1f
    li   t0, PORT_CONSOLE_CONTROL
    beq  s1, t0, 2f
    li   t0, PORT_DISK_SECTOR
    beq  s1, t0, 3f
    li   t0, PORT_DISK_ADDRESS
    beq  s1, t0, 4f
    li   t0, PORT_DISK_COMMAND
    beq  s1, t0, 5f
    li   t0, PORT_DISK_STATUS
    bne  s1, t0, executed
    lw   t1, R_DISK_STATUS(s0)    # taken note of
    li   t0, DISK_BUSY
    beq  t1, t0, executed
    sw   zero, R_DISK_STATUS(s0)
    j    executed
1:  host_write s2
    j    executed
2:  andi s2, s2, 1
    sw   s2, R_INTERRUPTS(s0)
    j    executed
3:  sw   s2, R_SECTOR(s0)
    j    executed
4:  sw   s2, R_ADDRESS(s0)
    j    executed
5:  lw   t1, R_DISK_STATUS(s0)
    li   t0, DISK_BUSY
    beq  t1, t0, executed
    sw   t0, R_DISK_STATUS(s0)
    sw   s2, R_COMMAND(s0)
    lw   t0, R_SECTOR(s0)
    sw   t0, R_OF_SECTOR(s0)
    lw   t0, R_ADDRESS(s0)
    sw   t0, R_AT_ADDRESS(s0)
    lw   t0, R_TIME(s0)
    addi t0, t0, 1001             # a command takes 1000 steps after this one
    sw   t0, R_DUE(s0)
    li   t0, 1
    sw   t0, R_DUE_ON(s0)
executed:
    lw   t0, R_TIME(s0)
    addi t0, t0, 1
    sw   t0, R_TIME(s0)
    lw   t0, R_PC(s0)
    addi t0, t0, 4
    sw   t0, R_PC(s0)
    call set_lines
    li   a0, 0
    j    1f
powered_off:
    mv   a1, s2
    li   a0, 1
1:  lw   ra, 0(sp)
    addi sp, sp, 16
    ret

# read_ahead: a0 = 1 if a byte of input is in R_BYTE.
read_ahead:
    addi sp, sp, -16
    sw   ra, 0(sp)
    lw   a0, R_AHEAD(s0)
    bnez a0, 1f
    host_read                     # a0 = 1 and a1 = the byte, or a0 = 0
    sw   a0, R_AHEAD(s0)
    sw   a1, R_BYTE(s0)
1:  lw   ra, 0(sp)
    addi sp, sp, 16
    ret

# set_lines: which devices want an interrupt.
set_lines:
    addi sp, sp, -16
    sw   ra, 0(sp)
    lw   a0, R_INTERRUPTS(s0)
    beqz a0, 1f
    call read_ahead
    slli a0, a0, LINE_CONSOLE
1:  lw   t0, R_DISK_STATUS(s0)
    sltiu t0, t0, DISK_DONE
    xori t0, t0, 1
    slli t0, t0, LINE_DISK
    or   a0, a0, t0
    sw   a0, R_LINES(s0)
    lw   ra, 0(sp)
    addi sp, sp, 16
    ret

# disk_complete: moves the sector of the command under way. DMA is bound to the guest's memory as its own accesses are.
disk_complete:
    addi sp, sp, -16
    sw   ra, 0(sp)
    sw   zero, R_DUE_ON(s0)
    lw   t0, R_AT_ADDRESS(s0)
    lw   t1, R_GUEST_SIZE(s0)
    addi t1, t1, -512
    li   a0, DISK_FAILED
    bltu t1, t0, 1f
    host_sector                   # a0 = DISK_DONE or DISK_FAILED
1:  sw   a0, R_DISK_STATUS(s0)
    lw   ra, 0(sp)
    addi sp, sp, 16
    ret

text_monitor: .asciz "monitor: "
text_exits:   .asciz " exits, "
text_to_user: .asciz " of them to user space"
text_ended:   .asciz "monitor: the guest has taken a trap without a handler, or left its memory"
text_waits:   .asciz "monitor: the guest waits for an interrupt that cannot come"
    .balign 4
