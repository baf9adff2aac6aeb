/** A process from its first instruction to its end: what it finds on its stack, how it dies. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { engineNames } from '../../isa/engines/engine.ts';
import { ImageError, readImage } from '../../isa/machine/image.ts';
import { CAUSE } from '../../isa/table/traps.ts';
import { Process } from '../../vmm/process/process.ts';
import { processOf, runProgram } from './kit.ts';

const program = readFileSync(new URL('../cli/fixtures/process.elf', import.meta.url));
const silent = { read: () => new Uint8Array(), write: () => {} };

/** The words from the stack pointer up, and the text at an address. */
function stackOf(process: Process) {
  const { memory, x } = process.machine;
  const word = (n: number) => memory.read((x[2] as number) + 4 * n, 4) >>> 0;
  const text = (at: number) => {
    const end = memory.bytes.indexOf(0, at);
    return Buffer.from(memory.bytes.subarray(at, end)).toString();
  };
  return { sp: x[2] as number, word, text };
}

describe('A process begins', () => {
  it('with argc, argv and the environment on its stack, as Linux lays them out', () => {
    const { process } = processOf('_start: nop', { argv: ['prog', '', 'zwölf'], environment: ['A=1', 'B='] });
    const { sp, word, text } = stackOf(process);
    expect(sp % 16).toBe(0);
    expect(word(0)).toBe(3);
    expect([1, 2, 3].map((n) => text(word(n)))).toEqual(['prog', '', 'zwölf']);
    expect(word(4)).toBe(0);
    expect([5, 6].map((n) => text(word(n)))).toEqual(['A=1', 'B=']);
    expect(word(7)).toBe(0);
  });

  it('with the auxiliary vector that a C library reads', () => {
    const image = readImage(program);
    const process = new Process(image, { argv: ['p'], streams: silent });
    const { word } = stackOf(process);
    const vector = new Map<number, number>();
    for (let n = 4; word(n) !== 0; n += 2) vector.set(word(n), word(n + 1));
    const [PHDR, PHENT, PHNUM, PAGESZ, ENTRY, RANDOM] = [3, 4, 5, 6, 9, 25];
    expect(vector.get(PAGESZ)).toBe(4096);
    expect(vector.get(ENTRY)).toBe(image.entry);
    expect(vector.get(PHENT)).toBe(32);
    expect(vector.get(PHNUM)).toBe(image.programHeaders.count);
    const headers = process.bytes(vector.get(PHDR) as number, 32 * image.programHeaders.count);
    expect(Buffer.from(headers as Uint8Array)).toEqual(
      program.subarray(52, 52 + 32 * image.programHeaders.count),
    );
    const random = process.bytes(vector.get(RANDOM) as number, 16);
    expect(new Set(random).size).toBeGreaterThan(8);
  });

  it('in ring 3, where nothing of the system half works', () => {
    const { process } = processOf('_start: mfs a0, TIME');
    expect(process.machine.ring).toBe(3);
    expect(process.run(10)).toMatchObject({ kind: 'killed', cause: CAUSE.PRIVILEGED });
  });

  it('not at all when image and stack do not fit, or the arguments do not', () => {
    expect(() => processOf('_start: nop', { memory: 65536 })).toThrow(ImageError);
    expect(() => processOf('_start: nop', { memory: 73728 })).toThrow(/no room for the stack/);
    const argv = ['x'.repeat(5_000_000)];
    expect(() => processOf('_start: nop', { argv })).toThrow(
      /^arguments of 5\d+ bytes do not fit on the stack$/,
    );
  });
});

