/** Submissions that attack: what they get, and what they reach, which is nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../cli/kit.ts';
import { type Attack, attacksOn } from './attacks.ts';
import { Aviary, secret } from './canaries.ts';
import { gradeOf } from './kit.ts';

const file = scratch();
let aviary: Aviary;

beforeAll(async () => {
  aviary = await Aviary.open(file('.'));
});

afterAll(() => aviary.close());

/** Where the canaries are is filled in later. */
const attacks = attacksOn({ secret: '', written: '', port: 0, pid: 0 });
const kinds = [...new Set(attacks.map(({ kind }) => kind))];

describe('Attacks', () => {
  it('are fifty, of ten kinds', () => {
    expect([kinds.length, attacks.length]).toEqual([10, 50]);
  });

  it.each(kinds)('by %s get no points, and touch nothing', async (kind) => {
    for (const { name, code } of attacksOn(aviary.canaries).filter(
      (attack: Attack) => attack.kind === kind,
    )) {
      const path = file(`${name.replaceAll(' ', '-')}.js`, code);
      const grade = await gradeOf(path, { only: 3, cases: 1, seconds: 0.5, megabytes: 64 });
      const told = JSON.stringify(grade);
      expect([name, grade.score, told.includes(secret)]).toEqual([name, 0, false]);
      expect([name, aviary.touched()]).toEqual([name, []]);
    }
  });
});
