#!/bin/sh
# Builds every kernel, so that nobody needs the toolchain to run them: process/*.elf (a Linux
# process, RV32IM), ring32/*.elf (under the small kernel, paging on), virt/*.elf (the same for
# qemu-system-riscv32), pc/*.elf (the same for a PC). `build.sh expected` also asks native builds and qemu-riscv32 what the
# kernels print and writes expected.txt. `build.sh native DIR` builds native programs only.
set -eu
cd "$(dirname "$0")"

cross=${CROSS:-riscv64-unknown-elf-gcc}
common="-O2 -fno-tree-loop-distribute-patterns -Wall -Wextra -ffreestanding -nostdlib -static"
riscv="-mabi=ilp32 $common -Wl,--no-relax"
tab=$(printf '\t')

native() { gcc $common -fno-tree-vectorize -o "$2" "$1.c"; }

# system NAME MACHINE MARCH BASE: addresses are BASE's first hexadecimal digit and six more.
system() {
  "$cross" -march="$3" $riscv -DPARAMETER="0x$4fff000" -DPRIVATE="0x$4e00000" -Wl,-T,system/link.ld \
    -Wl,--defsym="BASE=0x${4}000000" -Wl,--no-warn-rwx-segments -o "$2/$1.elf" "system/$2.S" "$1.c"
}

# pc NAME: needs a gcc that knows i386, but no library for it.
pc() {
  gcc -m32 -march=i686 -mtune=generic $common -fno-tree-vectorize -fno-pic -no-pie -fno-stack-protector \
    -fcf-protection=none -fno-asynchronous-unwind-tables -DPARAMETER=0x1fff000 -DPRIVATE=0x1e00000 -Wl,-T,system/link.ld \
    -Wl,--defsym=BASE=0x1000000 -Wl,--no-warn-rwx-segments -Wl,--build-id=none -Wl,-z,noexecstack -s -o "pc/$1.elf" system/pc.S "$1.c"
}

if [ "${1:-}" = native ]; then
  mkdir -p "$2"
  for source in *.c; do
    [ "$source" = switches.c ] || native "${source%.c}" "$2/${source%.c}"
  done
  exit
fi

mkdir -p process ring32 virt pc
for source in *.c; do
  name=${source%.c}
  [ "$name" = switches ] ||
    "$cross" -march=rv32im $riscv -Wl,-Ttext-segment=0x10000 -o "process/$name.elf" "$source"
  system "$name" ring32 rv32im 00
  system "$name" virt rv32im_zicsr 80
  pc "$name"
done
riscv64-unknown-elf-strip -g process/*.elf ring32/*.elf virt/*.elf

# A line a kernel: its name, then for a short, a quick and a full run the repeat count and what is printed.
if [ "${1:-}" = expected ]; then
  native=$(mktemp -d)
  {
    echo "# name, then three times (short, quick, full): repeat count, what is printed"
    for source in *.c; do
      name=${source%.c}
      full=$(sed -n 's/^#define REPEAT //p' "$source")
      printf %s "$name"
      [ "$name" = switches ] || native "$name" "$native/$name"
      for repeat in 1 $((full / 10)) "$full"; do
        if [ "$name" = switches ]; then
          here=$(qemu-system-riscv32 -machine virt -m 128M -bios none -nographic -kernel virt/switches.elf \
            -device loader,addr=0x80fff000,data="$repeat",data-len=4 </dev/null)
        else
          here=$("$native/$name" "$repeat")
          there=$(qemu-riscv32 "process/$name.elf" "$repeat")
          [ "$here" = "$there" ] || { echo "$name $repeat: $here native, $there under QEMU" >&2; exit 1; }
        fi
        printf '%s%s %s' "$tab" "$repeat" "$here"
      done
      echo
    done
  } > expected.new
  mv expected.new expected.txt
  rm -r "$native"
fi