describe.each(engineNames)('A process, run by the engine %s,', (engine) => {
  it('reads its arguments and its input, grows its heap and ends with its status', () => {
    let output = '';
    const input = [Buffer.from('hello\nworld')];
    const process = new Process(readImage(program), {
      argv: ['process', 'one', 'two'],
      streams: {
        read: () => input.pop() ?? new Uint8Array(),
        write: (_fd, bytes) => {
          output += Buffer.from(bytes).toString();
        },
      },
      engine,
    });
    expect(process.run(Number.POSITIVE_INFINITY)).toEqual({ kind: 'exit', status: 7 });
    expect(output).toBe('one two\nHELLO\nWORLD41dd0330\n');
    expect(process.run(Number.POSITIVE_INFINITY)).toEqual({ kind: 'exit', status: 7 });
    expect(Object.fromEntries(process.calls)).toEqual({ brk: 2, exit: 1, read: 2, write: 6 });
  });

  it('stops at a limit and goes on from there', () => {
    const { process } = processOf('_start: li a0, 1\n li a7, 93\n ecall\n', { engine });
    expect(process.run(2)).toEqual({ kind: 'limit' });
    expect(process.machine.pc).toBe(0x10008);
    expect(process.run(10)).toEqual({ kind: 'exit', status: 1 });
    expect(process.machine.steps).toBe(3);
  });

  it.each([
    ['a wild load', 'li t0, -4\n lw a0, 0(t0)', CAUSE.LOAD_PAGE, 0xfffffffc, 0x10004],
    ['a wild store', 'li t0, 0x70000000\n sb a0, 0(t0)', CAUSE.STORE_PAGE, 0x70000000, 0x10004],
    ['a wild jump', 'li t0, 0x70000000\n jr t0', CAUSE.FETCH_PAGE, 0x70000000, 0x70000000],
    ['a crooked jump', 'li t0, 2\n jr t0', CAUSE.MISALIGNED, 2, 0x10004],
    ['no instruction', '.word 0xffffffff', CAUSE.ILLEGAL, 0xffffffff, 0x10000],
    ['ebreak', 'ebreak', CAUSE.BREAKPOINT, 0, 0x10000],
    ['hlt', 'hlt', CAUSE.PRIVILEGED, 0x0200000b, 0x10000],
    ['vmcall', 'vmcall', CAUSE.ILLEGAL, 0x4000000b, 0x10000],
  ])('is killed by %s, at the instruction and with the cause', (_what, text, cause, value, pc) => {
    const { process } = processOf(`_start: ${text}\n`, { engine });
    expect(process.run(100)).toMatchObject({ kind: 'killed', cause, value });
    expect(process.machine.pc).toBe(pc);
  });

  it('can rewrite its own code where its section is writable', () => {
    const text = `.section .text.open, "awx"\n .globl _start\n_start: la t0, patch\n la t1, spare\n lw t1, 0(t1)\n sw t1, 0(t0)
patch:  li a0, 1\n li a7, 93\n ecall\nspare: li a0, 2\n`;
    expect(runProgram(text, { engine }).stop).toEqual({ kind: 'exit', status: 2 });
  });

  it('finds zeros where it mapped memory anew, also as code', () => {
    const map =
      'li a0, 0\n li a1, 4096\n li a2, 7\n li a3, 0x22\n li a4, -1\n li a5, 0\n li a7, 222\n ecall\n';
    const text = `_start: ${map} mv s0, a0\n la t0, code\n lw t1, 0(t0)\n sw t1, 0(s0)\n li s1, 300
again:  jalr s0\n addi s1, s1, -1\n bnez s1, again\n mv a0, s0\n li a1, 4096\n li a7, 215\n ecall
        ${map} jalr s0\ncode: ret\n`;
    const { process } = processOf(text, { engine });
    expect(process.run(100_000)).toMatchObject({ kind: 'killed', cause: CAUSE.ILLEGAL, value: 0 });
    expect(process.machine.pc).toBe(process.machine.x[8]);
  });

  it('runs what it read from its input', () => {
    const input = new Uint8Array(Uint32Array.of(0x00900513, 0x05d00893, 0x00000073).buffer);
    const text =
      '_start: la a1, code\n li a2, 12\n li a7, 63\n ecall\n j code\n .section .open, "awx"\ncode: .zero 12\n';
    expect(runProgram(text, { engine, input }).stop).toEqual({ kind: 'exit', status: 9 });
  });
});
