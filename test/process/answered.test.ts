/** System calls made by compiled code: answered in place, and whatever they write is noticed. */
import { expect, test } from 'vitest';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { processorDifference } from '../property/lockstep.ts';
import { processOf } from './kit.ts';

/** Runs the program on both engines, comparing every so many steps; returns what was printed, and the fast engine's counts. */
function runBoth(text: string, stride: number, input: string | Uint8Array = '') {
  const oracle = processOf(text, { engine: 'interpreter', input });
  const subject = processOf(text, { engine: 'fast', fast: { hot: 10 }, input });
  for (let until = stride; ; until += stride) {
    const stop = oracle.process.run(until);
    expect(subject.process.run(until)).toEqual(stop);
    const { machine } = oracle.process;
    expect(processorDifference(machine, subject.process.machine), `step ${machine.steps}`).toBeUndefined();
    if (stop.kind === 'limit') continue;
    expect(subject.printed).toEqual(oracle.printed);
    expect(subject.process.calls).toEqual(oracle.process.calls);
    const { engine } = subject.process;
    if (!(engine instanceof FastEngine)) throw new Error('not the fast engine');
    return { stop, steps: machine.steps, ...engine.statistics };
  }
}

/** A loop that calls `count`, and in its 1000th turn reads four bytes from standard input over its first instruction. */
const rewriting = `
_start:
    li   s0, 2000
    li   s1, 1000
1:  call count
    li   a7, 172            # getpid
    ecall
    add  s3, s3, a0
    bne  s0, s1, 2f
    li   a0, 0
    la   a1, count
    li   a2, 4
    li   a7, 63             # read
    ecall
2:  addi s0, s0, -1
    bnez s0, 1b
    mv   a0, s2
    li   a7, 93             # exit
    ecall
    .section .text.open, "awx"
count:
    addi s2, s2, 1
    ret`;

test.each([1, 7, 997, 1_000_000])(
  'code that a system call writes over is not run any more, seen every %d steps',
  (stride) => {
    const addi2 = Uint8Array.of(0x13, 0x09, 0x29, 0x00);
    const { stop, compiledSteps, steps } = runBoth(rewriting, stride, addi2);
    expect(stop).toEqual({ kind: 'exit', status: (1001 + 2 * 999) & 0xff });
    if (stride > 900) expect(compiledSteps).toBeGreaterThan(steps / 2);
  },
);

/** Loads and stores beside system calls that change their base register, and one that fails. */
const registers = `
_start:
    li   s0, 500
    la   s1, words
1:  lw   a1, 0(s1)
    lw   a0, 4(s1)
    sw   a1, 8(s1)
    li   a7, 172            # getpid: a0 is another now
    ecall
    add  s2, s2, a0
    la   a0, words
    lw   a3, 0(a0)
    li   a7, 9999           # no such call
    ecall
    sub  s2, s2, a0
    la   a1, words
    lw   a4, 4(a1)
    add  s2, s2, a4
    addi s0, s0, -1
    bnez s0, 1b
    mv   a0, s2
    li   a7, 93
    ecall
    .data
words: .word 5, 6, 7`;

test.each([1, 3, 1_000_000])('registers are what the call left in them, seen every %d steps', (stride) => {
  expect(runBoth(registers, stride).stop.kind).toBe('exit');
});

test('the exit is the last step, whatever the limit was', () => {
  const { stop, steps } = runBoth(
    '_start: li s0, 300\n1: addi s0, s0, -1\n bnez s0, 1b\n li a7, 93\n li a0, 7\n ecall\n j _start',
    50_000,
  );
  expect(stop).toEqual({ kind: 'exit', status: 7 });
  expect(steps).toBe(1 + 600 + 3);
});
