/** Bugs that publications and sweeps could have: one of the schedules finds each of them. */
import { describe, expect, it } from 'vitest';
import { rebuilt } from '../../property/zoo/rebuild.ts';
import { storageMutants } from './mutants.ts';

type Interleavings = typeof import('./interleavings.ts');

describe('Schedules of publications and sweeps', () => {
  it.each(storageMutants.map((mutant) => [mutant.bug, mutant] as const))(
    'find this bug: %s',
    async (_, mutant) => {
      const { run, tightSchedules } = await rebuilt<Interleavings>(
        'test/vmm/storage/interleavings.ts',
        mutant,
      );
      const caught = (steps: Parameters<Interleavings['run']>[0]) => {
        try {
          return run(steps) !== undefined;
        } catch {
          return true;
        }
      };
      expect(Object.values(tightSchedules).some(caught)).toBe(true);
    },
  );
});
