/**
 * What a tour is: a lesson as data. The terminal (lesson.ts) and the laboratory page give the same tours and check their
 * claims by the same code, so nothing here needs Node.
 *
 * A tour is a list of stops. At each stop the teacher says something, may ask for a prediction, shows what happens, and
 * makes claims about it. Every claim is checked whenever it is made.
 */
import type { Work } from '../isa/work.ts';
import type { Place, Workbench } from './workbench.ts';

/** What is known at once, or is found by work in parts. */
export type Finding<Result> = Result | Work<unknown, Result>;

/** What was found. */
export function* found<Result>(finding: Finding<Result>): Work<unknown, Result> {
  return isWork(finding) ? yield* finding : finding;
}

function isWork<Result>(finding: Finding<Result>): finding is Work<unknown, Result> {
  return typeof finding === 'object' && finding !== null && 'next' in finding;
}

/** A question that asks for a prediction. */
export interface Question {
  readonly text: string;
  /** What can be answered; without choices, a name or (with `within`) a number. */
  readonly choices?: readonly string[];
  /** Whether several choices can be right at once, or none. */
  readonly many?: boolean;
  /** The answer is a number, and one that differs by at most this much is right. */
  readonly within?: number;
  /** The right answer: one text, or all the choices that are right; or how to find it. */
  readonly answer: string | readonly string[] | ((bench: Workbench) => Finding<string | readonly string[]>);
  /** What to say to a right answer, and to any other. Default: nothing. */
  readonly right?: string;
  readonly wrong?: string;
}

/** A claim, and how to find out whether it holds. */
export interface Claim {
  readonly claim: string;
  readonly holds: (bench: Workbench) => Finding<boolean>;
}

/** The views of the page that a stop can open. */
export type ViewName = 'acts' | 'machine' | 'memory' | 'translation' | 'classify' | 'move';

/**
 * What the page opens at a stop: a guest on the bare machine and in a place beside it, at a step. Where the stop asks for a
 * prediction, the page opens it only when that is made, for it shows the answer.
 */
export interface Scene {
  readonly view: ViewName;
  readonly place: Place;
  /** A step's number, the first step that differs, or the end. Default: the first step. */
  readonly step?: number | 'divergence' | 'end';
  /** How the guest is moved, in the view `move`: by default by pre-copy. */
  readonly way?: 'auto-converge' | 'post-copy';
}

/** What the student answered: the whole text, and its words in small letters. */
export interface Answer {
  readonly text: string;
  readonly words: ReadonlySet<string>;
}

/** One stop of a tour. */
export interface Stop {
  /** Paragraphs, an empty line between two. Code is in `backquotes`. */
  readonly say: string;
  readonly ask?: Question;
  readonly go?: Scene;
  /** What to look at in the scene: names of registers, as the machine's tables have them. */
  readonly mark?: readonly string[];
  /** What is found, as lines of fixed width. Lines of a listing begin with `  | `. */
  readonly show?: (bench: Workbench, answer: Answer) => Finding<readonly string[]>;
  readonly check: readonly Claim[];
}

/** A lesson. */
export interface Tour {
  readonly number: number;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly shows: string;
  readonly stops: readonly Stop[];
  /** A command that shows more of the same. */
  readonly more?: string;
  /** It needs what only the workbench of the command line has: files for snapshots (`tenClones`), processes (`meet`), or hosts (`rack`). */
  readonly atTerminal?: boolean;
  /** The file in its place that a student can give instead. */
  readonly own?: string;
}

/** An answer from what was typed. */
export function answerOf(text: string): Answer {
  return { text: text.trim(), words: new Set(text.toLowerCase().split(/[^a-z0-9.]+/)) };
}

/** Which of the question's choices the answer names. A choice is named by its first word: `trap` for trap-and-emulate. */
export function chosen({ choices = [] }: Question, { words }: Answer): readonly string[] {
  return choices.filter((choice) => words.has(choice.toLowerCase().split(/[^a-z0-9.]+/)[0] ?? ''));
}

/** The right answer to a question: a text, or several choices. */
function* rightAnswer({ answer }: Question, bench: Workbench): Work<unknown, readonly string[]> {
  const right = typeof answer === 'function' ? yield* found(answer(bench)) : answer;
  return typeof right === 'string' ? [right] : right;
}

/** Whether the answer is right. */
export function* isRight(question: Question, answer: Answer, bench: Workbench): Work<unknown, boolean> {
  const right = yield* rightAnswer(question, bench);
  if (question.within !== undefined)
    return answer.text !== '' && Math.abs(Number(answer.text) - Number(right[0])) <= question.within;
  if (question.choices === undefined) return right.every((word) => answer.words.has(word));
  return chosen(question, answer).join() === question.choices.filter((one) => right.includes(one)).join();
}

/** How an answer is to be given, in brackets behind a question. */
export function hintOf({ choices, many = false, within }: Question): string {
  if (within !== undefined) return '(a number)';
  if (choices === undefined) return '(a name)';
  if (choices.length > 10) return '(names in a line)';
  if (many) return `(none, one or several of ${choices.join(', ')})`;
  return `(${choices.slice(0, -1).join(', ')} or ${choices.at(-1)})`;
}

/** What is said about a prediction when the answer is known; '' for nothing. */
export function* remark(question: Question, answer: Answer, bench: Workbench): Work<unknown, string> {
  return ((yield* isRight(question, answer, bench)) ? question.right : question.wrong) ?? '';
}
