/** The network rings of a paravirtual guest: one kick sends several frames, and no interrupt needs an acknowledgement. */
import { expect, it } from 'vitest';
import { call, made, powerOff } from '../../isa/paravirtual/kit.ts';

const RINGS = 0x60000;
const put = (at: number, value: number) => `    li   t0, ${at}\n    li   t1, ${value}\n    sw   t1, 0(t0)\n`;
const ready = (n: number, frame: number, length: number) =>
  put(RINGS + 16 + 16 * n, frame) + put(RINGS + 20 + 16 * n, length) + put(RINGS + 24 + 16 * n, 1);

/** Sends two frames, sleeps until the device rests, sends another one. s1 counts interrupts; s2 and s3 are IDLE before and after. */
const text = `    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
${put(0x50000, 0x01010101)}${put(0x50100, 0x02020202)}${call('net_ring', RINGS, 4, 1)}${ready(0, 0x50000, 60)}${ready(1, 0x50100, 70)}${call('net_kick', RINGS)}
    li   t0, ${RINGS}
    lw   s2, 0(t0)
1:  li   a7, 5
    vmcall
    li   t0, ${RINGS + 24 + 16}
    lw   t1, 0(t0)
    addi t1, t1, -2
    bnez t1, 1b
    li   t0, ${RINGS}
2:  lw   s3, 0(t0)
    beqz s3, 2b
${ready(2, 0x50000, 80)}${call('net_kick', RINGS)}    li   a7, 5
    vmcall
${powerOff}    j    .
handler:
    addi s1, s1, 1
    iret
`;

it.each(['none', 'trap-and-emulate', 'hardware-nested'])(
  'A kick of the network rings sends all frames that are ready, under %s',
  (monitor) => {
    const sent: number[] = [];
    const network = {
      address: Uint8Array.of(2, 0, 0, 0, 0, 7),
      send: (frame: Uint8Array) => sent.push(frame.length),
    };
    const { guest, machine } = made(text, { monitor, network });
    expect(guest.run(100_000)).toEqual({ kind: 'power', status: 0 });
    expect(sent).toEqual([60, 70, 80]);
    expect([machine.x[9], machine.x[18], machine.x[19]]).toEqual([3, 0, 1]);
    const kicks = guest.ledger?.exits.get('call: net_kick');
    expect(kicks).toBe(monitor === 'none' ? undefined : 2);
  },
);
