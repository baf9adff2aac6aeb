/** The zoo: each monitor with a known bug is caught by the property that the bug breaks. `npm run zoo` hunts them anew. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../print.ts';
import { propertyNames } from '../properties.ts';
import { changedSource } from './build.ts';
import { ask, candidateOf, soundOf } from './kill.ts';
import type { Mutant } from './mutant.ts';
import { isStale, type Kill, readKills, renewal } from './records.ts';
import { formatTable, tableFile, withTable } from './table.ts';
import { mutants } from './zoo.ts';

const kills = readKills();

function killOf({ name }: Mutant): Kill {
  const kill = kills.find((one) => one.name === name);
  if (kill === undefined) throw new Error(`zoo: nothing is known of "${name}"; hunt it: ${renewal([name])}`);
  return kill;
}

describe('The records of what killed each monitor', () => {
  it('are of the guests that the generators make now', () => {
    const stale = kills.filter(isStale).map(({ name }) => name);
    expect(stale, `these cases are other guests by now; hunt anew: ${renewal(stale)}`).toEqual([]);
  });
});

describe('A monitor whose bug is known', () => {
  const named = mutants.map((mutant) => [mutant.property, mutant.bug, mutant] as const);
  it.each(named)('is caught by %s: %s', async (_, _bug, mutant) => {
    const { name, property, seed, case: from, smallestFrom, program } = killOf(mutant);
    const candidate = await candidateOf(mutant);
    const once = { seed, cases: 1, shrinks: 0 };
    const again = `the record is stale; hunt anew: ${renewal([name])}`;
    expect(property, again).toBe(mutant.property);
    const smallest = ask(property, candidate, mutant, { ...once, from: smallestFrom, guests: () => program });
    expect(smallest, `the smallest guest known does not catch it: ${again}`).toBeDefined();
    expect(sizeOf(program)).toBeLessThanOrEqual(10);
    const found = ask(property, candidate, mutant, { ...once, from });
    expect(found, `case ${from} of seed ${seed} does not catch it: ${again}`).toBeDefined();
  });

  it('breaks no other property if efficiency is what it breaks', () => {
    for (const mutant of mutants.filter(({ property }) => property === 'efficiency'))
      expect(killOf(mutant).also, mutant.name).toEqual([]);
  });
});

describe('The monitor without a bug, built in the same way', () => {
  it.each(propertyNames)('is not caught by %s, nor by the guests that catch the others', async (property) => {
    expect(ask(property, await soundOf({}), {}, { seed: 1, cases: 300 })).toBeUndefined();
    for (const { name, property: other, seed, smallestFrom: from, program } of kills) {
      const mutant = mutants.find((one) => one.name === name);
      if (other !== property || mutant === undefined) continue;
      const options = { seed, from, cases: 1, shrinks: 0, guests: () => program };
      expect(ask(property, await soundOf(mutant), mutant, options)?.reason, name).toBeUndefined();
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
