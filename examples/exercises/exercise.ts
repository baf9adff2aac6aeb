/**
 * What an exercise is: a kind of question that is made anew from a seed. Its answer is never typed: it is what the
 * house's own machine, monitor, translator or migration did when it was asked. format.ts prints an exercise, index.ts has
 * all kinds, and README.md says how to add one.
 */
import { Random } from './random.ts';

/** A question that can be answered, with its answer. */
export interface Problem {
  /** What is asked, as lines of fixed width, at most 80 columns. */
  readonly question: readonly string[];
  readonly form: Form;
  /** The right answer: the right choices, or a text for each part. */
  readonly answer: readonly string[];
  /** Why it is so: lines, at most 80 columns. */
  readonly why: readonly string[];
  /** The guest of the question, to be run. */
  readonly program?: string;
  /** Commands that show the answer; FILE stands for the file of the program. */
  readonly commands?: readonly string[];
}

/** How an answer is given: one of several choices; none, one or several of them; or a word or number for each part. */
export type Form =
  | { readonly kind: 'choice' | 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'parts'; readonly parts: readonly string[] };

/** A kind of exercise. */
export interface Kind {
  /** As it is called on the command line. */
  readonly name: string;
  /** The unit of the course that it belongs to, 1 to 13. */
  readonly unit: number;
  /** What it asks, as a question of at most 57 characters. */
  readonly asks: string;
  /** Makes the question of this random series, and finds its answer. */
  readonly make: (random: Random) => Problem;
}

/** The question of a kind for a seed, a whole number. The same seed gives the same question everywhere. */
export function makeProblem({ name, make }: Kind, seed: number): Problem {
  // Each kind has a series of its own, so that seed 1 is not the same choice in all of them.
  const stream = [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
  return make(new Random(seed, stream));
}

/** Whether `given` is right: letters or texts of choices in any order, or the parts in their order, with spaces between. */
export function isRight({ form, answer }: Problem, given: string): boolean {
  const words = given
    .trim()
    .split(/[\s,;]+/)
    .filter((word) => word !== '');
  if (form.kind === 'parts')
    return words.length === answer.length && words.every((word, n) => sameText(word, answer[n] as string));
  const none = words.length === 1 && words[0]?.toLowerCase() === 'none';
  const right = answer.map((text) => letterOf(form.choices.indexOf(text)));
  if (words.length === 0) return false;
  const letters = none ? [] : words.map((word) => word.toLowerCase());
  return [...new Set(letters)].toSorted().join() === right.toSorted().join();
}

/** The letter of a choice: a, b, c … */
export function letterOf(n: number): string {
  return String.fromCharCode(97 + n);
}

/** Whether two texts are the same word, or the same number in any notation. */
function sameText(one: string, other: string): boolean {
  const [a, b] = [numberOf(one), numberOf(other)];
  return a === undefined || b === undefined ? one.toLowerCase() === other.toLowerCase() : a === b;
}

function numberOf(text: string): number | undefined {
  return /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}
