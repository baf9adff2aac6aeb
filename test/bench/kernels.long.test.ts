/** The kernels: all there, and each prints what expected.txt says, with paging off and on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readImage } from '../../isa/machine/image.ts';
import { load } from './kit.ts';

const { chooseKernels, startUp, kernelFile, kernelFolder } = await load('catalogue');
const { runKernel } = await load('run-kernel');
const kernels = chooseKernels();

/** Visits before a place is compiled: these runs are too short to pay for it. */
const quickly = { hot: 200 };

/** The interpreter takes some 20 million steps a second, fewer with paging on. */
const quickSteps = 4_000_000;

describe('the catalogue', () => {
  test('lists every C file, and nothing else', () => {
    const sources = readdirSync(kernelFolder()).filter((name) => name.endsWith('.c'));
    expect([...kernels.map(({ name }) => `${name}.c`), `${startUp}.c`].sort()).toEqual(sources.sort());
  });

  test("a full run's repeat count is the one in the source", () => {
    for (const { name, full } of kernels) {
      const source = readFileSync(`${kernelFolder()}${name}.c`, 'utf8');
      expect(source, name).toContain(`#define REPEAT ${full.repeat}\n`);
    }
  });

  test('a name that is no kernel is refused with the names that are', () => {
    expect(() => chooseKernels(['fib', 'fob'])).toThrow(
      /fob: no such kernel; there are branches, .*, syscalls/,
    );
  });
});

describe.each(kernels.map((kernel) => [kernel.name, kernel] as const))('%s', (name, kernel) => {
  test('has images that load', () => {
    for (const flavour of ['ring32', 'virt'] as const) {
      expect(readImage(readFileSync(kernelFile(name, flavour))).segments.length).toBeGreaterThan(1);
    }
    expect(existsSync(kernelFile(name, 'process'))).toBe(kernel.modes.includes('process'));
    // Another processor's: only its header is read here.
    const pc = readFileSync(kernelFile(name, 'pc'));
    expect([pc.readUInt16LE(18), pc.readUInt32LE(24) >>> 24]).toEqual([3, 1]);
  });

  test.each(kernel.modes)(
    'prints its line in %s mode, on the interpreter too where that is quick',
    (mode) => {
      const { repeat, prints } = kernel.short;
      const fast = runKernel({ kernel: name, mode, engine: 'fast', repeat, fast: quickly });
      expect(fast.prints).toBe(prints);
      expect(fast.statistics?.compiledSteps).toBeGreaterThan(fast.steps / 3);
      if (fast.steps > quickSteps) return;
      const interpreted = runKernel({ kernel: name, mode, engine: 'interpreter', repeat });
      expect(interpreted.prints).toBe(prints);
      expect(interpreted.steps).toBe(fast.steps);
    },
  );
});

test.each(['syscalls', 'switches'])(
  '%s: the kernel is called and returned from in compiled code',
  (kernel) => {
    const request = { kernel, mode: 'system', engine: 'fast', repeat: 5, limit: 2_000_000 } as const;
    const { steps, statistics } = runKernel({ ...request, fast: { hot: 4 } });
    expect(statistics?.compiledSteps).toBeGreaterThan(steps * 0.9);
    expect(statistics?.entries).toBeLessThan(steps / 1000);
  },
);

test('a run that is stopped after some steps has printed nothing', () => {
  const request = { kernel: 'fib', mode: 'process', engine: 'interpreter', repeat: 1 } as const;
  const { steps, prints } = runKernel({ ...request, limit: 1000 });
  expect(steps).toBe(1000);
  expect(prints).toBeUndefined();
});
