/** Every kind of exercise, for many seeds: its question can be answered, its answer is well formed, and wrong ones are wrong. */
import { describe, expect, it } from 'vitest';
import { isRight, letterOf, makeProblem } from '../../../examples/exercises/exercise.ts';
import {
  answerLine,
  exerciseData,
  formatAnswer,
  formatKinds,
  formatQuestion,
  formatSheet,
} from '../../../examples/exercises/format.ts';
import { kinds } from '../../../examples/exercises/index.ts';
import { questions } from './kit.ts';

/** Seeds tried for each kind: fewer where a question takes a migration or measures instructions. */
const seeds = (name: string) => (['rounds', 'sensitive', 'clone-pages'].includes(name) ? 5 : 16);

describe('The exercises', () => {
  it('are of at least twelve kinds, each with a name of its own, in the order of the course', () => {
    expect(kinds.length).toBeGreaterThanOrEqual(12);
    expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length);
    const units = kinds.map(({ unit }) => unit);
    expect(units).toEqual(units.toSorted((one, other) => one - other));
    expect(new Set(units)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
  });

  it('are listed in lines of at most 80 columns', () => {
    for (const line of formatKinds(kinds).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

describe.each(kinds.map(({ name }) => name))('The exercise %s', (name) => {
  const asked = questions(name, seeds(name));

  it('has one well-formed answer for every seed', () => {
    for (const { seed, problem } of asked) {
      const { form, answer } = problem;
      if (form.kind === 'parts') {
        expect(answer, `seed ${seed}`).toHaveLength(form.parts.length);
        for (const word of answer) expect(word, `seed ${seed}`).toMatch(/^[\w-]+$/);
      } else {
        expect(new Set(form.choices).size, `seed ${seed}`).toBe(form.choices.length);
        expect(form.choices, `seed ${seed}`).toEqual(expect.arrayContaining([...answer]));
        if (form.kind === 'choice') expect(answer, `seed ${seed}`).toHaveLength(1);
      }
      expect(
        isRight(problem, answerLine({ kind: asked[0]?.kind as never, seed, problem, program: undefined })),
      ).toBe(true);
    }
  });

  it('takes no wrong answer', () => {
    for (const { seed, problem } of asked) {
      const { form, answer } = problem;
      expect(isRight(problem, ''), `seed ${seed}`).toBe(false);
      if (form.kind === 'parts') {
        for (const n of answer.keys())
          expect(isRight(problem, answer.with(n, '987654').join(' ')), `seed ${seed}`).toBe(false);
        continue;
      }
      // Every other set of choices that differs in one.
      for (const choice of form.choices) {
        const other = answer.includes(choice) ? answer.filter((one) => one !== choice) : [...answer, choice];
        const letters = other.map((one) => letterOf(form.choices.indexOf(one)));
        expect(isRight(problem, letters.join(' ') || 'none'), `seed ${seed}, ${choice}`).toBe(false);
      }
    }
  });

  it('asks other questions for other seeds, which have other answers, and the same for the same seed', () => {
    const texts = new Set(asked.map(({ problem: { question, form } }) => JSON.stringify([question, form])));
    expect(texts.size).toBeGreaterThan(asked.length / 2);
    expect(new Set(asked.map((one) => answerLine(one))).size).toBeGreaterThan(1);
    const [first] = asked;
    expect(makeProblem(first?.kind as never, 1)).toEqual(first?.problem);
  });

  it('does not tell the answer with the question, and is printed in lines that fit a terminal', () => {
    for (const one of asked) {
      const question = formatQuestion(one);
      expect(question).toContain(`seed ${one.seed}`);
      for (const line of question.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
      expect(formatAnswer(one)).toMatch(/^Answer\n/);
      expect(exerciseData(one, false)).not.toHaveProperty('answer');
      expect(exerciseData(one, true)).toMatchObject({
        exercise: name,
        seed: one.seed,
        answer: one.problem.answer,
      });
    }
  });

  it('is on the sheet in a line for each seed', () => {
    const lines = formatSheet(asked).trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(asked.length);
    expect(lines[0]).toMatch(new RegExp(`^${name} +1  ${answerLine(asked[0] as never)}$`));
  });
});
