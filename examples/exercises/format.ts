/** Exercises as text and as data: what is asked, and what the answer is. */
import { fold as folded } from '../fold.ts';
import { isRight, type Kind, letterOf, makeProblem, type Problem } from './exercise.ts';

/** A seed's question and answer of a kind. */
export interface Asked {
  readonly kind: Kind;
  readonly seed: number;
  readonly problem: Problem;
  /** The guest that it asks about, as assembly. */
  readonly program: string | undefined;
}

/** A paragraph folded; what is indented is of fixed width, and stays as it is. */
const fold = (line: string) => (line.startsWith('  ') ? line : folded(line));

/** Makes the question of a seed. */
export function ask(kind: Kind, seed: number): Asked {
  const problem = makeProblem(kind, seed);
  return { kind, seed, problem, program: problem.program };
}

/** Whether an answer to it is right. */
export function isRightAnswer({ problem }: Asked, given: string): boolean {
  return isRight(problem, given);
}

/** The kinds as a table of at most 80 columns. */
export function formatKinds(kinds: readonly Kind[]): string {
  const lines = kinds.map(
    ({ name, unit, asks }) => `${name.padEnd(17)} ${String(unit).padStart(4)}  ${asks}`,
  );
  return ['exercise          unit  what it asks', ...lines, ''].join('\n');
}

/** The question. */
export function formatQuestion({ kind, seed, problem }: Asked): string {
  const { question, form } = problem;
  return [
    `Exercise ${kind.name}, seed ${seed}`,
    '',
    ...question.map(fold),
    '',
    ...(form.kind === 'parts'
      ? form.parts.map((part) => `  ${part}: ____`)
      : form.choices.map((choice, n) => `  ${letterOf(n)}) ${choice}`)),
    '',
  ].join('\n');
}

/** The answer in a line, as it can be given. */
export function answerLine({ problem: { form, answer } }: Asked): string {
  if (form.kind === 'parts') return answer.join(' ');
  const letters = answer.map((text) => letterOf(form.choices.indexOf(text)));
  return letters.length === 0 ? 'none' : letters.toSorted().join(' ');
}

/** The answer, why it is so, and how it can be seen. */
export function formatAnswer({ problem }: Asked): string {
  const { form, answer, why, commands = [] } = problem;
  const right =
    form.kind === 'parts'
      ? form.parts.map((part, n) => `  ${part}: ${answer[n]}`)
      : answer.map((text) => `  ${letterOf(form.choices.indexOf(text))}) ${text}`);
  return [
    'Answer',
    '',
    ...(right.length === 0 ? ['  none of them'] : right),
    '',
    ...why.map(fold),
    ...(commands.length === 0 ? [] : ['', 'To see it:', ...commands.map((command) => `  ${command}`)]),
    '',
  ].join('\n');
}

/** The answers of many seeds, a line each: an instructor's sheet. */
export function formatSheet(asked: readonly Asked[]): string {
  const width = Math.max(4, ...asked.map(({ seed }) => String(seed).length));
  const name = Math.max(...asked.map(({ kind }) => kind.name.length), 8);
  return [
    `${'exercise'.padEnd(name)}  ${'seed'.padStart(width)}  answer`,
    ...asked.map(
      (one) => `${one.kind.name.padEnd(name)}  ${String(one.seed).padStart(width)}  ${answerLine(one)}`,
    ),
    '',
  ].join('\n');
}

/** A question as data, with its answer if that is wanted. */
export function exerciseData(asked: Asked, withAnswer: boolean): object {
  const { kind, seed, problem } = asked;
  const { question, form, program, answer, why, commands } = problem;
  const options = form.kind === 'parts' ? { parts: form.parts } : { choices: form.choices };
  return {
    exercise: kind.name,
    unit: kind.unit,
    seed,
    question,
    form: form.kind,
    ...options,
    ...(program === undefined ? {} : { program }),
    ...(withAnswer
      ? { answer, given: answerLine(asked), why, ...(commands === undefined ? {} : { commands }) }
      : {}),
  };
}
