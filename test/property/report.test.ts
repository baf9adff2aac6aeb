/** Counterexamples as people read them. */
import { describe, expect, it } from 'vitest';
import { ownMonitor } from './own.ts';
import { equivalence, resourceControl } from './properties.ts';
import { describeCounterexample } from './report.ts';
import { variantsNamed } from './sound.ts';
import { type Candidate, Trespass } from './subject.ts';

const ours = ownMonitor({ strategy: 'trap-and-emulate' });

/** Our monitor, the guest's a1 wrong from step `step` on. */
function wrongFrom(step: number): Candidate {
  return {
    name: 'wrong',
    make: (program, variant, setting) => {
      const subject = ours.make(program, variant, setting);
      const run = subject.run.bind(subject);
      subject.run = (until) => {
        const stop = run(until);
        if (subject.guest.steps >= step) subject.x[11] = 0x5a5a;
        return stop;
      };
      return subject;
    },
  };
}

describe('A counterexample', () => {
  it('says the first step that differs, the trap that there should have been, and both states', () => {
    const options = { seed: 1, cases: 100, variants: variantsNamed(['ring32-v']) };
    const { counterexample } = equivalence(wrongFrom(150), options);
    expect(counterexample?.explanation).toMatchObject({
      step: 149,
      differences: [{ what: 'a1', bare: expect.any(String), monitor: '0x00005a5a' }],
    });
    const text = describeCounterexample(
      counterexample as NonNullable<typeof counterexample>,
      'wrong',
      undefined,
      ['again'],
    );
    expect(text).toContain('# wrong fails equivalence on ring32-v\n');
    expect(text).toContain('# 149 steps are equal. The next one differs:\n');
    expect(text).toMatch(/# {3}at pc 0x\w{8} in ring \d: /);
    expect(text).toMatch(/# {3}On the bare machine it (completes without a trap|takes trap \d+, )/);
    expect(text).toMatch(/#\s+bare machine\s+monitor\n# {3}a1 +0x\w{8} +0x00005a5a\n/);
    expect(text).toContain('#     again\n        .globl _start\n_start:\n');
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('says what was reached that is not the guest’s', () => {
    const greedy: Candidate = {
      name: 'greedy',
      make: () => {
        throw new Trespass('memory at 0x00000000 was written, which is not the guest’s');
      },
    };
    const { counterexample } = resourceControl(greedy, { seed: 1, cases: 1 });
    const text = describeCounterexample(counterexample as NonNullable<typeof counterexample>, 'greedy');
    expect(text).toContain('# greedy fails resource control on ring32-v\n');
    expect(text).toContain('# memory at 0x00000000 was written, which is not the guest’s.\n');
  });
});
