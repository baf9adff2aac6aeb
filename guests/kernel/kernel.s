# The teaching kernel: processes, preemption, demand paging, system calls, a disk.
#
# It starts here, in ring 0 with paging off, builds a page table, turns paging on, and
# makes the first process, which starts the others. They run in ring 3, each in its own
# address space; a timer takes the processor from one and gives it to the next. When the
# first process has ended, so does the machine. README.md says in which order to read.
#
# with disk: "One machine, many processes.\n" "One monitor, many machines.\n" "Files are left to you.\n"
# with input: "Ada\n"
# expect console: "kernel:  ring 0, paging on, 220 pages free\n"
# expect console: "init:    pid 1, starting the others\n"
# expect console: "family:  child, pid 6: the variable is 2\n"
# expect console: "family:  parent, pid 5: the variable is 1\n"
# expect console: "disk:    One machine, many processes.\n"
# expect console: "console: hello, Ada\n"
# expect console: "clock:   tick 68\n"
# expect console: "kernel:  pid 9 killed: store to 00010000, at 40000654\n"
# expect console: "disk:    One monitor, many machines.\n"
# expect console: "rogue:   the kernel does not print what is not mine\n"
# expect console: "init:    pid 9 ended with status 15\n"
# expect console: "disk:    Files are left to you.\n"
# expect console: "kernel:  pid 10 killed: privileged instruction 0400000b, at 40000690\n"
# expect console: "init:    pid 10 ended with status 24\n"
# expect console: "clock:   tick 114\n"
# expect console: "chains:  from 231 it takes 127 steps to 1\n"
# expect console: "clock:   tick 159\n"
# expect console: "primes:  there are 1229 below 10000\n"
# expect console: "clock:   tick 204\n"
# expect console: "init:    all have ended\n"
# expect console: "kernel:  205 ticks, 121 process switches, 25 times idle\n"
# expect console: "kernel:  56 system calls, 8 pages on demand, 27 given back, 25 of them dirty\n"
# expect console: "kernel:  220 pages free, at boot 220\n"
# expect status: 0
# expect steps: 437472

    .include "../include/ring32.inc"
    .include "layout.inc"
    .ifdef PARAVIRTUAL            # ported.s
    .include "../include/calls.inc"
    .include "paravirtual.inc"
    .else
    .include "native.inc"
    .endif

    .ifdef GUESTS                 # ../hypervisors/type-2.s and hybrid.s
    .include "../hypervisors/guest-mode.inc"
    .include "../hypervisors/run-page.inc"
    .endif

    .text
    .globl _start
_start:
    la   sp, boot_stack
    la   t0, trap
    mts  TVEC, t0
    call memory_start
    la   t0, kernel_root
    addi t0, t0, 1                # bit 0: paging on. This code is mapped where it was
    use_table t0
    disk_setup
    call self_check

    la   a0, booted
    call print
    lw   a0, free_pages
    sw   a0, free_at_boot, t0
    call print_decimal
    la   a0, booted_pages
    call print

    # The first process. We make its frame as if it had been interrupted before its first
    # instruction, and resume it.
    li   tp, 0                    # so it has no parent
    call process_new
    li   t0, READY
    sw   t0, P_STATE(a0)
    li   t0, USER_CODE
    sw   t0, F_EPC - FRAME(a0)
    li   t0, USER_END
    sw   t0, F_SP - FRAME(a0)
    li   t0, 3 | STATUS_IF        # ring 3, with interrupts
    sw   t0, F_STATUS - FRAME(a0)
    li   t0, PERIOD
    set_clock t0
    j    resume

    .include "check.s"
    .include "trap.s"
    .include "syscall.s"
    .include "process.s"
    .include "memory.s"
    .include "space.s"
    .include "disk.s"
    .include "console.s"
    .include "report.s"
    .include "../include/print.inc"
    .ifdef GUESTS
    .include "../hypervisors/run-guest.s"
    .include "../hypervisors/enter.s"
    .ifdef HYBRID
    .include "../hypervisors/cpu.s"
    .endif
    .include "user/library.s"
    .include "../hypervisors/process.s"
    .else
    .include "user/library.s"
    .include "user/init.s"
    .include "user/primes.s"
    .include "user/chains.s"
    .include "user/clock.s"
    .include "user/family.s"
    .include "user/reader.s"
    .include "user/greeter.s"
    .include "user/rogues.s"
    .endif
    .balign PAGE
user_end:

    .section .rodata
booted:    .asciz "kernel:  ring 0, paging on, "
booted_pages: .asciz " pages free\n"

    .bss
    .balign 16
    .space 1024
boot_stack:
