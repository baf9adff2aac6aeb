/** The benchmark of snapshots: what it prints fits into a terminal. */
import { expect, it } from 'vitest';
import { load } from './kit.ts';

const { formatSnapshots } = await load('snapshots');

it('The benchmark of snapshots prints lines of at most 80 columns', () => {
  const what = '100 % used, everything';
  const text = formatSnapshots({
    host: { cpu: 'a processor', cores: 2, node: '20.19.0', system: 'Linux 6' },
    runs: 5,
    results: [{ what, ms: 12345, cpuMs: 12345, bytes: 2 ** 28, file: 2 ** 28, plainMs: 12345 }],
    clones: { count: 10, memory: 2 ** 26, own: 2 ** 20, one: 2 ** 27, all: 2 ** 28 },
  });
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toContain('10 clones of a guest of 64 MiB');
  expect(text).toContain('256 MiB at most, 128 MiB more than one guest alone (128 MiB)');
});
