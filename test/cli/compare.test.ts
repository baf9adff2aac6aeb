import { describe, expect, it } from 'vitest';
import { ringlab } from './kit.ts';

const mini = 'guests/kernel/mini.s';
const flags = 'guests/flags.s';

describe('ringlab compare', () => {
  it('says that a guest is equal under a monitor, and exits with 0', () => {
    const { status, stdout } = ringlab(['compare', mini, '--with', 'trap-and-emulate,hybrid,interpret']);
    expect(stdout.match(/equal at all 12718 steps/g)).toHaveLength(3);
    expect(status).toBe(0);
  });

  it('names the step, the instruction, both states and the reason where it diverges, and exits with 1', () => {
    const { status, stdout } = ringlab(['compare', flags, '--with', 'trap-and-emulate', '--isa', 'ring32-x']);
    expect(stdout).toContain('DIVERGES after 324 equal steps');
    expect(stdout).toContain('sring a0');
    expect(stdout).toContain('critical instruction of ring32-x');
    expect(stdout).toMatch(/a0 +0x00000000 +0x00000001/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(status).toBe(1);
  });

  it('takes a stack of monitors, the outermost first', () => {
    const { status, stdout } = ringlab(['compare', flags, '--with', 'trap-and-emulate/hybrid']);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${flags} on ring32-v, bare and under trap-and-emulate/hybrid:\n  equal at all 1142 steps\n`,
    });
  });

  it('does not say that all is equal when it was told to stop before the end', () => {
    const { status, stdout } = ringlab(['compare', mini, '--with', 'hybrid', '--max-steps', '100']);
    expect(stdout).toContain('equal at the first 100 steps, and no more were compared');
    expect(status).toBe(0);
  });

  it('gives the fields that others rely on as JSON', () => {
    const broken = ringlab([
      'compare',
      flags,
      '--with',
      'trap-and-emulate,hybrid',
      '--isa',
      'ring32-x',
      '--json',
    ]);
    expect(JSON.parse(broken.stdout)).toMatchObject({
      format: 'ringlab-compare',
      version: 1,
      equal: false,
      steps: 324,
      divergence: { step: 324, pc: 0x1009c, instruction: 'sring a0', monitor: 'trap-and-emulate' },
      results: [{ equal: false }, { equal: true, divergence: null }],
    });
    const sound = ringlab(['compare', flags, '--with', 'hybrid', '--json']);
    expect(JSON.parse(sound.stdout)).toMatchObject({ equal: true, steps: 1142, divergence: null });
  });

  it('refuses what it cannot compare with one line and status 2', () => {
    for (const args of [
      ['compare', flags, '--with', 'none'],
      ['compare', flags, '--with', 'teleport'],
      ['compare', flags, '--with', 'hybrid/teleport'],
      ['compare', flags, '--process', '--with', 'hybrid'],
      ['compare', flags],
    ]) {
      const { status, stdout, stderr } = ringlab(args);
      expect([status, stdout], args.join(' ')).toEqual([2, '']);
      expect(stderr).toMatch(/^ringlab: /);
      expect(stderr).not.toContain('    at ');
    }
  });
});

describe('A guest under a monitor', () => {
  it('runs to the same end, and the statistics tell its exits', () => {
    const { status, stderr } = ringlab(['run', mini, '--monitor', 'trap-and-emulate', '--stats', '--json']);
    expect(status).toBe(0);
    const statistics = JSON.parse(stderr) as { steps: number; direct: number; exits: Record<string, number> };
    expect(statistics).toMatchObject({ monitor: 'trap-and-emulate', steps: 12718, status: 0 });
    expect(statistics.direct).toBeLessThan(12718);
    expect(statistics.exits['emulated: iret']).toBeGreaterThan(0);
    expect(statistics.exits['shadow: hidden fault']).toBeGreaterThan(0);
  });

  it('can be traced with what the monitor did at each step', () => {
    const args = ['trace', flags, '--monitor', 'trap-and-emulate', '--only', 'exits', '--to', '20'];
    expect(ringlab(args).stdout).toContain('monitor: emulated: mts');
  });
});
