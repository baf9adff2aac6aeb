/** What a process may do to its memory: page tables, their faults, and how the engines keep up with changes of them. */
import { describe, expect, it } from 'vitest';
import { engineNames } from '../../isa/engines/engine.ts';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { CAUSE } from '../../isa/table/traps.ts';
import { Process } from '../../vmm/process/process.ts';
import { readImage } from '../../isa/machine/image.ts';
import { assemble } from '../../assembler/index.ts';
import { processOf } from './kit.ts';

const SIGSEGV = { name: 'SIGSEGV', number: 11 };

/** A call of mmap or the like: number and arguments, as assembly. */
const call = (number: number, ...args: readonly (number | string)[]) =>
  `${args.map((value, n) => (typeof value === 'number' ? `li a${n}, ${value}` : `mv a${n}, ${value}`)).join('\n')}
   li a7, ${number}\n ecall\n`;
const mmap = (protection: number, length = 4096) => call(222, 0, length, protection, 0x22, -1, 0);
const mprotect = (address: string, protection: number) => call(226, address, 4096, protection);
const munmap = (address: string) => call(215, address, 4096);
const exit = call(93, 0);

describe.each(engineNames)('A process, run by the engine %s, is killed by SIGSEGV', (engine) => {
  it.each([
    ['a null pointer that it reads', 'lw a0, 4(zero)', CAUSE.LOAD_PAGE, 4, /null pointer/],
    ['a null pointer that it writes', 'sw a0, 0(zero)', CAUSE.STORE_PAGE, 0, /null pointer/],
    ['a null pointer that it calls', 'jr zero', CAUSE.FETCH_PAGE, 0, /null pointer/],
    ['a store to its code', 'la t0, _start\n sw zero, 0(t0)', CAUSE.STORE_PAGE, 0x10000, /read-only/],
    ['a jump to its data', 'la t0, data\n jr t0', CAUSE.FETCH_PAGE, 0x11000, /data, not code/],
    ['a jump to its stack', 'jr sp', CAUSE.FETCH_PAGE, undefined, /data, not code/],
    [
      'a load after its image',
      'la t0, data\n lui t1, 1\n add t0, t0, t1\n lw a0, 0(t0)',
      CAUSE.LOAD_PAGE,
      0x12000,
      /nothing is mapped/,
    ],
    [
      'a load past its memory',
      'li t0, 0x7ffffffc\n lw a0, 0(t0)',
      CAUSE.LOAD_PAGE,
      0x7ffffffc,
      /past the end/,
    ],
    [
      'a store that begins on its data and ends after it',
      'la t0, data\n lui t1, 1\n add t0, t0, t1\n sw a0, -2(t0)',
      CAUSE.STORE_PAGE,
      0x12000,
      /nothing is mapped/,
    ],
    [
      'what it mapped to be read',
      `${mmap(1)} lw a1, 0(a0)\n sw zero, 0(a0)`,
      CAUSE.STORE_PAGE,
      undefined,
      /read-only/,
    ],
    ['what it mapped for nothing', `${mmap(0)} lw a1, 0(a0)`, CAUSE.LOAD_PAGE, undefined, /cannot be read/],
    ['what it may not execute', `${mmap(3)} jr a0`, CAUSE.FETCH_PAGE, undefined, /data, not code/],
    [
      'what it protected',
      `la s0, data\n sw zero, 0(s0)\n${mprotect('s0', 1)} lw a0, 0(s0)\n sw zero, 0(s0)`,
      CAUSE.STORE_PAGE,
      0x11000,
      /read-only/,
    ],
    [
      'what it unmapped',
      `${mmap(3)} mv s0, a0\n sw zero, 0(s0)\n${munmap('s0')} lw a0, 0(s0)`,
      CAUSE.LOAD_PAGE,
      undefined,
      /nothing is mapped/,
    ],
    [
      'what it gave back with brk',
      `${call(214, 0)} mv s0, a0\n addi a0, a0, 4\n ecall\n sw zero, 0(s0)\n mv a0, s0\n ecall\n lw a0, 0(s0)`,
      CAUSE.LOAD_PAGE,
      undefined,
      /nothing is mapped/,
    ],
  ])('for %s', (_what, text, cause, value, why) => {
    const { process } = processOf(`_start: ${text}\n${exit}\n.data\ndata: .word 0\n`, { engine });
    const stop = process.run(1000);
    expect(stop).toMatchObject({ kind: 'killed', cause, signal: SIGSEGV, why: expect.stringMatching(why) });
    if (value !== undefined) expect(stop).toMatchObject({ value });
  });

  it('for a recursion without end, as soon as the stack is used up', () => {
    const { process } = processOf('_start: addi sp, sp, -2000\n sw ra, 0(sp)\n j _start\n', { engine });
    const stop = process.run(1_000_000);
    const { stack, size } = process.space;
    expect(size - stack).toBe(8 * 2 ** 20);
    expect(stop).toMatchObject({
      kind: 'killed',
      cause: CAUSE.STORE_PAGE,
      why: expect.stringMatching(/8192 KiB.*guard/),
    });
    if (stop.kind !== 'killed') return;
    expect(stop.value).toBeLessThan(stack);
    expect(stop.value).toBeGreaterThanOrEqual(stack - 2000);
    expect(process.machine.steps).toBeLessThan(3 * 4300);
  });
});

