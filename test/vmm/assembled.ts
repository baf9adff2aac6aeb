/** Small guests written in a test. */
import { assemble } from '../../assembler/index.ts';
import { type Image, readImage } from '../../isa/machine/image.ts';

/** The image of a system guest's text. Throws the assembler's error. */
export function image(text: string): Image {
  return readImage(assemble([{ name: 'guest.s', text: `${text.trimEnd()}\n` }]).elf);
}

/** The image of a system guest that turns paging on before `text`: the first `bytes` (at most 4 MiB) are mapped to themselves. */
export function pagedImage(text: string, bytes = 2 ** 19): Image {
  return image(`    .globl _start\n_start:\n${paging(bytes)}\n${text}`);
}

/** Maps the first `bytes` (at most 4 MiB) to themselves, by tables at 0x20000 and 0x21000, and turns paging on. Changes t0 to t5. */
export function paging(bytes = 2 ** 19): string {
  return `
    li   t0, 0x20000
    li   t1, 0x21001
    sw   t1, 0(t0)
    li   t2, 0x21000
    li   t3, 0xf
    li   t4, ${Math.min(bytes, 2 ** 22) + 0xf}
    li   t5, 0x1000
1:  sw   t3, 0(t2)
    addi t2, t2, 4
    add  t3, t3, t5
    bne  t3, t4, 1b
    addi t0, t0, 1
    mts  PTBR, t0`;
}

/**
 * A guest of one page at 0x10000 that maps this page at 0x40010000, too, and goes on there, in `text`, whose first line
 * is line 14 of the source.
 */
export function mappedElsewhere(text: string): string {
  return `_start: li t0, 0x18000
 li   t1, 0x19001
 sw   t1, 0(t0)
 sw   t1, 1024(t0)
 li   t2, 0x1000f
 li   t3, 0x19040
 sw   t2, 0(t3)
 addi t0, t0, 1
 mts  PTBR, t0
 la   t4, there
 li   t5, 0x40000000
 add  t4, t4, t5
 jr   t4
there: ${text}`;
}
