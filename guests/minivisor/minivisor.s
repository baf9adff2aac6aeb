# Minivisor: a virtual machine monitor that is a guest. README.md says how to run and how to read it.
#
# Beside each chapter in C is what the compiler made of it (build.sh), so that nothing but an
# assembler is needed. entry.s comes last, because frames begin where it ends.
    .include "main.s"
    .include "vcpu.s"
    .include "emulate.s"
    .include "shadow.s"
    .include "devices.s"
    .include "entry.s"
