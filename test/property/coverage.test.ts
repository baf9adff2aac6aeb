/** What random guests do, measured. */
import { describe, expect, it } from 'vitest';
import { plainRows } from '../../isa/table/table.ts';
import { trapCauses } from '../../isa/table/traps.ts';
import { variants } from '../../isa/table/variants.ts';
import { seed } from './seed.ts';
import { formatCoverage, measureCoverage, missingRows } from './coverage.ts';

/**
 * Their guests have no network, and machines without guest mode. Interrupts of the network are tested in test/vmm/network,
 * guest exits in test/isa.
 */
const elsewhere = new Set(['network interrupt', 'guest exit']);

describe(`Random guests (seed ${seed})`, () => {
  const coverage = measureCoverage(seed, 1500);

  it('execute every row in every ring of every variant, or nearly', () => {
    const all = plainRows.length * 4 * variants.length;
    expect(missingRows(coverage).length / all).toBeLessThan(0.01);
  });

  it.each(trapCauses.filter(({ name }) => !elsewhere.has(name)))('take the trap $name', ({ cause }) => {
    const taken = [...coverage.traps.keys()].filter((key) => key.startsWith(`${cause} `));
    expect(taken.length).toBeGreaterThan(0);
  });

  it('are counted in a table that fits a terminal', () => {
    const lines = formatCoverage(coverage).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(/^\d+ of \d+ rows x rings x variants executed, \d+ pairs of a row and a trap$/);
  });
});
