/**
 * What a lesson is, and how it is given on a terminal, in a pipe, or in a test.
 *
 * A lesson says what it shows, asks for predictions, reveals, and checks every claim
 * that it makes: run by hand it exits with status 1 if one does not hold.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

/** Where a lesson takes place. */
export interface Desk {
  /** Prints a line. */
  say(text?: string): void;
  /** Asks the student; an empty text when nobody answers. */
  ask(question: string): Promise<string>;
  /** Prints a claim and whether it holds. */
  check(claim: string, holds: boolean): void;
  /** A file that the student named, instead of the lesson's own. */
  readonly file?: string;
}

export interface Lesson {
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly shows: string;
  give(desk: Desk): Promise<void>;
}

/** Reads a file that lies beside the lessons, also from where they are compiled to. */
export function readBeside(name: string): string {
  const here = new URL(name, import.meta.url);
  return readFileSync(existsSync(here) ? here : new URL(`../../examples/${name}`, import.meta.url), 'utf8');
}

/** The words of an answer, in small letters. */
export function wordsOf(answer: string): ReadonlySet<string> {
  return new Set(answer.toLowerCase().split(/[^a-z0-9.]+/));
}

/** Columns of a terminal that is not wide. */
const columns = 80;

/**
 * A line of text as lines of at most 80 columns; what follows the first stands below its own text, behind a
 * label or a first column. Listings (`  | …`) and words that are longer stay whole.
 */
function foldLine(line: string): string {
  if (line.length <= columns || /^ *\|/.test(line)) return line;
  const first = /^(\[.*?\] | *(?:\S+(?: \S+)* {2,})?)/.exec(line)?.[0] ?? '';
  const indent = ' '.repeat(first.length < columns / 2 ? first.length : 0);
  const lines = [first];
  for (const word of line.slice(first.length).split(' ')) {
    const last = lines.at(-1) as string;
    const joined = last === first || last === indent ? last + word : `${last} ${word}`;
    if (joined.length <= columns) lines[lines.length - 1] = joined;
    else lines.push(indent + word);
  }
  return lines.join('\n');
}

const fold = (text: string): string => text.split('\n').map(foldLine).join('\n');

/** Gives the lesson when its module, at `url`, is what node was asked to run. */
export async function giveIfMain(url: string, lesson: Lesson): Promise<void> {
  const main = process.argv[1];
  if (main === undefined || realpathSync(main) !== fileURLToPath(url)) return;
  const input = createInterface({ input: process.stdin });
  const lines = input[Symbol.asyncIterator]();
  const file = process.argv[2];
  let failed = false;
  const say = (text = '') => process.stdout.write(`${fold(text)}\n`);
  say(`${lesson.title}\n`);
  const desk: Desk = {
    say,
    ask: async (question) => {
      process.stdout.write(`${fold(question)}\n> `);
      const { done, value } = await lines.next();
      if (!process.stdin.isTTY) say(done ? '(no answer)' : value);
      return done ? '' : value;
    },
    check: (claim, holds) => {
      say(`[${holds ? 'holds' : 'DOES NOT HOLD'}] ${claim}`);
      failed ||= !holds;
    },
    ...(file === undefined ? {} : { file }),
  };
  try {
    await lesson.give(desk);
    process.exitCode = failed ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${file ?? lesson.title}: ${(error as Error).message}\n`);
    process.exitCode = 65;
  } finally {
    input.close();
  }
}
