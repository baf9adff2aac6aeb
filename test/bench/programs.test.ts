/** The programs of bench/programs, and the table that the command makes of stored numbers. Never a time. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readImage } from '../../isa/machine/image.ts';
import { load } from './kit.ts';

const { choosePrograms, lengths, programFile, programFolder } = await load('programs-catalogue');
const { openProcess } = await load('run-kernel');
const { profile } = await load('profile');
const { meansOf } = await load('programs-means');
const { formatPrograms } = await load('programs-report');

const programs = choosePrograms();

/** Visits before each tier compiles: one round is too short to pay for it. */
const tiers = { early: 200, hot: 30_000 };

describe('the programs', () => {
  test('are all there is in bench/programs, six or more, each of 500 lines or more', () => {
    const sources = readdirSync(programFolder()).filter((name) => name.endsWith('.c') && name !== 'lib.c');
    expect(programs.map(({ name }) => `${name}.c`)).toEqual(sources.sort());
    expect(programs.length).toBeGreaterThanOrEqual(6);
    for (const source of sources) {
      const lines = readFileSync(`${programFolder()}/${source}`, 'utf8').split('\n');
      expect(lines.length, source).toBeGreaterThan(500);
    }
  });

  test('say how many rounds the four lengths are, and that is what is run', () => {
    for (const { name, works } of programs) {
      const rounds = lengths.map((length) => works[length].repeat).join(' ');
      expect(readFileSync(`${programFolder()}/${name}.c`, 'utf8'), name).toContain(` * Rounds: ${rounds}\n`);
    }
  });

  test('a name that is no program is refused with the names that are', () => {
    expect(() => choosePrograms(['lisp', 'lips'])).toThrow(
      /lips: no such program; there are database, .*, tracer/,
    );
  });
});

describe.each(programs.map((program) => [program.name, program] as const))('%s', (name, { tiny }) => {
  test('prints what its native build prints, on both engines and in as many steps', () => {
    expect(existsSync(programFile(name))).toBe(true);
    const image = readFileSync(programFile(name));
    expect(readImage(image).segments.length).toBeGreaterThan(0);
    const fast = profile({ program: name, rounds: tiny.repeat, fast: tiers });
    expect(fast.prints).toBe(tiny.prints);
    expect(fast.interpretedSteps).toBeLessThan(fast.steps);
    const slow = openProcess(image, [name, String(tiny.repeat)], 'interpreter', {});
    expect(slow.run(Number.POSITIVE_INFINITY).kind).toBe('exit');
    expect(String.fromCharCode(...slow.output).trim()).toBe(tiny.prints);
    expect(slow.machine.steps).toBe(fast.steps);
  });
});

describe('a profile', () => {
  test('has parts that are no more than the whole, and puts back what it replaced', () => {
    const api = (globalThis as unknown as { WebAssembly: { Module: unknown } }).WebAssembly;
    const before = api.Module;
    const { whole, interpreting, ours, v8, inside, entries } = profile({
      program: 'text',
      rounds: 1,
      fast: tiers,
    });
    expect(entries).toBeGreaterThan(0);
    for (const part of [interpreting, v8]) expect(part).toBeGreaterThan(0);
    expect(interpreting + ours + v8 + inside).toBeLessThanOrEqual(whole * 1.001);
    expect(api.Module).toBe(before);
  });
});

/** Two programs at two lengths; `fast` was not measured for the last. */
const results = [
  {
    program: 'lisp',
    length: 0.1,
    seconds: { native: [0.01, 0.03, 0.02], 'qemu-riscv32': [0.1], webassembly: [0.05], fast: [0.4] },
  },
  {
    program: 'text',
    length: 0.1,
    seconds: { native: [0.02], 'qemu-riscv32': [0.1], webassembly: [0.1], fast: [0.1] },
  },
  {
    program: 'lisp',
    length: 5,
    seconds: { native: [1], 'qemu-riscv32': [5], webassembly: [2.5], fast: [4] },
  },
  { program: 'text', length: 5, seconds: { native: [1], 'qemu-riscv32': [5], webassembly: [2.5] } },
];

const bench = {
  format: 'ringlab-bench-programs',
  version: 1,
  host: { cpu: 'A processor', cores: 2, node: '20.0.0', system: 'Linux 6' },
  runs: 3,
  versions: { 'qemu-riscv32': 'qemu-riscv32 version 7.2' },
  absent: [{ name: 'webassembly', reason: 'no clang to build it with' }],
  start: { ours: 0.1, node: 0.04 },
  results,
  means: meansOf(results),
  profiles: [
    {
      program: 'lisp',
      length: 0.1,
      prints: '59a2c54c',
      whole: 0.3,
      interpreting: 0.1,
      ours: 0.06,
      v8: 0.04,
      inside: 0.1,
      steps: 1e8,
      interpretedSteps: 2e7,
      entries: 12_345,
      codeBytes: 2 ** 20,
    },
  ],
};

describe("the command's table", () => {
  test('has geometric means of the medians of what could be compared, by length', () => {
    const fast = bench.means.filter(({ of, to }) => of === 'fast' && to === 'qemu-riscv32');
    expect(fast).toEqual([
      { length: 0.1, of: 'fast', to: 'qemu-riscv32', programs: 2, ratio: expect.closeTo(2, 9) as number },
      { length: 5, of: 'fast', to: 'qemu-riscv32', programs: 1, ratio: expect.closeTo(0.8, 9) as number },
    ]);
  });

  test('has a part for each length, the means with the speed, what is absent, and the profile, in 80 columns', () => {
    const text = formatPrograms(bench);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(text).toContain('  webassembly: absent, no clang to build it with\n');
    expect(text).toMatch(/^lisp +0\.020 +0\.050 +0\.100 +0\.400 +5\.00 +0\.500 +4\.00 +8\.00$/m);
    expect(text).toMatch(/^text +1\.000 +2\.500 +5\.000 +– +5\.00 +0\.500 +– +–$/m);
    expect(text).toMatch(/^0\.1 s +5\.00 +0\.707 +2\.00 +2\.83 +0\.500$/m);
    expect(text).toMatch(/^5 s +5\.00 +0\.500 +0\.800 +1\.60 +1\.25$/m);
    expect(text).toContain('takes 100 ms to start and end, Node alone 40 ms');
    expect(text).toMatch(/^lisp, 0\.1 s +300 +100 +60 +40 +100 +20 M +12 k +1024$/m);
    expect(text).not.toMatch(/^1 s/m);
  });

  test('has no profile that was not asked for', () => {
    expect(formatPrograms({ ...bench, profiles: [] })).not.toContain('where the time goes');
  });
});
