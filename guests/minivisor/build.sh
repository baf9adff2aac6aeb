#!/bin/sh
# Compiles each chapter of minivisor that is C to the .s beside it. Needs GCC for RISC-V.
# The labels of a file get its name, because minivisor.s includes all files as one.
set -e
cd "$(dirname "$0")"
for name in main vcpu emulate shadow devices; do
    ${CC:-riscv64-unknown-elf-gcc} -march=rv32im -mabi=ilp32 -mcmodel=medany -O2 -ffreestanding -fno-builtin -fno-jump-tables \
        -fno-strict-aliasing -fno-asynchronous-unwind-tables -fno-ident -msmall-data-limit=0 \
        -Wall -Wextra -Wno-main -S -o - "$name.c" | sed "s/\.L/.L_${name}_/g" > "$name.s"
done
