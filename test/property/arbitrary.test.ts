/** Guests as fast-check's. */
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../isa/table/table.ts';
import fc from './fast-check.ts';
import { guests } from './arbitrary.ts';
import { oracleOf } from './bare.ts';
import { formatProgram, sizeOf } from './print.ts';
import { everything } from './profile.ts';
import { variantsNamed } from './sound.ts';
import { stepsOf } from './judge.ts';

const [variant] = variantsNamed(['ring32-v']);

describe('Guests for fast-check', () => {
  it('are the same for the same seed', () => {
    const sample = () => fc.sample(guests(), { seed: 7, numRuns: 5 });
    expect(sample()).toEqual(sample());
  });

  it('shrink to the instruction that matters', () => {
    const property = fc.property(guests(), ({ code }) => code.every((word) => rowOf(word)?.name !== 'sring'));
    const { counterexample } = fc.check(property, { seed: 1, numRuns: 1000 });
    const [program] = counterexample as [Parameters<typeof sizeOf>[0]];
    expect(sizeOf(program)).toBe(1);
    expect(formatProgram(program)).toContain('code:\n        sring zero\n');
  });

  it('have nothing in them that their profile leaves out', () => {
    const profile = { ...everything, paging: false, instructions: new Set(['cli', 'sti']) };
    const property = fc.property(guests(profile), (program) => {
      const { machine, run } = oracleOf(program, variant as NonNullable<typeof variant>);
      run(stepsOf(program).at(-1) as number);
      return program.entries.length === 0 && !machine.paging;
    });
    fc.assert(property, { numRuns: 100 });
  });
});