describe('Compiled code', () => {
  /** Runs on both engines at once, to the end; the fast one must have compiled. */
  function runBoth(text: string) {
    const oracle = processOf(text, { engine: 'interpreter' }).process;
    const { process } = processOf(text, { engine: 'fast', fast: { hot: 10 } });
    const stop = oracle.run(1_000_000);
    expect(process.run(1_000_000)).toEqual(stop);
    expect([process.machine.pc, process.machine.steps]).toEqual([oracle.machine.pc, oracle.machine.steps]);
    expect(process.machine.x).toEqual(oracle.machine.x);
    if (!(process.engine instanceof FastEngine)) throw new Error('not the fast engine');
    expect(process.engine.statistics.compiledSteps).toBeGreaterThan(oracle.machine.steps / 3);
    return stop;
  }

  /** A loop that stores to the page in s0, and in its 1000th turn makes a call. */
  const storing = (made: string) => `_start: ${mmap(3)} mv s0, a0\n li s1, 2000\n li s2, 1000
again: sw s1, 0(s0)\n addi s1, s1, -1\n bne s1, s2, on\n ${made}\non: bnez s1, again\n${exit}`;

  it.each([
    ['protected', mprotect('s0', 1)],
    ['unmapped', munmap('s0')],
  ])('notices that a page was %s', (_how, made) => {
    expect(runBoth(storing(made))).toMatchObject({ kind: 'killed', cause: CAUSE.STORE_PAGE });
  });

  it('stores where a heap grows page by page', () => {
    const grow = `_start: ${call(214, 0)} mv s0, a0\n li s3, 64
page: lui t0, 1\n add s4, s0, t0\n mv a0, s4\n li a7, 214\n ecall
again: sw s3, 0(s0)\n addi s0, s0, 16\n bltu s0, s4, again\n addi s3, s3, -1\n bnez s3, page\n${exit}`;
    expect(runBoth(grow)).toEqual({ kind: 'exit', status: 0 });
  });
});

describe('The memory of a process', () => {
  it('may be as large as a machine’s, and as small as its image and a stack need', () => {
    const image = readImage(assemble([{ name: 't.s', text: `_start: ${exit}` }]).elf);
    const streams = { read: () => new Uint8Array(), write: () => {} };
    for (const memory of [32 * 4096, 2 ** 30]) {
      const process = new Process(image, { argv: ['t'], streams, memory, engine: 'interpreter' });
      expect(process.run(10)).toEqual({ kind: 'exit', status: 0 });
      expect(process.bytes(process.space.size - 4, 4)).toHaveLength(4);
      expect(process.bytes(process.space.size - 4, 5)).toBeUndefined();
      expect(process.bytes(process.space.ptbr & -4096, 4)).toBeUndefined();
    }
  });

  it('holds a segment on page 0 when the image asks for it', () => {
    const text = `_start: lw a0, 0(zero)\n${exit}`;
    const image = readImage(assemble([{ name: 't.s', text }], { base: 0 }).elf);
    const process = new Process(image, {
      argv: ['t'],
      streams: { read: () => new Uint8Array(), write: () => {} },
    });
    expect(process.run(100)).toEqual({ kind: 'exit', status: 0 });
  });
});
