/**
 * Accesses at the edges of what a check allows. Each must end in code that passes: with a check that fits, or delegated to
 * the interpreter without leaving the region.
 */
import { describe, expect, it } from 'vitest';
import { paging } from '../vmm/assembled.ts';
import { end, expectAlike, skipping } from './kit.ts';

const rounds = 4000;

/** `body` in a loop; the status is the number of rounds. */
const repeated = (body: string) => `
    li   s11, 0
    li   s9, ${rounds}
1:  ${body}
    addi s11, s11, 1
    bne  s11, s9, 1b
    ${end}`;

/** Expects the same on both engines, hardly a step interpreted, and few failures. */
function expectPassing(text: string): void {
  const { failures } = expectAlike(text, rounds, 0.9);
  expect(failures).toBeLessThan(rounds / 20);
}

const size = 2 ** 20;

describe.each([
  ['off', ''],
  ['on', paging(size)],
])('With paging %s, compiled code goes on after', (_, on) => {
  it.each([
    ['past the end of memory', `li s0, ${size + 1000}`, -1028],
    ['before its beginning', 'li s0, -1000', 1028],
  ])('an access through a register that points %s', (_where, start, offset) => {
    const body = `lw t0, ${offset}(s0)\n addi t0, t0, 1\n sw t0, ${offset}(s0)`;
    expectPassing(`${on}\n${start}\n${repeated(body)}`);
  });

  it('two accesses through one register, one at the end of memory and one that never is made', () => {
    expectPassing(`${on}
    li   s0, ${size - 16}
    ${repeated('lw t0, 0(s0)\n beqz zero, 2f\n lw t0, 64(s0)\n2: sw s11, 8(s0)')}`);
  });

  it('a store beside code, and one over what was code', () => {
    expectPassing(`${on}
    la   s0, data
    ${repeated('sw s11, 0(s0)\n lw t0, 0(s0)\n bne t0, s11, 1b')}
    .balign 16
data: .word 0`);
  });

  it('an access across two pages', () => {
    expectPassing(`${on}
    li   s0, 0x40ffe
    ${repeated('lw t0, 0(s0)\n addi t0, t0, 1\n sw t0, 0(s0)')}`);
  });

  it('a load that traps, whose handler skips it', () => {
    const { failures } = expectAlike(
      `${on}
    ${skipping}
    li   s10, 0
    li   s0, 0x7fff0000
    ${repeated('lw t0, 0(s0)\n addi s8, s8, 3\n addi s8, s8, 5')}`,
      rounds,
      0.5,
    );
    expect(failures).toBeLessThan(rounds / 20);
  });
});

describe('A delegated access', () => {
  it('is compiled again when compiled code could have made it a thousand times', () => {
    expectPassing(`
    la   s0, data
    li   s1, 0x40000
    li   s2, 2000
    ${repeated('blt s11, s2, 2f\n mv s0, s1\n2: sw s11, 0(s0)\n lw t0, 0(s0)\n bne t0, s11, 1b')}
    .balign 16
data: .word 0`);
  });

  it('that writes over the code of its own region has the new code executed', () => {
    expectAlike(
      `
    la   s0, data
    la   s1, patched
    lw   s2, other
    li   s3, 3000
    li   s8, 0
    ${repeated(`mv t1, s0
    bne  s11, s3, 2f
    mv   t1, s1
2:  sw   s2, 0(t1)
patched:
    addi s8, s8, 0`)}
9:  j    9b
    .balign 16
data: .word 0
other: addi s8, s8, 1`,
      rounds,
      0.5,
    );
  });
});
