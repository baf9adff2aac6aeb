/** `grade --minivisor`: minivisor gets all points, the assignment as it is none, and minivisors with one bug each are found. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { everything } from '../../property/profile.ts';
import { equivalence, resourceControl } from '../../property/properties.ts';
import { ringMonitor } from '../../property/ring-monitor.ts';
import { compilers } from '../../../cli/ring-monitor.ts';
import { ringlab } from '../../cli/kit.ts';
import { bugs, planted } from './bugs.ts';

const options = { seed: 1, shrinks: 0, profile: { ...everything, network: false } };

describe('A monitor that is ring-0 software fails when', () => {
  it.each(bugs)('$says', (bug) => {
    const candidate = ringMonitor(planted(bug), bug.says);
    const inControl = resourceControl(candidate, { ...options, cases: 20 }).passed;
    const found = !inControl || !equivalence(candidate, { ...options, cases: 400 }).passed;
    expect(found).toBe(true);
  });
});

describe('grade --minivisor', () => {
  it('gives minivisor 100 points', () => {
    const { status, stdout } = ringlab([
      'grade',
      '--minivisor',
      'guests/minivisor/minivisor.s',
      '--cases',
      '5',
    ]);
    expect([status, stdout.includes('score 100 of 100')]).toEqual([0, true]);
    expect(stdout).toContain('stage 8: devices');
  });

  it('refuses what has no virtual CPU to look at, translation, and two monitors', () => {
    const said = (...args: string[]) => ringlab(['grade', ...args]).stderr;
    expect(said('--minivisor', 'guests/hello.s')).toContain('guests/hello.s: it has no symbol vcpu');
    expect(said('--minivisor', 'guests/hello.s', '--stage', '9')).toContain('--minivisor has stages 1 to 8');
    expect(said('hybrid', '--minivisor', 'guests/hello.s')).toContain('--minivisor names the monitor');
  });

  const hasCompiler = compilers.some((name) => spawnSync(name, ['--version']).error === undefined);

  it.skipIf(!hasCompiler)(
    'compiles C: the assignment as it is fails at the first thing that is missing',
    () => {
      const { status, stdout } = ringlab([
        'grade',
        '--minivisor',
        'examples/your-minivisor/minivisor.c',
        '--cases',
        '20',
        '--stage',
        '1',
      ]);
      expect(status).toBe(1);
      expect(stdout).toContain('The rule: `sti`');
    },
  );
});
