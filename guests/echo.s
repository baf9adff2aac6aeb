# Echo: console input by interrupt, printed in upper case until Ctrl-D.
#
# While input waits and bit 0 of the console's control port is set, line 1 is pending.
# Only reading removes the request, so the handler reads until no byte waits. The main
# program sleeps meanwhile.
#
# with input: "Hello, world!\nabc xyz 123\n\u0004"
# expect console: "HELLO, WORLD!\nABC XYZ 123\n"
# expect status: 26
# expect steps: 389

    .include "include/ring32.inc"

    .equ CTRL_D, 4

    .text
    .globl _start
_start:
    la   t0, trap
    mts  TVEC, t0
    li   s0, 0                    # bytes echoed
    li   s1, 0                    # set by the handler when Ctrl-D has come
    li   t0, PORT_CONSOLE_CONTROL
    li   t1, 1
    out  t0, t1                   # ask for interrupts

    # Interrupts are off but for one moment, so that none can come between the test of s1
    # and `hlt` and be slept through.
sleep:
    hlt
    sti
    cli
    beqz s1, sleep

    mv   a0, s0
    li   t0, PORT_POWER
    out  t0, a0                   # exit status: how many

# Interrupt: the main program uses only s1, so the handler may change all other registers.
trap:
    li   t0, PORT_CONSOLE_CONTROL
    in   t1, t0
    beqz t1, back                 # no more input for now
    li   t0, PORT_CONSOLE_DATA
    in   t1, t0
    li   t2, CTRL_D
    beq  t1, t2, end
    addi t2, t1, -'a'
    sltiu t2, t2, 26              # is it a to z?
    slli t2, t2, 5                # 'a' - 'A' is 32
    sub  t1, t1, t2
    out  t0, t1
    addi s0, s0, 1
    j    trap
end:
    li   s1, 1
back:
    iret
