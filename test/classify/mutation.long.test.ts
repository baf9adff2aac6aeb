/** Any one change that makes a variant worse is found, and the instruction named. */
import { describe, expect, it } from 'vitest';
import { classify } from '../../isa/classify/classify.ts';
import { measure } from '../../isa/classify/measure.ts';
import { createFactory } from '../../isa/engines/interpreter/factories.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { SystemMeaning } from '../../isa/table/effects.ts';
import type { Row } from '../../isa/table/row.ts';
import { STATUS } from '../../isa/table/sysregs.ts';
import { plainRows } from '../../isa/table/table.ts';
import { trapsIn, type Variant, variants } from '../../isa/table/variants.ts';

const sensitive = plainRows.filter((row) => measure(row).witnesses.size > 0);
const innocuous = plainRows.filter((row) => measure(row).witnesses.size === 0);

/** The table with one row in another's place. */
function withRow(changed: Row): readonly Row[] {
  return plainRows.map((row) => (row.name === changed.name ? changed : row));
}

/** The row's meaning as a function. */
function meaningOf(row: Row): SystemMeaning {
  const factory = createFactory(row);
  return (cpu, at, pc) => factory(cpu as Machine, at)(pc);
}

/** The row with a meaning that does `change` after its own, except where it traps. */
function altered(row: Row, run: SystemMeaning): Row {
  return { ...row, effect: { kind: 'system', run } };
}

describe.each(variants.map((variant) => [variant.name, variant] as const))('On %s', (_, variant) => {
  const critical = sensitive.filter((row) => !trapsIn(row, 3, variant)).map(({ name }) => name);

  for (const row of sensitive.filter((one) => trapsIn(one, 3, variant))) {
    it(`letting ${row.name} run outside ring 0 makes it critical, and Theorem 1 fails by it`, () => {
      const worse: Variant = { ...variant, unprivileged: new Set([...variant.unprivileged, row.name]) };
      const rows = withRow({ ...row, privilege: 'variant' });
      const { theorem1, theorem3 } = classify(worse, rows);
      expect(theorem1).toEqual({ holds: false, decidedBy: [...critical, row.name].sort() });
      expect(theorem3.decidedBy.includes(row.name)).toBe(measure(row).witnesses.has('user'));
    });
  }
});

describe('An innocuous instruction that comes to read the ring', () => {
  const variant = variants[0] as Variant;

  for (const row of innocuous) {
    it(`is found to be critical: ${row.name}, in where it goes on`, () => {
      const run = meaningOf(row);
      const changed = altered(row, (cpu, at, pc) => {
        const skips = (cpu.status & STATUS.RING) === 3;
        const next = run(cpu, at, pc);
        return skips ? next + 4 : next;
      });
      const { theorem1 } = classify(variant, withRow(changed));
      expect(theorem1).toEqual({ holds: false, decidedBy: [row.name] });
    });
  }

  it('is found to be critical: addi, in its result', () => {
    const row = plainRows.find(({ name }) => name === 'addi') as Row;
    const run = meaningOf(row);
    const changed = altered(row, (cpu, at, pc) => {
      const next = run(cpu, at, pc);
      cpu.x[at.rd] = (cpu.x[at.rd] as number) ^ (cpu.status & STATUS.RING);
      return next;
    });
    expect(classify(variant, withRow(changed)).theorem1.decidedBy).toEqual(['addi']);
  });

  it('is found to be critical: sw, that traps in ring 2 only', () => {
    const row = plainRows.find(({ name }) => name === 'sw') as Row;
    const run = meaningOf(row);
    const changed = altered(row, (cpu, at, pc) =>
      (cpu.status & STATUS.RING) === 2 ? cpu.trap(2, at.word, pc) : run(cpu, at, pc),
    );
    expect(classify(variant, withRow(changed)).theorem1.decidedBy).toEqual(['sw']);
  });
});
