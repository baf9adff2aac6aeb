# The teaching kernel for a machine that answers calls to the monitor: the same files but native.inc, in place of which it has
# paravirtual.inc. It prints what the native kernel prints, except for what depends on the number of steps.
#
# with paravirtual: yes
# with disk: "One machine, many processes.\n" "One monitor, many machines.\n" "Files are left to you.\n"
# with input: "Ada\n"
# expect console: "kernel:  ring 0, paging on, 218 pages free\n"
# expect console: "init:    pid 1, starting the others\n"
# expect console: "family:  child, pid 6: the variable is 2\n"
# expect console: "family:  parent, pid 5: the variable is 1\n"
# expect console: "disk:    One machine, many processes.\n"
# expect console: "clock:   tick 67\n"
# expect console: "console: hello, Ada\n"
# expect console: "kernel:  pid 9 killed: store to 00010000, at 40000654\n"
# expect console: "disk:    One monitor, many machines.\n"
# expect console: "rogue:   the kernel does not print what is not mine\n"
# expect console: "kernel:  pid 10 killed: privileged instruction 0400000b, at 40000690\n"
# expect console: "init:    pid 9 ended with status 15\n"
# expect console: "disk:    Files are left to you.\n"
# expect console: "init:    pid 10 ended with status 24\n"
# expect console: "clock:   tick 113\n"
# expect console: "chains:  from 231 it takes 127 steps to 1\n"
# expect console: "clock:   tick 158\n"
# expect console: "primes:  there are 1229 below 10000\n"
# expect console: "clock:   tick 203\n"
# expect console: "init:    all have ended\n"
# expect console: "kernel:  204 ticks, 121 process switches, 25 times idle\n"
# expect console: "kernel:  56 system calls, 8 pages on demand, 27 given back, 25 of them dirty\n"
# expect console: "kernel:  218 pages free, at boot 218\n"
# expect status: 0
# expect steps: 436678

    .equ PARAVIRTUAL, 1
    .include "kernel.s"
