/** A guest that is never at rest: it walks memory, prints, reads and writes its disk, and is interrupted by timer, console and disk. */
import { image } from '../assembled.ts';

export const busyDisk = Uint8Array.from({ length: 16 * 512 }, (_, n) => n * 13);

export const busy = image(`    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
    li   t0, 0x11
    li   t1, 1
    out  t0, t1                  # console interrupts
    li   t0, 700
    mts  TIMER, t0
    sti
    li   s0, 0x8000
    li   s1, 0x20000
    li   s3, 4096
loop:
    lw   t1, 0(s0)
    addi t1, t1, 1
    sw   t1, 0(s0)
    sw   s2, 8(s0)
    add  s0, s0, s3
    bltu s0, s1, 1f
    li   s0, 0x8000
1:  addi s2, s2, 1
    andi t0, s2, 31
    bnez t0, loop
    srli t1, s2, 5
    andi t2, t1, 15
    addi t2, t2, 'a'
    li   t0, 0x10
    out  t0, t2                  # a letter
    li   t0, 0x20
    andi t2, t1, 15
    out  t0, t2                  # the sector
    li   t0, 0x21
    li   t3, 0x8000
    andi t4, t1, 7
    slli t4, t4, 12
    add  t3, t3, t4
    out  t0, t3
    li   t0, 0x22
    andi t2, t1, 1
    addi t2, t2, 1
    out  t0, t2                  # read, write, read …
    j    loop

handler:
    mts  SCRATCH0, t0
    mts  SCRATCH1, t1
    mfs  t0, ECAUSE
    slli t0, t0, 1
    li   t1, 2
    beq  t0, t1, typed
    bgtu t0, t1, stored
    li   t0, 700
    mts  TIMER, t0
    j    back
typed:
    li   t0, 0x10
    in   t1, t0
    out  t0, t1                  # echoes
    j    back
stored:
    li   t0, 0x23
    out  t0, zero
back:
    mfs  t0, SCRATCH0
    mfs  t1, SCRATCH1
    iret
`);
