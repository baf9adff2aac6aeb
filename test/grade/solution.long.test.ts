/** The solution of examples/your-monitor: each stage's passes its stage, and not the next one. */
import { describe, expect, it } from 'vitest';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import type { MonitorFactory } from '../property/contract.ts';
import { hostedMonitor } from '../property/hosted.ts';
import { sizeOf } from '../property/print.ts';
import { everything } from '../property/profile.ts';
import { efficiency, equivalence, type PropertyResult, resourceControl } from '../property/properties.ts';
import { word } from '../property/program.ts';
import { describeCounterexample } from '../property/report.ts';
import { type Stage, stages } from '../property/stages.ts';
import { seed } from '../property/seed.ts';
import { solutions } from './solution/index.ts';

function solution(stage: number) {
  return hostedMonitor(solutions[stage - 1] as (typeof solutions)[number], `the solution of stage ${stage}`);
}

function expectPassed({ counterexample }: PropertyResult, name: string): void {
  if (counterexample !== undefined) throw new Error(describeCounterexample(counterexample, name));
}

const optionsFor = ({ variant, profile, byBlocks }: Stage) => ({
  seed,
  variants: [variant],
  profile,
  byBlocks,
});

describe(`The solution (seed ${seed})`, () => {
  it.each(stages)('of stage $number, $name, has all three properties', (stage) => {
    const candidate = solution(stage.number);
    for (const property of [equivalence, resourceControl, efficiency]) {
      expectPassed(property(candidate, { ...optionsFor(stage), cases: 60 }), candidate.name);
    }
  });

  it.each(stages.slice(1))('of the stage before is found out by stage $number, $name', (stage) => {
    const { counterexample } = equivalence(solution(stage.number - 1), { ...optionsFor(stage), cases: 200 });
    expect(counterexample && sizeOf(counterexample.program)).toBeLessThanOrEqual(10);
  });
});

describe('A monitor that has the real machine count what is not the guest', () => {
  it('is not efficient by that', () => {
    const [solved] = solutions as [MonitorFactory];
    const pumping: MonitorFactory = (machine, allocation) => {
      const monitor = solved(machine, allocation);
      const { at } = allocation.own;
      machine.write(at, 4, word('jal'));
      const run = (until: number) => {
        const registers: readonly (readonly [number, number])[] = [
          [SR.EPC, 0],
          [SR.ESTATUS, STATUS.IF | 1],
          [SR.ERBASE, at],
          [SR.ERBOUND, 4],
          [SR.TIMER, until - monitor.guest.steps],
        ];
        for (const [number, value] of registers) machine.writeSystem(number, value);
        machine.run();
        return monitor.run(until);
      };
      return { guest: monitor.guest, run };
    };
    const { counterexample } = efficiency(hostedMonitor(pumping), {
      ...optionsFor(stages[0] as Stage),
      cases: 5,
    });
    expect(counterexample?.reason).toBe('what ran directly is not the guest');
  });
});

describe('The stages', () => {
  it('leave nothing out in the end', () => {
    const last = stages.findLast(({ byBlocks }) => !byBlocks)?.profile;
    expect(new Set(last?.instructions)).toEqual(everything.instructions);
    expect(new Set(last?.registers)).toEqual(new Set(everything.registers));
  });
});
