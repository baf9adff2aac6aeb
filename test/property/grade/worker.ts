/** The grader's worker: loads the monitor and does one task after the other, telling of each. grade.ts has the clock. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Image } from '../../../isa/machine/image.ts';
import { ownMonitor } from '../own.ts';
import { sizeOf } from '../print.ts';
import { writtenProgram } from '../program.ts';
import { type Counterexample, efficiency, equivalence, resourceControl } from '../properties.ts';
import { describeCounterexample } from '../report.ts';
import type { Candidate } from '../subject.ts';
import { loadSubmission, SubmissionError, UnreadableError } from './sandbox.ts';
import { type Found, type Outcome, stageOf, type Task } from './tasks.ts';

export interface Assignment {
  /** A strategy of ours, or a submission's file. */
  readonly own: string | undefined;
  readonly path: string;
  /** Folder that the submission may import from. */
  readonly root: string;
  /** The bundle of kit.ts. */
  readonly kit: string;
  readonly name: string;
  /** As the user named it. */
  readonly as: string;
  readonly seed: number;
  readonly cases: number;
  readonly from: number;
  readonly tasks: readonly Task[];
  /** Stages whose guests are not equal, as is known already. */
  readonly failed: readonly number[];
  /** A guest that somebody wrote, instead of random ones. */
  readonly guest: Image | undefined;
}

export type Message =
  /** The worker runs; the submission is next. */
  | { readonly kind: 'started' }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'began'; readonly task: Task }
  | { readonly kind: 'found'; readonly found: Found; readonly cases: number }
  | { readonly kind: 'done'; readonly outcome: Outcome; readonly printed: number }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

const properties = { equivalence, resourceControl, efficiency };

/** Steps of a guest that somebody wrote that are looked at. */
const writtenSteps = 20_000;

/** Microseconds of processor time for making a guest smaller. */
const shrinkTime = 4_000_000;

/** Those that this process has had, in which nobody else works meanwhile. */
function worked(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const assignment = workerData as Assignment;
const tell = (message: Message) => parentPort?.postMessage(message);

function foundOf(found: Counterexample, task: Task): Found {
  const { name, seed, as } = assignment;
  const stage = `--only ${task.stage}`;
  const replay =
    assignment.guest !== undefined
      ? []
      : [`ringlab grade ${as} ${stage} --seed ${seed} --from ${found.case} --cases 1`];
  return {
    seed: found.seed,
    case: found.case,
    reason: found.reason,
    step: found.explanation?.step,
    instruction: found.explanation?.instruction,
    differences: found.explanation?.differences ?? found.differences,
    guest: describeCounterexample(found, name, replay),
    size: sizeOf(found.program),
  };
}

/** Compares seldom, often and after every step: what is due at the end of a turn may hide a mistake, or be one. */
const strides = [writtenSteps, 7, 1];

function written(image: Image) {
  const guests = (_: number, n: number) => writtenProgram(image, strides[n] as number, writtenSteps);
  return { guests, from: 0, cases: strides.length, shrinks: 0 };
}

function perform(task: Task, candidate: Candidate): Outcome {
  const { seed, cases, from, guest } = assignment;
  const { variant, profile, byBlocks } = stageOf(task);
  let deadline = Number.POSITIVE_INFINITY;
  const result = properties[task.property](candidate, {
    seed,
    cases,
    from,
    variants: [variant],
    profile,
    byBlocks,
    onFound: (found) => {
      deadline = worked() + shrinkTime;
      tell({ kind: 'found', found: foundOf(found, task), cases: found.case - from + 1 });
    },
    patient: () => worked() < deadline,
    ...(guest === undefined ? {} : written(guest)),
  });
  const { passed, counterexample } = result;
  const outcome = { task, passed, cases: result.cases };
  return counterexample === undefined ? outcome : { ...outcome, found: foundOf(counterexample, task) };
}

async function work(): Promise<void> {
  tell({ kind: 'started' });
  const { own, path, root, kit, tasks, failed: known } = assignment;
  const { candidate, printed } =
    own === undefined
      ? await loadSubmission(path, kit, root)
      : { candidate: ownMonitor({ strategy: own }), printed: () => 0 };
  tell({ kind: 'loaded' });
  const failed = new Set(known);
  for (const task of tasks) {
    tell({ kind: 'began', task });
    const isHollow = failed.has(task.stage);
    const outcome: Outcome = isHollow
      ? { task, passed: false, cases: 0, problem: 'not asked, for the guest is not equal' }
      : perform(task, candidate);
    if (!outcome.passed && task.property === 'equivalence') failed.add(task.stage);
    tell({ kind: 'done', outcome, printed: printed() });
  }
}

work().catch((error: unknown) => {
  if (error instanceof SubmissionError) tell({ kind: 'refused', reason: error.message });
  else if (error instanceof UnreadableError) tell({ kind: 'unreadable', reason: error.message });
  else
    tell({ kind: 'broken', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
});
