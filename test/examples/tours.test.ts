/** Tours are data: they name files, steps and registers that exist, and need no Node; false claims are told. */
import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  answerOf,
  found,
  hintOf,
  isRight,
  type Question,
  type Stop,
  type Tour,
} from '../../examples/desk.ts';
import { lessonOf } from '../../examples/lesson.ts';
import { lessons } from '../../examples/lessons.ts';
import { tours } from '../../examples/tours/index.ts';
import { Workbench } from '../../examples/workbench.ts';
import { registerName } from '../../isa/table/registers.ts';
import { variantNamed } from '../../isa/table/variants.ts';
import { finish } from '../../isa/work.ts';
import { strategyNamed } from '../../vmm/monitor/strategies.ts';

const root = new URL('../../', import.meta.url).pathname;
const bench = new Workbench({ read: (path) => readFileSync(join(root, path)) });
const stops = tours.flatMap(({ number, stops: all }) =>
  all.map((stop, n) => ({ stop, at: `${number}.${n + 1}` })),
);
const scenes = stops.flatMap(({ stop: { go }, at }) => (go === undefined ? [] : [{ ...go, at }]));

describe('The tours', () => {
  it('have the numbers of their lessons, in order', () => {
    expect(tours.map(({ number }) => number)).toEqual(tours.map((_, n) => n + 1));
    for (const { number, title } of tours) expect(title).toMatch(new RegExp(`^Lesson ${number}: `));
  });

  it('are lessons of the command line by the names of their files, each in its place in the course', () => {
    const names = lessons.map(({ name, number }) => `${String(number).padStart(2, '0')}-${name}.ts`);
    const files = readdirSync(join(root, 'examples/tours')).filter((name) => /^\d/.test(name));
    expect(names.toSorted()).toEqual(files.toSorted());
    expect(names[0]).toBe('12-three-acts.ts');
  });

  it('open scenes with guests, variants and monitors that exist', () => {
    for (const { at, place } of scenes) {
      expect(existsSync(join(root, place.guest)), at).toBe(true);
      expect(variantNamed(place.isa), at).toBeDefined();
      expect(place.monitor === 'none' || strategyNamed(place.monitor) !== undefined, at).toBe(true);
    }
  });

  it('open scenes at steps that the guest comes to, and divergences that are there', () => {
    const withStep = scenes.filter(({ step }) => step !== undefined && step !== 'end');
    expect(withStep.length).toBeGreaterThan(10);
    for (const { at, place, step } of withStep) {
      if (typeof step === 'number') expect(finish(bench.run(place)).steps, at).toBeGreaterThanOrEqual(step);
      else expect(finish(bench.compare(place)).divergence, at).toBeDefined();
    }
  });

  it('mark registers by their names', () => {
    const names = Array.from({ length: 32 }, (_, n) => registerName(n));
    for (const { stop, at } of stops) for (const name of stop.mark ?? []) expect(names, at).toContain(name);
  });

  it('ask questions whose right answer is right, and no answer is not, unless nothing is right', () => {
    const asked = stops.flatMap(({ stop: { ask }, at }) => (ask === undefined ? [] : [{ ask, at }]));
    expect(asked.length).toBeGreaterThan(14);
    for (const { ask, at } of asked) {
      if (at.startsWith('8.')) continue; // Its answer needs files.
      const right = typeof ask.answer === 'function' ? finish(found(ask.answer(bench))) : ask.answer;
      expect(finish(isRight(ask, answerOf([right].flat().join(' ')), bench)), at).toBe(true);
      expect(finish(isRight(ask, answerOf(''), bench)), at).toBe(right.length === 0);
    }
  });

  it('need no Node, so that a page can give them', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['examples/tours/index.ts', 'examples/workbench.ts'],
      outdir: 'nowhere',
      bundle: true,
      platform: 'neutral',
      format: 'esm',
      mainFields: ['module', 'main'],
      external: ['node:*'],
      write: false,
      metafile: true,
    });
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect(imported.length).toBeGreaterThan(100);
    expect(imported.filter((path) => path.startsWith('node:'))).toEqual([]);
  });
});

describe('A question', () => {
  const one: Question = { text: 'Which?', choices: ['trap-and-emulate', 'hybrid'], answer: 'hybrid' };
  const many: Question = { text: 'Which?', choices: ['1', '2', '3'], many: true, answer: ['1', '3'] };
  const number: Question = { text: 'How many?', within: 2, answer: '10' };

  it('says how it is to be answered', () => {
    expect([one, many, number].map(hintOf)).toEqual([
      '(trap-and-emulate or hybrid)',
      '(none, one or several of 1, 2, 3)',
      '(a number)',
    ]);
  });

  it.each([
    [one, 'hybrid', true],
    [one, 'Hybrid, I think', true],
    [one, 'trap', false],
    [one, 'trap or hybrid', false],
    [many, '3 and 1', true],
    [many, '1', false],
    [many, '1 2 3', false],
    [number, '12', true],
    [number, ' 8 ', true],
    [number, '13', false],
    [number, 'ten', false],
  ])('%o takes "%s" as %s', (question, answer, right) => {
    expect(finish(isRight(question, answerOf(answer), bench))).toBe(right);
  });
});

describe('A lesson', () => {
  it('says what its tour says, in order, and tells which claims hold', async () => {
    const stop: Stop = {
      say: 'A paragraph.',
      ask: { text: 'So?', choices: ['yes', 'no'], answer: 'yes', right: 'Right.', wrong: 'Wrong.' },
      show: (_, { text }) => [`You said ${text}.`],
      check: [
        { claim: 'true', holds: () => true },
        { claim: 'false', holds: () => false },
      ],
    };
    const tour: Tour = { number: 1, title: 'Lesson 1: one', shows: 'One.', stops: [stop], more: 'ringlab' };
    const said: string[] = [];
    await lessonOf(tour).give({
      say: (text = '') => said.push(text),
      ask: async (question) => {
        said.push(question);
        return 'no';
      },
      check: (claim, holds) => said.push(`${claim}: ${holds}`),
    });
    const text = said.join('\n');
    expect(text).toBe(
      'A paragraph.\n\nSo? (yes or no)\n\nYou said no.\n\nWrong.\n\ntrue: true\nfalse: false\n\nMore: ringlab',
    );
  });
});
