/** `ringlab exercise [NAME]`: asks a question that is made from a seed, tells its answer, or checks one. */
import { type Command, InvalidArgumentError } from 'commander';
import { type AskedExercise, type Course, type ExerciseKind, loadCourse } from '../course.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import { mustBeWritable, writeOutput } from '../files.ts';
import { JSON_OPTION, parseCount } from '../options.ts';
import { print } from '../output.ts';

interface ExerciseVerbOptions {
  readonly seed: number;
  readonly answer?: boolean;
  readonly check?: string;
  readonly sheet?: Seeds;
  readonly output?: string;
  readonly json?: boolean;
}

/** Seeds from the first to the last, both included. */
interface Seeds {
  readonly from: number;
  readonly to: number;
}

/** The most answers on a sheet. */
const mostSeeds = 10_000;

export const command = createCommand(
  'exercise',
  'Ask a question that is made from a seed, tell its answer, or check one',
)
  .argument('[name]', 'the kind of exercise; without it, the kinds are listed')
  .option('--seed <n>', 'Choose the question', parseSeed, 1)
  .option('--answer', 'Tell the answer, too, and why it is so')
  .option('--check <answer>', 'Say whether this answer is right; exit with 1 if it is not')
  .option(
    '--sheet <from..to>',
    'Print the answers of these seeds, a line each, of one kind or of all',
    parseSeeds,
  )
  .option('-o, --output <file>', 'Write the guest of the question to this file, as assembly')
  .option(...JSON_OPTION)
  .action(exitWith(exercise));

/** A seed: a whole number of at most 32 bits. */
function parseSeed(text: string): number {
  const seed = parseCount(text);
  if (seed > 0xffffffff) throw new InvalidArgumentError('expected a whole number below 2^32');
  return seed;
}

function parseSeeds(text: string): Seeds {
  const [first = '', last = '', ...rest] = text.split('..');
  if (rest.length > 0 || first === '' || last === '')
    throw new InvalidArgumentError('expected FROM..TO, like 1..30');
  const [from, to] = [parseSeed(first), parseSeed(last)];
  if (to < from || to - from >= mostSeeds)
    throw new InvalidArgumentError(`expected FROM..TO, at most ${mostSeeds} seeds, the smaller one first`);
  return { from, to };
}

async function exercise(
  name: string | undefined,
  options: ExerciseVerbOptions,
  self: Command,
): Promise<number> {
  checkOptions(name, { ...options, seed: self.getOptionValueSource('seed') === 'cli' });
  const { seed, sheet, json, answer, check, output } = options;
  const course = await loadCourse();
  const { kinds } = course;
  const kind = kinds.find((one) => one.name === name);
  if (name !== undefined && kind === undefined)
    throw usage(`no exercise "${name}"; \`ringlab exercise\` lists them`);
  if (sheet !== undefined) return printSheet(course, kind === undefined ? kinds : [kind], sheet, json);
  if (kind === undefined) {
    const list = kinds.map((one) => ({ exercise: one.name, unit: one.unit, asks: one.asks }));
    print(
      json
        ? `${JSON.stringify({ format: 'ringlab-exercises', version: 1, exercises: list })}\n`
        : course.formatKinds(kinds),
    );
    return EXIT.DONE;
  }
  if (output !== undefined) mustBeWritable(output);
  const asked = course.ask(kind, seed);
  if (output !== undefined) writeOutput(output, programOf(asked));
  if (check !== undefined) return tell(course, asked, check, json);
  const data = course.exerciseData(asked, answer ?? false);
  const text = course.formatQuestion(asked) + (answer ? `\n${course.formatAnswer(asked)}` : '');
  print(json ? `${JSON.stringify({ format: 'ringlab-exercise', version: 1, ...data })}\n` : text);
  return EXIT.DONE;
}

/** Throws a usage Failure for options that do not go together. */
function checkOptions(
  name: string | undefined,
  { seed, sheet, answer, check, output }: Omit<ExerciseVerbOptions, 'seed'> & { readonly seed: boolean },
): void {
  const one = Object.entries({
    '--seed': seed || undefined,
    '--answer': answer,
    '--check': check,
    '--output': output,
  });
  const given = one.find(([, value]) => value !== undefined)?.[0];
  if (sheet !== undefined && given !== undefined)
    throw usage(`--sheet has many seeds, so ${given} has no place beside it`);
  if (name === undefined && given !== undefined)
    throw usage(`${given} needs the name of an exercise; \`ringlab exercise\` lists them`);
  if (check !== undefined && answer) throw usage('--answer tells what --check asks for; give one of them');
}

function programOf({ kind, program }: AskedExercise): Uint8Array {
  if (program === undefined) throw usage(`--output: ${kind.name} asks about no guest`);
  return new TextEncoder().encode(program);
}

function printSheet(
  course: Course,
  kinds: readonly ExerciseKind[],
  { from, to }: Seeds,
  json: boolean | undefined,
): number {
  const seeds = Array.from({ length: to - from + 1 }, (_, n) => from + n);
  const asked = kinds.flatMap((kind) => seeds.map((seed) => course.ask(kind, seed)));
  const answers = asked.map((one) => ({
    exercise: one.kind.name,
    seed: one.seed,
    answer: course.answerLine(one),
  }));
  print(
    json
      ? `${JSON.stringify({ format: 'ringlab-answers', version: 1, answers })}\n`
      : course.formatSheet(asked),
  );
  return EXIT.DONE;
}

/** Says whether an answer is right. The right one is not told: `--answer` is for that. */
function tell(course: Course, asked: AskedExercise, given: string, json: boolean | undefined): number {
  const { kind, seed } = asked;
  const right = course.isRightAnswer(asked, given);
  const data = { format: 'ringlab-answer', version: 1, exercise: kind.name, seed, given, right };
  print(
    json ? `${JSON.stringify(data)}\n` : `${kind.name}, seed ${seed}: ${right ? 'right' : 'not right'}\n`,
  );
  return right ? EXIT.DONE : EXIT.CHECK_FAILED;
}
