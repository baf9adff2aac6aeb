/** `ringlab grade MONITOR`: tests Popek and Goldberg's properties of a monitor, ours or a student's, and prints the score. */
import type { Image } from '../../isa/machine/image.ts';
import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { createCommand, exitWith } from '../command.ts';
import { badInput, EXIT, Failure, usage } from '../failure.ts';
import { loadFile, mustBeWritable, writeOutput } from '../files.ts';
import { importOutside } from '../outside.ts';
import { printable } from '../../isa/machine/printable.ts';
import { JSON_OPTION, parseCount } from '../options.ts';
import { noteRaw, print } from '../output.ts';

interface GradeVerbOptions {
  readonly stage?: number;
  readonly only?: number;
  readonly seed?: number;
  readonly cases?: number;
  readonly from?: number;
  readonly timeout?: number;
  readonly memoryLimit?: number;
  readonly json?: boolean;
  readonly junit?: string;
  readonly gradescope?: string;
  readonly guest?: string;
  readonly save?: string;
  readonly salt?: string;
  readonly sandbox: SandboxChoice;
}

/** As test/property/grade/layers.ts has it. */
interface SandboxChoice {
  readonly kind: 'auto' | 'strict' | 'only';
  readonly layers: readonly string[];
}

/** Names of layers (test/property/grade/layers.ts). */
type Layers = ReadonlySet<string>;

interface Grade {
  readonly score: number;
}

/** The functions of test/property/grade/index.ts that are called here. */
interface Grader {
  isOwn(monitor: string): boolean;
  grade(options: {
    readonly monitor: string;
    readonly stage?: number;
    readonly only?: number;
    readonly seed: number;
    readonly cases: number;
    readonly from?: number;
    readonly seconds: number;
    readonly megabytes: number;
    readonly layers: Layers;
    readonly salt?: string;
    readonly guestFile?: string;
    readonly guest?: Image;
    readonly progress?: (text: string) => void;
  }): Promise<Grade>;
  availableLayers(): Layers;
  chooseLayers(choice: SandboxChoice, available: Layers): { layers: Layers; missing: readonly string[] };
  /** The guest to begin with, as assembly. */
  guestToMend(grade: Grade): string | undefined;
  formatGrade(grade: Grade): string;
  gradeDocument(grade: Grade): object;
  gradeJunit(grade: Grade): string;
  gradeGradescope(grade: Grade): object;
}

/** The grader is a separate file of the bundle, because the command line does not import tests. */
async function loadGrader(): Promise<Grader> {
  return (await importOutside(new URL('./grade.js', import.meta.url))) as Grader;
}

/** Stages of a monitor (examples/your-monitor). */
const lastStage = 9;

export const command = createCommand(
  'grade',
  "Test a monitor for Popek and Goldberg's three properties; print its score",
)
  .argument('<monitor>', "a monitor's module (see examples/your-monitor), or one of ours by name")
  .option('--stage <n>', 'Grade stages 1 to n (default: all nine)', parseCount)
  .option('--only <n>', 'Grade this stage alone', parseCount)
  .option('--cases <n>', 'Run this many guests per property and stage (default 100)', parseCount)
  .option('--seed <n>', 'Choose other guests by another seed (default 1)', parseCount)
  .option('--salt <word>', "Choose guests that no other class has had (default: RINGLAB_SALT's value)")
  .option('--save <file>', 'Write the guest to mend first, as assembly')
  .option('--from <n>', 'Begin at this case', parseCount)
  .option('--guest <file>', 'Run this guest, in 128K of memory, instead of random ones')
  .option('--timeout <seconds>', 'Limit processor time per property and stage (default 20)', parseCount)
  .option('--memory-limit <megabytes>', "Limit the monitor's memory (default 256)", parseCount)
  .option(
    '--sandbox <which>',
    'What is around the submission: auto (whatever there is), strict (nothing less than namespaces), or layers by name',
    parseSandbox,
    parseSandbox('auto'),
  )
  .option(...JSON_OPTION)
  .option('--junit <file>', 'Write JUnit XML, too')
  .option('--gradescope <file>', "Write Gradescope's results.json, too")
  .action(exitWith(grade));

