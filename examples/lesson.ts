/**
 * Gives a tour (desk.ts) on a terminal, in a pipe, or in a test. Run by hand, a lesson exits with status 1 if one of its
 * claims does not hold.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { finish, type Work } from '../isa/work.ts';
import { tenClones } from './clones.ts';
import { meet } from './containers.ts';
import { fold } from './fold.ts';
import { answerOf, found, hintOf, remark, type Stop, type Tour } from './desk.ts';
import { SimulatedRack } from './rack.ts';
import { Workbench } from './workbench.ts';

/** Where a lesson takes place. What its functions return is waited for. */
export interface Desk {
  /** Prints a line. */
  say(text?: string): unknown;
  /** Asks the student; an empty text when nobody answers. */
  ask(question: string): Promise<string>;
  /** Prints a claim and whether it holds. */
  check(claim: string, holds: boolean): unknown;
  /** Called between two stops. */
  pause?(): unknown;
  /** Called before work that can take a second, and after it. */
  busy?(isBusy: boolean): void;
  /** A file that the student named, instead of the lesson's own. */
  readonly file?: string;
}

export interface Lesson {
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly shows: string;
  give(desk: Desk): Promise<void>;
}

/** The repository, also from where the lessons are compiled to. */
const beside = new URL('../', import.meta.url);
const root = existsSync(new URL('guests/', beside)) ? beside : new URL('../../', import.meta.url);

/** A workbench on the files of the repository; `own` is the student's file in the place of the tour's. */
function workbenchFor(tour: Tour, own: string | undefined): Workbench {
  return new Workbench({
    read: (path) => readFileSync(path === tour.own && own !== undefined ? own : new URL(path, root)),
    tenClones,
    meet,
    rack: (hosts, memory, mistakes) => new SimulatedRack(hosts, memory, mistakes),
  });
}

/** A tour as a lesson. */
export function lessonOf(tour: Tour): Lesson {
  const { title, shows, stops, more } = tour;
  const give = async (desk: Desk) => {
    const bench = workbenchFor(tour, desk.file);
    for (const [n, stop] of stops.entries()) {
      if (n > 0) await desk.pause?.();
      if (n > 0) await desk.say();
      await giveStop(desk, bench, stop);
    }
    if (more !== undefined) await desk.say(`\nMore: ${more}`);
  };
  return { title, shows, give };
}

async function giveStop(desk: Desk, bench: Workbench, { say, ask, show, check }: Stop): Promise<void> {
  await desk.say(say);
  const answer = answerOf(ask === undefined ? '' : await desk.ask(`\n${ask.text} ${hintOf(ask)}`));
  if (show !== undefined)
    for (const line of ['', ...work(desk, () => found(show(bench, answer)))]) await desk.say(line);
  const said = ask === undefined ? '' : work(desk, () => remark(ask, answer, bench));
  if (said !== '') await desk.say(`\n${said}`);
  if (check.length > 0) await desk.say();
  for (const { claim, holds } of check)
    await desk.check(
      claim,
      work(desk, () => found(holds(bench))),
    );
}

/** Does work, while the desk is busy. */
function work<Result>(desk: Desk, begin: () => Work<unknown, Result>): Result {
  desk.busy?.(true);
  try {
    return finish(begin());
  } finally {
    desk.busy?.(false);
  }
}

/** 128 + SIGPIPE: the exit status when nobody reads the output. */
const readerGone = 141;

/** Gives the lesson when its module, at `url`, is what node was asked to run. */
export async function giveIfMain(url: string, lesson: Lesson): Promise<void> {
  const main = process.argv[1];
  if (main === undefined || realpathSync(main) !== fileURLToPath(url)) return;
  // Nobody reads any more, as in `… | head`: end like the shell's own programs.
  process.stdout.on('error', () => process.exit(readerGone));
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
