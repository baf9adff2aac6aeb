/** `grade`: the grader, which is a part of the bundle of its own, and a class's submissions graded by it. */
import { EXIT, Failure, usage } from './failure.ts';
import type {
  ClassFolder,
  GradingOptions,
  Layer,
  QueueOptions,
  SandboxChoice,
  Shard,
  SubmissionOptions,
} from './grader.ts';
import { importOutside } from './outside.ts';
import { note, print } from './output.ts';
import { showProgress } from './progress.ts';

type Layers = ReadonlySet<Layer>;

interface Grade {
  readonly score: number;
}

/** The functions of test/property/grade/index.ts that are called here. */
export interface Grader {
  isOwn(monitor: string): boolean;
  monitorIn(folder: string): string | undefined;
  grade(options: SubmissionOptions): Promise<Grade>;
  gradeClass(
    options: ClassFolder & {
      readonly grade: GradingOptions;
      readonly progress?: (progress: object) => void;
    },
  ): Promise<{
    readonly rows: readonly object[];
    readonly fresh: number;
    readonly faults: readonly string[];
    readonly document: object | undefined;
  }>;
  progressText(progress: object): string;
  workOnQueue(queue: QueueOptions, jobs: number, layers: Layers, stopped: Promise<void>): Promise<void>;
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
export async function loadGrader(): Promise<Grader> {
  return (await importOutside(new URL('./grade.js', import.meta.url))) as Grader;
}

/** Throws a Failure when a layer that is demanded cannot be had here. */
export function layersFor(grader: Grader, choice: SandboxChoice): Layers {
  const { layers, missing } = grader.chooseLayers(choice, grader.availableLayers());
  if (missing.length === 0) return layers;
  const how = missing.includes('namespace')
    ? '; install bubblewrap, and let this user (or this container) make namespaces'
    : '';
  throw new Failure(EXIT.UNREACHABLE, `the sandbox has no ${missing.join(' and no ')} here${how}`);
}

interface FolderOptions {
  readonly jobs: number;
  readonly out?: string;
  readonly shard?: Shard;
  readonly queue?: string;
  readonly json?: boolean;
  readonly junit?: string;
  readonly gradescope?: string;
  readonly guest?: string;
  readonly save?: string;
  readonly common: GradingOptions;
}

/** Grades a class. The status is 0 when every submission has its grade, whatever that is. */
export async function gradeFolder(grader: Grader, folder: string, options: FolderOptions): Promise<number> {
  const { out = 'grades', jobs, shard, queue, json, common } = options;
  for (const name of ['junit', 'gradescope', 'guest', 'save'] as const) {
    if (options[name] !== undefined)
      throw usage(`--${name} is for one monitor, and ${folder} is a folder of submissions`);
  }
  const { rows, fresh, faults, document } = await grader.gradeClass({
    folder,
    out,
    jobs,
    grade: common,
    ...(shard === undefined ? {} : { shard }),
    ...(queue === undefined ? {} : { queue: { url: queue, from: process.cwd() } }),
    progress: (progress) => showProgress(grader.progressText(progress)),
  });
  showProgress('');
  if (rows.length === 0) throw new Failure(EXIT.BAD_INPUT, `${folder}: there is no submission in it`);
  for (const fault of faults) note(`not graded: ${fault}`);
  const counted = `${rows.length} submissions, ${fresh} graded now`;
  if (json && document !== undefined) print(`${JSON.stringify(document)}\n`);
  else if (document === undefined) print(`${counted}; results in ${out}\n`);
  else print(`${counted}; tables and feedback in ${out}\n`);
  return faults.length === 0 ? EXIT.DONE : EXIT.OUR_FAULT;
}

/** Works on a queue until a signal says that it is enough; what is begun is finished. */
export async function workFor(
  grader: Grader,
  { queue, jobs, layers }: { readonly queue: string; readonly jobs: number; readonly layers: Layers },
): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await grader.workOnQueue({ url: queue, from: process.cwd() }, jobs, layers, stopped);
  return EXIT.DONE;
}
