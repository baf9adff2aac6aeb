/** Guests made to be moved at a bad moment. */
import type { Image } from '../../../isa/machine/image.ts';
import { image, pagedImage } from '../assembled.ts';

/** A guest with what it needs. */
export interface Movable {
  readonly image: Image;
  readonly memory: number;
  readonly disk?: Uint8Array;
}

const disk = Uint8Array.from({ length: 16 * 512 }, (_, n) => n * 13);

/** Is never at rest: walks memory, prints, reads and writes its disk, and is interrupted by timer, console and disk. */
export const busy: Movable = {
  memory: 2 ** 17,
  disk,
  image: image(`    .globl _start
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
`),
};

const pause = (label: number) => `
    li   s0, 50
${label}:  addi s0, s0, -1
    bnez s0, ${label}b`;

/**
 * Is seldom seen in the act: under page tables whose A and D it clears, so that the machine
 * sets them again, with pages that become zero and alike again and again, and interrupts
 * off most of the time, so that the timer's and the console's wait.
 */
export const sly: Movable = {
  memory: 2 ** 19,
  disk,
  image: pagedImage(`
    la   t0, handler
    mts  TVEC, t0
    li   t0, 0x11
    li   t1, 1
    out  t0, t1
outer:
    li   t0, 100
    mts  TIMER, t0               # it comes while interrupts are off
    li   t0, 0x21100             # the entry of the page at 0x40000
    lw   t1, 0(t0)
    andi t1, t1, -97             # A and D off
    sw   t1, 0(t0)${pause(1)}
    li   t0, 0x40000
    lw   t1, 0(t0)
    xori t1, t1, 1               # on, off: and the page is zero again
    sw   t1, 0(t0)${pause(1)}
    xori s5, s5, 3
    li   t0, 0x43000
    sw   s5, 0(t0)${pause(1)}
    li   t0, 0x41000
    sw   s5, 0(t0)${pause(1)}
    li   t0, 0x20
    andi t1, s6, 7
    out  t0, t1
    li   t0, 0x21
    li   t1, 0x50000             # a page that only the disk writes
    out  t0, t1
    li   t0, 0x22
    li   t1, 1
    out  t0, t1
    sti
    addi s6, s6, 1
    cli
    j    outer

handler:
    mts  SCRATCH0, t0
    mts  SCRATCH1, t1
    mfs  t0, ECAUSE
    andi t0, t0, 3
    bnez t0, 1f
    mts  TIMER, zero             # it has been
    j    back
1:  addi t0, t0, -1
    bnez t0, stored
    li   t0, 0x10
    in   t1, t0
    out  t0, t1                  # echoes
    j    back
stored:
    li   t0, 0x23
    out  t0, zero
back:
    addi s7, s7, 1
    mfs  t0, SCRATCH0
    mfs  t1, SCRATCH1
    iret
`),
};

/** By name. */
export const movables = { busy, sly } as const;
