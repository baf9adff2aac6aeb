# A monitor of type 2: a process of a kernel, with one system call that enters the guest. The kernel handles no exit itself, but
# for its own clock: every one goes to the process.
#
#     ringlab run guests/hypervisors/type-2.s --isa guests/hypervisors/ring32-g.json --guest guests/kernel/mini.s
#
    .equ GUESTS, 1
    .include "../kernel/kernel.s"
