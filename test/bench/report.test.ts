/** The measurement and its report, with contenders that only say how long they took. */
import { describe, expect, test } from 'vitest';
import { type Entry, load } from './kit.ts';

const { measure } = await load('measure');
const { meansOf, formatReport } = await load('report');
const { chooseKernels } = await load('catalogue');

const kernels = chooseKernels(['fib', 'switches']);
const seconds = { nothing: 0.5, fib: 2.5, switches: 4.5 } as const;
type Name = keyof typeof seconds;

/** Prints what it should; `steps` 0 for a peer. */
function pretend(name: string, mode: 'process' | 'system', factor: number, steps: number) {
  const run = async (kernel: string, repeat: number, limit?: number) => {
    const work = kernels.find((one) => one.name === kernel)?.quick;
    const cut = limit !== undefined && limit < steps;
    return {
      seconds: (seconds[kernel as Name] * factor * (cut ? limit : steps || 1)) / (steps || 1),
      steps: cut ? limit : steps,
      prints: cut ? undefined : repeat === work?.repeat ? work.prints : '00000000',
    };
  };
  return { name, mode, peer: steps === 0, run };
}

const contenders = [
  pretend('native', 'process', 1, 0),
  pretend('qemu-riscv32', 'process', 2, 0),
  pretend('fast', 'process', 3, 40_000_000),
  pretend('fast', 'system', 4, 40_000_000),
  pretend('interpreter', 'process', 100, 40_000_000),
];
const plan = { kernels, contenders, runs: 3, size: 'quick', progress: () => {} } as const;

function find(entries: readonly Entry[], kernel: string, mode: string, contender: string) {
  return entries.find((e) => e.kernel === kernel && e.mode === mode && e.contender === contender);
}

describe('the measurement', () => {
  test("takes a peer's start-up off its median, and not off its runs", async () => {
    const { entries, startUp } = await measure(plan);
    expect(startUp).toEqual({ native: 0.5, 'qemu-riscv32': 1 });
    expect(find(entries, 'fib', 'process', 'native')).toMatchObject({ median: 2, seconds: [2.5, 2.5, 2.5] });
    expect(find(entries, 'fib', 'process', 'fast')).toMatchObject({ median: 7.5, scaled: false });
  });

  test('says nothing of a peer whose start-up took most of its run', async () => {
    const slow = { ...pretend('native', 'process', 1, 0), run: async () => ({ ...start, seconds: 0.9 }) };
    const start = { steps: 0, prints: kernels[0]?.quick.prints };
    const { entries } = await measure({ ...plan, kernels: kernels.slice(0, 1), contenders: [slow] });
    expect(entries[0]?.median).toBeNull();
    expect(meansOf(entries)).toEqual([]);
  });

  test("reckons a run that was stopped by the fast engine's steps", async () => {
    const { entries } = await measure(plan);
    const entry = find(entries, 'fib', 'process', 'interpreter');
    expect(entry).toMatchObject({ steps: 20_000_000, scaled: true });
    expect(entry?.median).toBeCloseTo(250, 9);
  });

  test('runs what only a machine has in system mode alone', async () => {
    const { entries } = await measure(plan);
    const switches = entries.filter(({ kernel }) => kernel === 'switches');
    expect(switches.map(({ mode }) => mode)).toEqual(['system']);
  });

  test('takes the contenders in turn, round by round', async () => {
    const told: string[] = [];
    await measure({ ...plan, runs: 2, kernels: kernels.slice(0, 1), progress: (text) => told.push(text) });
    expect(told.map((text) => text.replace(/ of 2: fib,/, ''))).toEqual(
      ['round 1', 'round 2'].flatMap((round) =>
        ['native', 'qemu-riscv32', 'fast', 'fast', 'interpreter'].map((name) => `${round} ${name}`),
      ),
    );
  });

  test('ends when a run prints something else', async () => {
    const run = async () => ({ seconds: 1, steps: 1, prints: 'cafebabe' });
    const wrong = { name: 'fast', mode: 'process', peer: false, run } as const;
    await expect(measure({ ...plan, contenders: [wrong] })).rejects.toThrow(
      /fib on fast \(process mode\) printed "cafebabe", not "[0-9a-f]{8}"/,
    );
  });
});

function formatted(measurement: Awaited<ReturnType<typeof measure>>): string {
  return formatReport({
    ...measurement,
    means: meansOf(measurement.entries),
    host: { cpu: 'Some processor', cores: 2, node: '20.0.0', system: 'Linux 6' },
    runs: 3,
    size: 'quick',
    versions: { native: 'gcc 12' },
    absent: [{ name: 'qemu-system-riscv32', reason: 'not installed' }],
  });
}

describe('the report', () => {
  test('compares with native code and with QEMU, by geometric means', async () => {
    const { entries } = await measure(plan);
    const ratios = Object.fromEntries(
      meansOf(entries).map((mean) => [`${mean.mode} ${mean.contender}/${mean.against}`, mean.ratio]),
    );
    expect(ratios['process qemu-riscv32/native']).toBeCloseTo(2, 9);
    expect(ratios['process fast/native']).toBeCloseTo(3.75, 9);
    expect(ratios['process fast/qemu-riscv32']).toBeCloseTo(1.875, 9);
    expect(ratios['system fast/native']).toBeCloseTo(5, 9);
    expect(ratios['system fast/qemu-system-riscv32']).toBeUndefined();
    expect(ratios['system v86/native']).toBeUndefined();
  });

  test('has a PC on v86 in a table of its own, where that was measured', async () => {
    const contendersToo = [...contenders, pretend('v86', 'system', 10, 0)];
    const measurement = await measure({ ...plan, contenders: contendersToo });
    const text = formatted(measurement);
    expect(text).toMatch(/^fib +20\.000 +10\.0 +0\.500$/m);
    expect(text).toMatch(/^switches +40\.000 +– +0\.450$/m);
    expect(text).toMatch(/^geometric mean +10\.0 +0\.474$/m);
    expect(formatted(await measure(plan))).not.toContain('v86');
  });

  test('fits in 80 columns, names the machine, and tells who is absent', async () => {
    const text = formatted(await measure(plan));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toContain('Some processor, 2 cores; Node 20.0.0; Linux 6\n');
    expect(text).toContain('  qemu-system-riscv32: absent, not installed\n');
    expect(text).toMatch(/^fib +2\.000 +7\.500 +2\.00 +3\.75 +1\.88 +125 +62\.5$/m);
    expect(text).toMatch(/^switches +– +18\.000 +– +– +– +– +–$/m);
  });
});
