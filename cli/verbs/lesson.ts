/** `ringlab lesson [NAME]`: lists the lessons, or gives one at the terminal. */
import { existsSync } from 'node:fs';
import { nearest } from '../../assembler/suggest.ts';
import { colourOption, type ColourOptions, styled, wantsColour } from '../colour.ts';
import { createCommand, exitWith } from '../command.ts';
import { badInput, EXIT, usage } from '../failure.ts';
import { importOutside } from '../outside.ts';
import { openAudience, type Audience } from '../audience.ts';
import { Enough } from '../screen.ts';

/** A lesson of examples/lessons.ts. */
interface NamedLesson {
  readonly name: string;
  readonly number: number;
  readonly part: string;
  readonly title: string;
  readonly shows: string;
  readonly own: string | undefined;
  give(desk: object): Promise<void>;
}

/** What is used here of examples/lessons.ts. */
interface Lessons {
  readonly lessons: readonly NamedLesson[];
  /** Text as lines of at most 80 columns. */
  fold(text: string): string;
}

export const command = createCommand('lesson', 'List the lessons, or give one: predict, then see')
  .argument('[name]', "a lesson's name or number; without one, the lessons are listed")
  .argument('[file]', 'a file of yours, for a lesson that takes one')
  .addOption(colourOption())
  .action(exitWith(lesson));

/** The lessons are a bundle of their own, which only this verb needs. */
export async function loadLessons(): Promise<Lessons> {
  return (await importOutside(new URL('./lessons.js', import.meta.url))) as Lessons;
}

async function lesson(
  name: string | undefined,
  file: string | undefined,
  { color }: ColourOptions,
): Promise<number> {
  const { lessons, fold } = await loadLessons();
  const chosen = name === undefined ? undefined : lessonNamed(lessons, name);
  if (chosen !== undefined && file !== undefined) checkFile(chosen, file);
  const audience = openAudience();
  try {
    if (chosen !== undefined) {
      const holds = await give(
        chosen,
        audienceOf(audience, (text) => colourClaims(fold(text), wantsColour(color))),
        file,
      );
      await audience.print(`\n${whatNext(chosen, lessons)}`);
      return holds ? EXIT.DONE : EXIT.CHECK_FAILED;
    }
    await audience.print(formatList(lessons));
    return EXIT.DONE;
  } catch (error) {
    if (error instanceof Enough) return EXIT.DONE;
    throw error;
  } finally {
    audience.close();
  }
}

/** Text in which `[holds]` is green, and what does not hold is red. */
function colourClaims(text: string, wanted: boolean): string {
  return text.replace(/^\[(?:holds|DOES NOT HOLD)\]/gm, (claim) =>
    styled(claim === '[holds]' ? 'green' : 'red', claim, wanted),
  );
}

/** The audience, by functions, its lines folded. */
type LessonAudience = Pick<Audience, 'print' | 'ask' | 'pause' | 'busy'>;

function audienceOf(audience: Audience, fold: Lessons['fold']): LessonAudience {
  return {
    print: (text) => audience.print(fold(text)),
    ask: (question) => audience.ask(fold(question)),
    pause: () => audience.pause(),
    busy: (isBusy) => audience.busy(isBusy),
  };
}

/** The lesson of that name: `three-acts`, `12-three-acts` or `12`. Throws a Failure. */
function lessonNamed(lessons: readonly NamedLesson[], text: string): NamedLesson {
  const [, number, name = text] = /^(\d+)(?:-(.+))?$/.exec(text) ?? [];
  const found = lessons.find((one) => one.name === name || one.number === Number(number));
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    lessons.map((one) => one.name),
  );
  throw usage(
    `${text}: no such lesson${meant === undefined ? '' : ` (did you mean ${meant}?)`}; ringlab lesson lists them`,
  );
}

function checkFile({ name, own }: NamedLesson, file: string): void {
  if (own === undefined) throw usage(`${file}: the lesson ${name} takes no file`);
  if (!existsSync(file)) throw badInput(`${file}: cannot read it: no such file or folder`);
}

/** The lessons by part, in the order of a course; it fits a screen of 24 rows. */
function formatList(lessons: readonly NamedLesson[]): string {
  const width = Math.max(...lessons.map(({ name }) => name.length));
  const lines = lessons.flatMap(({ name, part, title }, n) => [
    ...(part === lessons[n - 1]?.part ? [] : [`${part}:`]),
    `  ${name.padEnd(width)}  ${title}`,
  ]);
  return `${lines.join('\n')}\nringlab lesson NAME gives a lesson; begin with ${lessons[0]?.name}.`;
}

/** Gives a lesson. Resolves to whether its claims hold. Rejects with a Failure for a file that cannot be used. */
async function give(
  chosen: NamedLesson,
  audience: LessonAudience,
  file: string | undefined,
): Promise<boolean> {
  let holds = true;
  const { print, ask, pause, busy } = audience;
  await print(`${chosen.title}\n\n${chosen.shows}\n`);
  const check = (claim: string, isTrue: boolean) => {
    holds &&= isTrue;
    return print(`[${isTrue ? 'holds' : 'DOES NOT HOLD'}] ${claim}`);
  };
  const desk = { say: (text = '') => print(text), ask, check, pause, busy };
  try {
    await chosen.give(file === undefined ? desk : { ...desk, file });
  } catch (error) {
    if (file === undefined || error instanceof Enough || !(error instanceof Error)) throw error;
    throw badInput(`${file}: ${error.message}`);
  }
  return holds;
}

function whatNext({ name }: NamedLesson, lessons: readonly NamedLesson[]): string {
  const next = lessons[lessons.findIndex((one) => one.name === name) + 1];
  return next === undefined ? 'This was the last lesson.' : `Next: ringlab lesson ${next.name}`;
}
