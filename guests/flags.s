# What programs see of the processor's status: the reason why variants exist.
#
# The same code runs in ring 0 and in ring 3, and reports by `ecall`. Three instructions
# read the status and one changes it. In ring 0 all four work. In ring 3, each of them traps
# on ring32-v and ring32-h, so that a monitor can handle it. On ring32-x they run, as on x86:
# `getf` and `smsw` show the real interrupt flag, `sring` shows the ring, and `setf` silently
# leaves the interrupt flag as it was.
#
# expect console: "ring 0: getf 00000004, smsw 00000002, sring 00000000, setf 00005a00\n"
# expect console: "ring 3: getf traps, smsw traps, sring traps, setf traps\n"
# expect console on ring32-x: "ring 0: getf 00000004, smsw 00000002, sring 00000000, setf 00005a00\n"
# expect console on ring32-x: "ring 3: getf 00000004, smsw 00000002, sring 00000003, setf 00005a04\n"
# expect status: 5
# expect status on ring32-x: 0
# expect steps: 1142
# expect steps on ring32-x: 1204

    .include "include/ring32.inc"

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    li   s0, 0                    # how many instructions trapped
    li   s1, 0                    # whether one has since the last report
    la   a0, in_ring_0
    call print
    sti                           # interrupts on in both rings; nothing here raises one
    call probe

    la   a0, in_ring_3
    call print
    la   t0, user
    mts  EPC, t0
    li   t0, 3 | STATUS_IF
    mts  ESTATUS, t0
    mts  ERBASE, zero
    mfs  t0, MEMSIZE
    mts  ERBOUND, t0
    iret
user:
    call probe
    li   a7, 0                    # no report: the end
    ecall

# probe: tries the four and reports each: a7 = its name, a0 = its result.
probe:
    la   a7, getf_name
    getf a0
    ecall
    la   a7, smsw_name
    smsw a0
    ecall
    la   a7, sring_name
    sring a0
    ecall
    la   a7, setf_name
    li   t5, 0x5a00               # user flags 5a, and the interrupt flag 0
    setf t5
    getf a0                       # read it back
    ecall
    ret

# Traps: `ecall` reports; any other instruction that traps is skipped, counted and remembered.
trap:
    mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    mfs  t0, ECAUSE
    li   t1, CAUSE_ECALL
    beq  t0, t1, report
    li   t1, CAUSE_PRIVILEGED
    bne  t0, t1, end
    addi s0, s0, 1
    li   s1, 1
    iret

report:
    beqz a7, end
    mv   t5, ra                   # probe's return address
    mv   t6, a0
    mv   a0, a7
    call print
    beqz s1, 1f
    la   a0, traps
    call print
    j    2f
1:  mv   a0, t6
    call print_hex
2:  la   t0, setf_name            # the last one ends the line
    la   a0, comma
    bne  a7, t0, 3f
    la   a0, newline
3:  call print
    li   s1, 0
    mv   ra, t5
    iret

end:
    li   t0, PORT_POWER
    out  t0, s0                   # exit status: how many instructions trapped

    .include "include/print.inc"

    .section .rodata
in_ring_0:  .asciz "ring 0: "
in_ring_3:  .asciz "ring 3: "
getf_name:  .asciz "getf "
smsw_name:  .asciz "smsw "
sring_name: .asciz "sring "
setf_name:  .asciz "setf "
traps:      .asciz "traps"
comma:      .asciz ", "
newline:    .asciz "\n"
