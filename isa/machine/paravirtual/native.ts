/** The native sequence of each call (calls.ts): what a kernel without calls does instead. Arguments in a0 to a2, result in a0. */
import { PORT } from '../devices/ports.ts';
import { PAGE } from '../storage.ts';

export function version(magic: number, number: number): string {
  return `    li   a0, ${magic}
    li   a1, ${number}`;
}

export const consoleWrite = `    li   t0, ${PORT.CONSOLE_DATA}
    mv   t1, a0
    mv   t2, a1
    beqz t2, 2f
1:  lbu  t3, 0(t1)
    out  t0, t3
    addi t1, t1, 1
    addi t2, t2, -1
    bnez t2, 1b
2:  mv   a0, a1`;

export const mmuUpdate = `    mv   t0, a0
    mv   t1, a1
    beqz t1, 3f
1:  lw   t2, 0(t0)
    lw   t3, 4(t0)
    andi t4, t2, 1
    bnez t4, 2f
    sw   t3, 0(t2)
2:  addi t0, t0, 8
    addi t1, t1, -1
    bnez t1, 1b
3:  mv   a0, a1`;

export const setTable = `    ori  t0, a0, 1
    li   a0, 0
    mts  PTBR, t0`;

export const setTimer = `    mv   t0, a0
    li   a0, 0
    mts  TIMER, t0`;

export const block = `    li   a0, 0
    hlt
    sti`;

export const eventMask = `    getf t0
    srli t1, t0, 2
    andi t1, t1, 1
    xori t1, t1, 1
    ori  t0, t0, 4
    slli t2, a0, 2
    xor  t0, t0, t2
    mv   a0, t1
    setf t0`;

export const diskRing = `    beqz a0, 1f
    sw   zero, 0(a0)
    sw   zero, 4(a0)
    li   t0, 1
    sw   t0, 8(a0)
1:  li   a0, 0`;

export const diskKick = `1:  lw   t0, 0(a0)
    lw   t1, 4(a0)
    beq  t0, t1, 2f
    andi t2, t1, 127
    slli t2, t2, 4
    add  t2, t2, a0
    lw   t3, 16(t2)
    li   t4, ${PORT.DISK_SECTOR}
    out  t4, t3
    lw   t3, 20(t2)
    li   t4, ${PORT.DISK_ADDRESS}
    out  t4, t3
    lw   t3, 24(t2)
    li   t4, ${PORT.DISK_COMMAND}
    out  t4, t3
    hlt
    li   t4, ${PORT.DISK_STATUS}
    in   t3, t4
    out  t4, zero
    sw   t3, 28(t2)
    addi t1, t1, 1
    sw   t1, 4(a0)
    j    1b
2:  li   a0, 0`;

export const netRing = `    li   t0, 0
    li   t1, 0
    beqz a1, 1f
    addi t0, a0, 16
    slli t1, a1, 4
    add  t1, t1, t0
    li   t2, 1
    sw   t2, 0(a0)
1:  li   t3, ${PORT.NET_TRANSMIT}
    out  t3, t0
    li   t3, ${PORT.NET_RECEIVE}
    out  t3, t1
    li   t3, ${PORT.NET_RING}
    out  t3, a1
    li   t3, ${PORT.NET_CONTROL}
    out  t3, a2
    li   a0, 0`;

export const netKick = `    sw   zero, 0(a0)
    li   t0, ${PORT.NET_START}
    out  t0, zero
1:  in   t1, t0
    bnez t1, 1b
    li   t1, 1
    sw   t1, 0(a0)
    li   a0, 0`;

const pageLoop = (body: string) => `    mv   t0, a0
    mv   t1, a1
    beqz t1, 3f
1:  lw   t2, 0(t0)
${body}
    addi t0, t0, 4
    addi t1, t1, -1
    bnez t1, 1b
3:  mv   a0, a1`;

/** A machine without calls has all of its memory for ever: what is left is that the contents are lost. */
export const balloonGive = pageLoop(`    li   t3, ${PAGE}
2:  sw   zero, 0(t2)
    addi t2, t2, 4
    addi t3, t3, -4
    bnez t3, 2b`);

export const balloonTake = `    mv   a0, a1`;
