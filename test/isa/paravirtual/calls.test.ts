/** The calls of a paravirtual machine: the table, and what each does. */
import { describe, expect, it } from 'vitest';
import { calls } from '../../../isa/machine/paravirtual/calls.ts';
import { call, made, powerOff } from './kit.ts';

describe('The table of calls', () => {
  it('has each call at its number', () => {
    expect(calls.map(({ number }) => number)).toEqual(calls.map((_, n) => n));
    expect(new Set(calls.map(({ name }) => name)).size).toBe(calls.length);
  });
});

describe('vmcall', () => {
  const text = `    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
${call('version')}
    mv   s0, a0
    mv   s1, a1
${powerOff}
handler:
    mfs  s2, ECAUSE
${powerOff}`;
  it.each([
    'none',
    'trap-and-emulate',
    'hybrid',
    'interpret',
    'binary-translation',
    'hybrid/trap-and-emulate',
  ])('is a call if the machine is paravirtual, under the monitor %s', (monitor) => {
    const { guest, machine } = made(text, { monitor });
    expect(guest.run(100)).toEqual({ kind: 'power', status: 0 });
    expect(machine.x[8]).toBe(0x474e4952);
    expect(machine.x[9]).toBe(1);
    expect(machine.x[18]).toBe(0);
    const plain = made(text, { monitor, paravirtual: false });
    expect(plain.guest.run(100)).toEqual({ kind: 'power', status: 0 });
    expect(plain.machine.x[18]).toBe(2);
  });
});
