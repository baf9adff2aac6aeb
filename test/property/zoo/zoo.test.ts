/** The zoo: each monitor with a known bug is caught by the property that the bug breaks. `npm run zoo` hunts them anew. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../print.ts';
import { propertyNames } from '../properties.ts';
import { changedSource } from './build.ts';
import { ask, candidateOf, huntCases, soundOf } from './kill.ts';
import type { Mutant } from './mutant.ts';
import { type Kill, readKills } from './records.ts';
import { formatTable, tableFile, withTable } from './table.ts';
import { mutants } from './zoo.ts';

const kills = readKills();

function killOf({ name }: Mutant): Kill {
  const kill = kills.find((one) => one.name === name);
  if (kill === undefined) throw new Error(`zoo: nothing is known of "${name}"; \`npm run zoo\` hunts it`);
  return kill;
}

/** Our own monitor, built as a mutant is. */
const healthy: Mutant = { name: 'healthy', bug: 'None.', property: 'equivalence', changes: [] };

describe('A monitor whose bug is known', () => {
  const named = mutants.map((mutant) => [mutant.property, mutant.bug, mutant] as const);
  it.each(named)('is caught by %s: %s', async (_, _bug, mutant) => {
    const { property, seed, case: from, smallestFrom, program } = killOf(mutant);
    const candidate = await candidateOf(mutant);
    expect(property).toBe(mutant.property);
    const replayed = ask(property, candidate, mutant, {
      seed,
      from: smallestFrom,
      cases: 1,
      shrinks: 0,
      guests: () => program,
    });
    expect(replayed, 'the smallest guest known').toBeDefined();
    expect(sizeOf(program)).toBeLessThanOrEqual(10);
    const found =
      ask(property, candidate, mutant, { seed, from, cases: 1, shrinks: 0 }) ??
      ask(property, candidate, mutant, { seed, cases: huntCases, shrinks: 0 });
    expect(found, 'random guests').toBeDefined();
  });

  it('breaks no other property if efficiency is what it breaks', () => {
    for (const mutant of mutants.filter(({ property }) => property === 'efficiency'))
      expect(killOf(mutant).also, mutant.name).toEqual([]);
  });
});

describe('The monitor without a bug, built in the same way', () => {
  it.each(propertyNames)('is not caught by %s, nor by the guests that catch the others', async (property) => {
    const candidate = await candidateOf(healthy);
    expect(ask(property, candidate, healthy, { seed: 1, cases: 300 })).toBeUndefined();
    for (const { name, property: other, seed, smallestFrom: from, program } of kills) {
      const mutant = mutants.find((one) => one.name === name);
      if (other !== property || mutant === undefined) continue;
      const sound = await soundOf(mutant);
      const options = { seed, from, cases: 1, shrinks: 0, guests: () => program };
      expect(ask(property, sound, mutant, options)?.reason, name).toBeUndefined();
    }
  });
});

describe('The zoo', () => {
  it('has at least 25 monitors, several for each property, each with a name of its own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    expect(mutants.length).toBeGreaterThanOrEqual(25);
    for (const property of propertyNames)
      expect(mutants.filter((mutant) => mutant.property === property).length).toBeGreaterThanOrEqual(5);
  });

  it('is described in the README as it was found', () => {
    const page = readFileSync(tableFile, 'utf8');
    expect(withTable(page, formatTable(mutants, kills)), 'run `npm run zoo`').toBe(page);
  });

  it('says which monitor is stale when the text that it changes is not there once', () => {
    const change = { file: 'a.ts', from: 'one', to: 'two' };
    expect(changedSource('one, three', [change], 'x')).toBe('two, three');
    expect(() => changedSource('three', [change], 'x')).toThrow(
      '"x" is stale: its text occurs 0 times in a.ts',
    );
    expect(() => changedSource('one one', [change], 'x')).toThrow('"x" is stale: its text occurs 2 times');
  });
});
