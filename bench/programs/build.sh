#!/bin/sh
# Builds every program, so that nobody needs the toolchain to run them: elf/*.elf, Linux processes for RV32IM.
# `build.sh expected` also asks native builds and qemu-riscv32 what the programs print, and writes expected.txt.
# A program's first comment says how many rounds take about 0.1, 0.3, 1 and 5 seconds under qemu-riscv32.
# `build.sh native DIR` builds native programs only, `build.sh wasm DIR` WebAssembly only.
set -eu
cd "$(dirname "$0")"

cross=${CROSS:-riscv64-unknown-elf-gcc}
# No loop may become a call of the function that it is the body of (memcpy), and no vectors: RV32IM has none.
common="-O2 -std=gnu11 -Wall -Wextra -ffreestanding -nostdlib"
gnu="$common -static -fno-tree-loop-distribute-patterns -fno-tree-vectorize"

programs() { for source in *.c; do [ "$source" = lib.c ] || echo "${source%.c}"; done; }

native() { gcc $gnu -fno-stack-protector -o "$2" lib.c "$1.c"; }

wasm() {
  clang --target=wasm32 $common -fno-vectorize -fno-slp-vectorize -Wl,--no-entry -Wl,-z,stack-size=1048576 \
    -o "$2" lib.c "$1.c"
}

case ${1:-} in
  native) mkdir -p "$2"; for name in $(programs); do native "$name" "$2/$name"; done; exit ;;
  wasm) mkdir -p "$2"; for name in $(programs); do wasm "$name" "$2/$name.wasm"; done; exit ;;
esac

mkdir -p elf
for name in $(programs); do
  "$cross" -march=rv32im -mabi=ilp32 $gnu -Wl,--no-relax -Wl,-Ttext-segment=0x10000 -Wl,--no-warn-rwx-segments \
    -o "elf/$name.elf" lib.c "$name.c" -lgcc
  riscv64-unknown-elf-strip -g "elf/$name.elf"
done

# A line a program: its name, then for 1 round and for each of the four lengths the rounds and what is printed.
if [ "${1:-}" = expected ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder" expected.new' EXIT
  tab=$(printf '\t')
  {
    echo "# name, then five times (1 round, 0.1, 0.3, 1 and 5 s of QEMU's time): rounds, what is printed"
    for name in $(programs); do
      native "$name" "$folder/$name"
      printf %s "$name"
      for rounds in 1 $(sed -n 's/^ \* Rounds: //p' "$name.c"); do
        here=$("$folder/$name" "$rounds")
        there=$(qemu-riscv32 "elf/$name.elf" "$rounds")
        [ "$here" = "$there" ] || { echo "$name $rounds: $here native, $there under QEMU" >&2; exit 1; }
        printf '%s%s %s' "$tab" "$rounds" "$here"
      done
      echo
    done
  } > expected.new
  mv expected.new expected.txt
fi
