/** What is measured on the three variants, and that the table declares the same. */
import { describe, expect, it } from 'vitest';
import { classify } from '../../isa/classify/classify.ts';
import { measureSummaries, summaryOf } from '../../isa/classify/summarize.ts';
import { summariesFor } from '../../isa/classify/summary.ts';
import { namesOf, theoremsOf } from '../../isa/classify/theorems.ts';
import { plainRows } from '../../isa/table/table.ts';
import { trapsIn, type Variant, variantNamed, variantRows, variants } from '../../isa/table/variants.ts';
import fc from '../property/fast-check.ts';

const started = performance.now();
const all = new Map(variants.map((variant) => [variant.name, classify(variant)]));
const seconds = (performance.now() - started) / 1000;
process.stdout.write(`three variants classified in ${seconds.toFixed(2)} s\n`);

function of(name: string) {
  const found = all.get(name);
  if (found === undefined) throw new Error(`no variant ${name}`);
  return found;
}

function critical(name: string): readonly string[] {
  return namesOf(of(name).instructions.filter((one) => one.critical));
}

describe('By measurement', () => {
  it('ring32-v has no critical instruction: Theorems 1, 2 and 3 hold', () => {
    expect(critical('ring32-v')).toEqual([]);
    const { theorem1, theorem2, theorem3 } = of('ring32-v');
    expect([theorem1.holds, theorem2.holds, theorem3.holds]).toEqual([true, true, true]);
  });

  it('ring32-x has exactly those that it leaves unprivileged, of which all but three refute Theorem 3', () => {
    expect(critical('ring32-x')).toEqual([...variantRows].sort());
    expect(of('ring32-x').theorem1.decidedBy).toEqual([...variantRows].sort());
    const harmless = ['setf', 'sring', 'retf'];
    expect(of('ring32-x').theorem3).toEqual({
      holds: false,
      decidedBy: variantRows.filter((name) => !harmless.includes(name)).sort(),
    });
  });

  it('ring32-h has exactly retf, and Theorem 3 holds', () => {
    expect(critical('ring32-h')).toEqual(['retf']);
    const { theorem1, theorem2, theorem3 } = of('ring32-h');
    expect([theorem1.holds, theorem2.holds, theorem3.holds]).toEqual([false, false, true]);
    expect(theorem1.decidedBy).toEqual(['retf']);
  });
});

describe.each(variants.map(({ name }) => name))('On %s measured and declared agree:', (name) => {
  const variant = variantNamed(name) as Variant;

  it('why each row is sensitive', () => {
    const measured = of(name).instructions.map((one) => [one.name, [...one.sensitive].sort()]);
    expect(measured).toEqual(plainRows.map((row) => [row.name, [...row.sensitive].sort()]));
  });

  it('which rows are privileged', () => {
    const measured = of(name).instructions.map((one) => [one.name, one.privileged]);
    expect(measured).toEqual(plainRows.map((row) => [row.name, trapsIn(row, 3, variant)]));
  });

  it('who is sensitive is user- or supervisor-sensitive, and the other way round', () => {
    for (const one of of(name).instructions) {
      expect(one.userSensitive || one.supervisorSensitive, one.name).toBe(one.sensitive.length > 0);
    }
  });

  it('every membership has its evidence', () => {
    for (const one of of(name).instructions) {
      const classes = [...one.sensitive, ...(one.userSensitive ? (['user'] as const) : [])];
      for (const of of classes) {
        expect(one.witnesses.get(of)?.differences.length, `${one.name} ${of}`).toBeGreaterThan(0);
      }
      expect(one.innocuous === undefined, one.name).toBe(one.sensitive.length > 0);
      if (one.row.effect.kind !== 'system') expect(one.innocuous?.kind, one.name).toBe('proof');
      if (one.privilege.privileged) {
        expect(one.privilege.outside, one.name).toEqual({ kind: 'exhaustive', reads: ['RING'], cases: 3 });
      }
    }
  });
});

describe('Two measurements', () => {
  it('give the instructions and the theorems of every variant, as measuring that variant does', () => {
    // As a page gets them.
    const summaries = JSON.parse(JSON.stringify(measureSummaries())) as ReturnType<typeof measureSummaries>;
    const subsets = fc.subarray([...variantRows]);
    fc.assert(
      fc.property(subsets, (names) => {
        const measured = classify({ name: 'mine', unprivileged: new Set(names), cpuid: 9 });
        const instructions = summariesFor(summaries, { unprivileged: new Set(names) });
        expect(instructions).toEqual(measured.instructions.map(summaryOf));
        const { theorem1, theorem2, theorem3 } = measured;
        expect(theoremsOf(instructions)).toEqual({ theorem1, theorem2, theorem3 });
      }),
      { numRuns: 4 },
    );
  });
});