async function grade(monitor: string, options: GradeVerbOptions): Promise<number> {
  const {
    json,
    junit,
    gradescope,
    seed = 1,
    cases = 100,
    timeout = 20,
    memoryLimit = 256,
    guest,
    sandbox,
    save,
    salt = process.env.RINGLAB_SALT,
    ...rest
  } = options;
  for (const stage of [options.stage, options.only]) {
    if (stage !== undefined && !(stage >= 1 && stage <= lastStage))
      throw usage(`there are stages 1 to ${lastStage}`);
  }
  if (cases < 1) throw usage('--cases 0 would ask nothing');
  if (timeout < 1) throw usage('--timeout takes seconds, at least 1');
  for (const path of [junit, gradescope, save]) if (path !== undefined) mustBeWritable(path);
  const grader = await loadGrader();
  if (!grader.isOwn(monitor) && !existsSync(monitor))
    throw badInput(`${monitor}: no such file, and no monitor of ours by that name`);
  const graded = await grader.grade({
    monitor,
    seed,
    cases,
    seconds: timeout,
    megabytes: memoryLimit,
    layers: layersFor(grader, sandbox),
    ...rest,
    ...(salt === undefined ? {} : { salt }),
    ...(save === undefined ? {} : { guestFile: save }),
    ...(guest === undefined ? {} : { guest: await loadGuest(guest) }),
    ...(process.stderr.isTTY ? { progress: showProgress } : {}),
  });
  if (process.stderr.isTTY) showProgress('');
  const found = grader.guestToMend(graded);
  if (save !== undefined && found !== undefined) writeOutput(save, new TextEncoder().encode(found));
  const bytes = (document: object) => new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`);
  if (junit !== undefined) writeOutput(junit, new TextEncoder().encode(grader.gradeJunit(graded)));
  if (gradescope !== undefined) writeOutput(gradescope, bytes(grader.gradeGradescope(graded)));
  print(json ? `${JSON.stringify(grader.gradeDocument(graded))}\n` : grader.formatGrade(graded));
  return graded.score === 100 ? EXIT.DONE : EXIT.CHECK_FAILED;
}

const layerNames = ['permission', 'limits', 'user', 'namespace'];

function parseSandbox(text: string): SandboxChoice {
  if (text === 'auto' || text === 'strict') return { kind: text, layers: [] };
  const layers = text.split(',');
  if (layers.every((layer) => layerNames.includes(layer))) return { kind: 'only', layers };
  throw new InvalidArgumentError(`expected auto, strict, or some of ${layerNames.join(',')}`);
}

/** Throws a Failure when a layer is demanded that there is not. */
function layersFor(grader: Grader, choice: SandboxChoice): Layers {
  const { layers, missing } = grader.chooseLayers(choice, grader.availableLayers());
  if (missing.length === 0) return layers;
  const how = missing.includes('namespace')
    ? '; install bubblewrap, and let this user (or this container) make namespaces'
    : '';
  throw new Failure(EXIT.UNREACHABLE, `the sandbox has no ${missing.join(' and no ')} here${how}`);
}

/** Bytes of memory of the guest given with --guest. */
const guestMemory = 2 ** 17;

async function loadGuest(file: string): Promise<Image> {
  const image = await loadFile(file);
  const end = Math.max(...image.segments.map(({ address, size }) => address + size));
  if (end > guestMemory) {
    throw badInput(
      `${file}: it reaches address 0x${end.toString(16)}; a guest to grade with has 0x${guestMemory.toString(16)} bytes`,
    );
  }
  return image;
}

/** Writes a line on the terminal, over the one before. */
function showProgress(text: string): void {
  noteRaw(`\r\x1b[K${printable(text)}`);
}
