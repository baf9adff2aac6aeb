/**
 * `ringlab grade MONITOR`: tests Popek and Goldberg's properties of a monitor, ours or a student's, and prints the score.
 * Given a folder of submissions, it grades them all (cli/grading.ts).
 */
import type { Image } from '../../isa/machine/image.ts';
import { existsSync, statSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { createCommand, exitWith } from '../command.ts';
import { loadCourse } from '../course.ts';
import { badInput, EXIT, usage } from '../failure.ts';
import { loadFile, mustBeWritable, writeOutput } from '../files.ts';
import { type GradingOptions, type Layer, layerNames, type SandboxChoice, type Shard } from '../grader.ts';
import { type Grader, gradeFolder, layersFor, loadGrader, workFor } from '../grading.ts';
import { loadRingMonitor } from '../ring-monitor.ts';
import { defaulting, JSON_OPTION, parseCount } from '../options.ts';
import { print } from '../output.ts';
import { showProgress } from '../progress.ts';

interface GradeVerbOptions {
  readonly stage?: number;
  readonly only?: number;
  readonly seed: number;
  readonly cases: number;
  readonly from?: number;
  readonly timeout: number;
  readonly memoryLimit: number;
  readonly json?: boolean;
  readonly junit?: string;
  readonly gradescope?: string;
  readonly guest?: string;
  readonly save?: string;
  readonly salt?: string;
  readonly sandbox: SandboxChoice;
  readonly jobs?: number;
  readonly out?: string;
  readonly shard?: Shard;
  readonly queue?: string;
  readonly work?: boolean;
  readonly minivisor?: string;
  readonly detector?: string;
}

/** Stages of a monitor (examples/your-monitor). */
const lastStage = 9;

export const command = createCommand(
  'grade',
  "Test a monitor for Popek and Goldberg's three properties, or a class's monitors; print the score",
)
  .argument('[monitor]', "a monitor's module or folder, one of ours by name, or a folder of submissions")
  .addOption(defaulting('--stage <n>', 'Grade stages 1 to n', 'all nine', parseCount))
  .option('--only <n>', 'Grade this stage alone', parseCount)
  .option('--cases <n>', 'Run this many guests per property and stage', parseCount, 100)
  .option('--seed <n>', 'Choose other guests by another seed', parseCount, 1)
  .addOption(
    defaulting(
      '--salt <word>',
      'Choose guests that no other class has had',
      "the environment's RINGLAB_SALT",
    ),
  )
  .option('--save <file>', 'Write the guest to mend first, as assembly')
  .option('--from <n>', 'Begin at this case', parseCount)
  .option('--guest <file>', 'Run this guest, in 128K of memory, instead of random ones')
  .option(
    '--timeout <seconds>',
    'Limit processor time for 100 guests of one property and stage',
    parseCount,
    20,
  )
  .option('--memory-limit <megabytes>', "Limit the monitor's memory", parseCount, 256)
  .addOption(
    defaulting(
      '--sandbox <which>',
      `Confine a submission: auto (by all layers that there are), strict (no less than namespaces), or some of ${layerNames.join(',')}`,
      'auto',
      parseSandbox,
    ),
  )
  .option(...JSON_OPTION)
  .option('--junit <file>', 'Write JUnit XML, too')
  .option('--gradescope <file>', "Write Gradescope's results.json, too")
  .addOption(defaulting('--jobs <n>', 'Grade this many submissions of a class at once', '1', parseCount))
  .addOption(defaulting('--out <folder>', "Write a class's tables, feedback and results here", 'grades'))
  .option('--shard <i/n>', 'Grade one part of n of a class; a run without it makes the tables', parseShard)
  .option('--queue <url>', 'Give the submissions of a class to a queue in Redis (redis://…; needs bullmq)')
  .option('--minivisor <file>', 'Grade this monitor, which is ring-0 software in C or assembly')
  .option('--detector <file>', 'Grade this guest, which says whether it runs under a monitor')
  .option('--work', 'Grade what comes by --queue, until Ctrl-C')
  .action(exitWith(gradeVerb));

async function gradeVerb(monitor: string | undefined, options: GradeVerbOptions): Promise<number> {
  if (options.detector !== undefined) return gradeDetectorFile(monitor, options.detector, options.json);
  const { seed, cases, timeout, memoryLimit, stage, only, from, salt = process.env.RINGLAB_SALT } = options;
  for (const number of [stage, only]) {
    if (number !== undefined && !(number >= 1 && number <= lastStage))
      throw usage(`there are stages 1 to ${lastStage}`);
  }
  if (cases < 1) throw usage('--cases 0 would ask nothing');
  if (timeout < 1) throw usage('--timeout takes seconds, at least 1');
  const { jobs = 1, queue } = options;
  if (jobs < 1) throw usage('--jobs 0 would do nothing');
  const grader = await loadGrader();
  const layers = layersFor(grader, options.sandbox ?? { kind: 'auto' });
  if (options.work) {
    if (queue === undefined) throw usage('--work needs --queue');
    return workFor(grader, { queue, jobs, layers });
  }
  const common: GradingOptions = {
    seed,
    cases,
    seconds: timeout,
    megabytes: memoryLimit,
    layers,
    ...(stage === undefined ? {} : { stage }),
    ...(only === undefined ? {} : { only }),
    ...(from === undefined ? {} : { from }),
    ...(salt === undefined ? {} : { salt }),
  };
  if (options.minivisor !== undefined && monitor !== undefined)
    throw usage('--minivisor names the monitor; name no other one');
  if (options.minivisor !== undefined) return gradeMinivisor(grader, options.minivisor, common, options);
  if (monitor === undefined) throw usage('name a monitor, or a folder of submissions');
  if (!grader.isOwn(monitor) && !existsSync(monitor))
    throw badInput(`${monitor}: no such file, and no monitor of ours by that name`);
  const isClass =
    !grader.isOwn(monitor) && statSync(monitor).isDirectory() && grader.monitorIn(monitor) === undefined;
  if (isClass) return gradeFolder(grader, monitor, { ...options, jobs, common });
  return gradeOne(grader, monitor, common, options);
}

/** A detector is a guest: it runs in a machine, and can harm nothing. */
async function gradeDetectorFile(
  monitor: string | undefined,
  file: string,
  json: boolean | undefined,
): Promise<number> {
  if (monitor !== undefined) throw usage('--detector names the guest; name no monitor');
  const { gradeDetector, formatDetectorGrade, detectorMemory } = await loadCourse();
  const grade = gradeDetector(await loadGuest(file, detectorMemory));
  const document = { format: 'ringlab-detector', version: 1, detector: file, ...grade };
  print(json ? `${JSON.stringify(document)}\n` : formatDetectorGrade(grade));
  return grade.score === 100 ? EXIT.DONE : EXIT.CHECK_FAILED;
}

/** Ring-0 software is no submission that could harm this machine: it is graded as our own monitors are. */
async function gradeMinivisor(
  grader: Grader,
  file: string,
  common: GradingOptions,
  options: GradeVerbOptions,
): Promise<number> {
  if (Math.max(common.stage ?? 0, common.only ?? 0) >= lastStage)
    throw usage(`--minivisor has stages 1 to ${lastStage - 1}: all but translation`);
  return gradeOne(grader, file, common, options, await loadRingMonitor(file));
}

async function gradeOne(
  grader: Grader,
  monitor: string,
  common: GradingOptions,
  options: GradeVerbOptions,
  ring?: Image,
): Promise<number> {
  const { json, junit, gradescope, save, guest } = options;
  for (const path of [junit, gradescope, save]) if (path !== undefined) mustBeWritable(path);
  const graded = await grader.grade({
    ...common,
    monitor,
    ...(ring === undefined ? {} : { ring }),
    ...(save === undefined ? {} : { guestFile: save }),
    ...(guest === undefined ? {} : { guest: await loadGuest(guest) }),
    progress: showProgress,
  });
  showProgress('');
  const found = grader.guestToMend(graded);
  const encode = (text: string) => new TextEncoder().encode(text);
  if (save !== undefined && found !== undefined) writeOutput(save, encode(found));
  if (junit !== undefined) writeOutput(junit, encode(grader.gradeJunit(graded)));
  if (gradescope !== undefined)
    writeOutput(gradescope, encode(`${JSON.stringify(grader.gradeGradescope(graded), null, 2)}\n`));
  print(json ? `${JSON.stringify(grader.gradeDocument(graded))}\n` : grader.formatGrade(graded));
  return graded.score === 100 ? EXIT.DONE : EXIT.CHECK_FAILED;
}

function isLayer(name: string): name is Layer {
  return (layerNames as readonly string[]).includes(name);
}

function parseSandbox(text: string): SandboxChoice {
  if (text === 'auto' || text === 'strict') return { kind: text };
  const layers = text.split(',');
  if (layers.every(isLayer)) return { kind: 'only', layers };
  throw new InvalidArgumentError(`expected auto, strict, or some of ${layerNames.join(',')}`);
}

function parseShard(text: string): Shard {
  const [nth = 0, of = 0, ...rest] = text.split('/').map(Number);
  const isWhole = Number.isSafeInteger(nth) && Number.isSafeInteger(of) && rest.length === 0;
  if (!isWhole || nth < 1 || nth > of)
    throw new InvalidArgumentError('expected i/n with i from 1 to n, like 2/8');
  return { nth, of };
}

/** Bytes of memory of the guest given with --guest. */
const guestMemory = 2 ** 17;

async function loadGuest(file: string, memory = guestMemory): Promise<Image> {
  const image = await loadFile(file);
  const end = Math.max(...image.segments.map(({ address, size }) => address + size));
  if (end > memory) {
    throw badInput(
      `${file}: it reaches address 0x${end.toString(16)}; a guest to grade with has 0x${memory.toString(16)} bytes`,
    );
  }
  return image;
}
