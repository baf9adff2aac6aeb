/** The classifier executes as the interpreter does: same outcome, same trap, in every ring of every variant. */
import { describe, expect, it } from 'vitest';
import { checkedStep, load } from '../../isa/classify/execute.ts';
import { samplesOf } from '../../isa/classify/operands.ts';
import { Specimen } from '../../isa/classify/specimen.ts';
import { applyState, states } from '../../isa/classify/states.ts';
import { PC } from '../../isa/classify/world.ts';
import { makeStep } from '../../isa/engines/interpreter/interpreter.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { plainRows } from '../../isa/table/table.ts';
import { variants } from '../../isa/table/variants.ts';

/** A specimen that says it is of `variant`, for the interpreter's own check. */
function specimenOf(variant: (typeof variants)[number]): Specimen {
  const machine = new Specimen();
  Object.defineProperty(machine, 'variant', { value: variant });
  return machine;
}

describe('The classifier', () => {
  it('executes each row as the interpreter does', () => {
    const rings = states.filter((state) => state.slice(0, -2).every((value) => value === 0));
    for (const variant of variants) {
      const machine = specimenOf(variant);
      expect(machine).toBeInstanceOf(Machine);
      for (const row of plainRows) {
        const sample = samplesOf(row)[0];
        if (sample === undefined) throw new Error(`${row.name} has no sample`);
        for (const state of rings) {
          const run = (step: () => number) => {
            applyState(machine, state);
            load(machine, sample);
            const pc = step() >>> 0;
            return { pc, x: [...machine.x], status: machine.status, trap: machine.trapped };
          };
          const ours = run(() => {
            checkedStep(machine, sample, variant);
            return machine.trapped === undefined ? machine.pc : PC;
          });
          expect(
            run(() => makeStep(machine, sample.at.word)(PC)),
            row.name,
          ).toEqual(ours);
        }
      }
    }
  });
});
