/** Every witness as a program: run on the machine, it shows what it claims. */
import { describe, expect, it } from 'vitest';
import { classify } from '../../isa/classify/classify.ts';
import type { Witness } from '../../isa/classify/witness.ts';
import { parts } from '../../isa/classify/parts.ts';
import { formatProgram, inputOf, NoProgramError } from '../../isa/classify/program.ts';
import { ringOf } from '../../isa/classify/states.ts';
import { symptomOf } from '../../isa/classify/symptoms.ts';
import { witnessProgram } from '../../isa/classify/witness-program.ts';
import { trapsIn, type Variant, variantNamed, variants } from '../../isa/table/variants.ts';
import { runProgram } from './kit.ts';

/** Differences whose numbers do not depend on where the program lies. */
const absolute = new Set(['RING', 'IF', 'UF', 'disk sector', 'input waiting']);
const relative = new Set(['mfs', 'svec', 'sptb', 'lra']);

/** The lines that the program has to print; `undefined` where only the difference counts. */
function claimed(witness: Witness, says: string): readonly string[] | undefined {
  const { differences, first, sample, second } = witness;
  const found = differences.find(({ name }) => name === says);
  if (parts.some(({ drifts }, n) => drifts && first[n] !== (second ?? first)[n])) return undefined;
  if (found === undefined || !(absolute.has(says) || says === 'a0') || relative.has(sample.at.row.name)) {
    return undefined;
  }
  const names = second === undefined ? ['before:', 'after: '] : ['first: ', 'second:'];
  const hex = (value: number | string) => Number(value).toString(16).padStart(8, '0');
  return [found.first, found.second].map((value, n) => `${names[n]} ${says} = 0x${hex(value)}`);
}

let count = 0;

for (const variant of variants) {
  describe(`On ${variant.name}`, () => {
    for (const { name, row, witnesses } of classify(variant).instructions) {
      for (const [of, witness] of witnesses) {
        const states = [witness.first, witness.second ?? witness.first];
        if (states.some((state) => trapsIn(row, ringOf(state), variant))) {
          it(`no program shows ${name} to be ${of}-sensitive where it traps`, () => {
            expect(() => formatProgram(witness, variant)).toThrow(NoProgramError);
          });
          continue;
        }
        count += 1;
        it(`the program shows ${name} to be ${of}-sensitive`, () => {
          const { printed, status } = runProgram(formatProgram(witness, variant), variant, inputOf(witness));
          expect(status, printed).toBe(0);
          const lines = printed.trimEnd().split('\n');
          expect(lines[0]?.slice(7)).not.toBe(lines[1]?.slice(7));
          const expected = claimed(witness, symptomOf(witness)?.says ?? '');
          if (expected !== undefined) expect(lines).toEqual(expected);
        });
      }
    }
  });
}

describe('Witness programs', () => {
  it('cover every class of the critical instructions of ring32-x', () => {
    const { instructions } = classify(variantNamed('ring32-x') as Variant);
    const all = instructions.filter(({ critical }) => critical).flatMap((one) => [...one.witnesses]);
    expect(count).toBeGreaterThanOrEqual(all.length);
    process.stdout.write(`witness programs run: ${count}\n`);
  });

  it('end with status 2 on a variant where the instruction traps after all', () => {
    const x = variantNamed('ring32-x') as Variant;
    const text = witnessProgram(classify(x), 'sring', x, x.name);
    expect(runProgram(text, x)).toEqual({
      printed: 'first:  a0 = 0x00000000\nsecond: a0 = 0x00000003\n',
      status: 0,
    });
    expect(runProgram(text, variantNamed('ring32-v') as Variant)).toEqual({
      printed: 'it traps\n',
      status: 2,
    });
  });

  it('are chosen so that they can be shown: setf on ring32-v by what it does in ring 0', () => {
    const v = variantNamed('ring32-v') as Variant;
    const text = witnessProgram(classify(v), 'setf', v, v.name);
    expect(text).toContain('setf is control-sensitive');
    expect(runProgram(text, v).status).toBe(0);
  });

  it('are refused with a reason where there is none', () => {
    const v = variantNamed('ring32-v') as Variant;
    const classification = classify(v);
    expect(() => witnessProgram(classification, 'add', v, v.name)).toThrow('add is innocuous');
    expect(() => witnessProgram(classification, 'sring', v, v.name)).toThrow(
      'sring traps in ring 3 of ring32-v',
    );
    expect(() => witnessProgram(classification, 'retf', v, v.name, 'user')).toThrow(
      'it is not user-sensitive',
    );
  });
});
