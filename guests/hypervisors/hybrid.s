# A hybrid monitor: as type-2.s, but the kernel handles what is about the processor, and the process has the devices. Linux's KVM
# divides the work so.
#
#     ringlab run guests/hypervisors/hybrid.s --isa guests/hypervisors/ring32-g.json --guest guests/kernel/mini.s
#
    .equ GUESTS, 1
    .equ HYBRID, 1
    .include "../kernel/kernel.s"
