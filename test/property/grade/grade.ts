/**
 * Grades a monitor. A submission's monitor runs in a process of its own (confinement.ts), and what is judged is what it did,
 * done again here (replay.ts). Whatever happens there, there is a grade at the end.
 */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Layer, SubmissionOptions } from '../../../cli/grader.ts';
import type { Image } from '../../../isa/machine/image.ts';
import { printable } from '../../../isa/machine/printable.ts';
import type { Asked } from '../judge.ts';
import { ownMonitor } from '../own.ts';
import { sizeOf } from '../print.ts';
import { type Program, writtenProgram } from '../program.ts';
import {
  type Counterexample,
  type Inquiry,
  inquiries,
  type PropertyOptions,
  type PropertyResult,
} from '../properties.ts';
import { describeCounterexample } from '../report.ts';
import { ringMonitor } from '../ring-monitor.ts';
import { sound } from '../sound.ts';
import { stages } from '../stages.ts';
import type { Candidate } from '../subject.ts';
import { bundled } from './bundled.ts';
import type { Snapshot } from './folder.ts';
import type { EndReason } from './confinement.ts';
import { RemoteCandidate } from './remote.ts';
import { type Refusal, SubmissionError } from './refusal.ts';
import { SubmissionFiles } from './submission.ts';
import { type Found, type Outcome, scoreOf, stageOf, type Task, tasksFor } from './tasks.ts';

export interface GradeOptions extends SubmissionOptions {
  /** Its files, if they are not to be read from there. */
  readonly snapshot?: Snapshot;
  /** What the reports call the monitor; default its file's name. */
  readonly name?: string;
}

export interface Grade {
  readonly monitor: string;
  readonly score: number;
  readonly outcomes: readonly Outcome[];
  /** Why it was not asked anything. */
  readonly refused: Refusal | undefined;
  /** Characters that the monitor printed. */
  readonly printed: number;
  /** The layers that were around its process; none for a monitor of ours, which runs here. */
  readonly layers: readonly Layer[];
}

/** Names of our own monitors. */
export function isOwn(monitor: string): boolean {
  return sound.some(({ strategy }) => strategy === monitor);
}

/** Limits after which nothing more is asked. */
const mostLimits = 2;

/** Seconds of processor time that one guest may take, and guests for which `seconds` are meant. */
const secondsPerGuest = 5;
const usualCases = 100;

/** Stages of a monitor that is ring-0 software: all but translation. */
const ringStages = stages.length - 1;

function lastStageOf({ ring }: GradeOptions): number {
  return ring === undefined ? stages.length : ringStages;
}

/** Grades. */
export async function grade(options: GradeOptions): Promise<Grade> {
  const { monitor, stage = lastStageOf(options), guest } = options;
  const only = options.only ?? (guest === undefined ? undefined : stage);
  const tasks = tasksFor(stage)
    .filter((task) => only === undefined || task.stage === only)
    .filter((task) => guest === undefined || task.property !== 'efficiency');
  const here = candidateHere(options);
  if (here !== undefined) {
    const outcomes = await askAll(options, tasks, here, undefined);
    return { monitor, score: scoreOf(outcomes), outcomes, refused: undefined, printed: 0, layers: [] };
  }
  let refused: Refusal | undefined;
  let outcomes: Outcome[] = [];
  let remote: RemoteCandidate | undefined;
  try {
    remote = candidateFor(options, tasks.length);
    await remote.load();
    outcomes = await askAll(options, tasks, remote, remote);
  } catch (error) {
    if (!(error instanceof SubmissionError)) throw error;
    refused = { reason: error.reason, text: oneLine(error.message) };
    outcomes = tasks.map((task) => unasked(task, 'not asked, for it could not be loaded'));
  } finally {
    remote?.close();
  }
  const layers = [...options.layers];
  return { monitor, score: scoreOf(outcomes), outcomes, refused, printed: remote?.printed ?? 0, layers };
}

/** A text that has something of the submission's in it, as a line that no terminal obeys. */
function oneLine(text: string): string {
  return printable(text.slice(0, 500).replaceAll(/\s+/g, ' '));
}

/** A candidate that needs no process of its own. */
function candidateHere({ monitor, ring, snapshot }: GradeOptions): Candidate | undefined {
  if (ring !== undefined) return ringMonitor(ring, basename(monitor));
  return snapshot === undefined && isOwn(monitor) ? ownMonitor({ strategy: monitor }) : undefined;
}

function candidateFor(options: GradeOptions, questions: number): RemoteCandidate {
  const { monitor, snapshot, cases, layers, megabytes } = options;
  const seconds = options.seconds * Math.max(1, Math.ceil(cases / usualCases));
  return new RemoteCandidate(basename(monitor), {
    files: snapshot === undefined ? SubmissionFiles.onDisk(resolve(monitor)) : SubmissionFiles.of(snapshot),
    child: bundled('grade-child.js'),
    kit: bundled('kit.js'),
    strip: bundled('strip.js'),
    layers,
    megabytes,
    seconds,
    // A guest that is too much for a process is asked once more, and the question is not over with that.
    secondsPerAnswer: Math.min(secondsPerGuest, options.seconds / 4),
    secondsInAll: seconds * (questions + 1),
  });
}

function unasked(task: Task, problem: string): Outcome {
  return { task, passed: false, cases: 0, problem };
}

/** One question after the other. */
async function askAll(
  options: GradeOptions,
  tasks: readonly Task[],
  candidate: Candidate,
  remote: RemoteCandidate | undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const limited = new Set<number>();
  const unequal = new Set<number>();
  for (const task of tasks) {
    options.progress?.(`stage ${task.stage}: ${task.property}`);
    // The stage's other properties would meet the limit again, and after two of them nobody waits for more.
    if (limited.has(task.stage) || limited.size >= mostLimits)
      outcomes.push(unasked(task, 'not asked, after the limit'));
    else if (unequal.has(task.stage) && task.property === 'efficiency')
      outcomes.push(unasked(task, 'not asked, for the guest is not equal'));
    else {
      const { outcome, isLimit } = await new Question(
        options,
        task,
        !unequal.has(task.stage),
        candidate,
        remote,
      ).ask();
      outcomes.push(outcome);
      if (isLimit) limited.add(task.stage);
      if (!outcome.passed && task.property === 'equivalence') unequal.add(task.stage);
    }
  }
  return outcomes;
}

/** Smaller guests that are tried, and steps that all of them together may have. */
const mostTries = 1500;
const mostSteps = 2_000_000;
/** Ends of its process in one question, after which no smaller guest is looked for. */
const mostEnds = 2;

/** Steps of a guest that somebody wrote that are looked at. */
const writtenSteps = 20_000;
/** Compares seldom, often and after every step: what is due at the end of a turn may hide a mistake, or be one. */
const strides = [writtenSteps, 7, 1];

function written(image: Image) {
  const guests = (_: number, n: number) => writtenProgram(image, strides[n] as number, writtenSteps);
  return { guests, from: 0, cases: strides.length, shrinks: 0 };
}

/** One property of one stage. */
class Question {
  readonly #options: GradeOptions;
  readonly #task: Task;
  /** Nothing is wrong with the stage's guests so far. */
  readonly #isEqual: boolean;
  readonly #candidate: Candidate;
  readonly #remote: RemoteCandidate | undefined;
  /** The guest that fails, before it is made smaller. */
  #found: Counterexample | undefined;
  /** How the submission's process ended. */
  #ended: EndReason | undefined;
  #cases = 0;
  #tries = 0;
  #steps = 0;

  constructor(
    options: GradeOptions,
    task: Task,
    isEqual: boolean,
    candidate: Candidate,
    remote: RemoteCandidate | undefined,
  ) {
    this.#options = options;
    this.#task = task;
    this.#isEqual = isEqual;
    this.#candidate = candidate;
    this.#remote = remote;
  }

  /** Asks it. `isLimit`: the process came to its end in it, and not because a guest was made smaller. */
  async ask(): Promise<{ outcome: Outcome; isLimit: boolean }> {
    const task = this.#task;
    const inquiry = inquiries[task.property](this.#candidate, this.#propertyOptions());
    this.#remote?.restart();
    const result = await this.#conduct(inquiry);
    if (result !== undefined) {
      const { passed, cases, counterexample } = result;
      const outcome = { task, passed, cases };
      if (counterexample === undefined) return { outcome, isLimit: false };
      return { outcome: { ...outcome, found: this.#tell(counterexample) }, isLimit: false };
    }
    const [found, ended] = [this.#found, this.#ended];
    // How many guests it ran until its time was up depends on the machine, so the number is not told.
    const cases = found === undefined && ended === 'time' ? 0 : this.#cases;
    const end = ended === undefined ? {} : { problem: this.#remote?.told(ended) ?? ended };
    const told = found === undefined ? end : { found: this.#tell(found) };
    return { outcome: { task, passed: false, cases, ...told }, isLimit: this.#tries === 0 };
  }

  #propertyOptions(): PropertyOptions {
    const { cases, from = 0, guest } = this.#options;
    const { variant, profile, byBlocks } = stageOf(this.#task);
    return {
      seed: saltedSeed(this.#options),
      cases,
      from,
      variants: [variant],
      profile,
      byBlocks,
      equal: this.#isEqual,
      onCase: (done) => {
        this.#cases = done;
      },
      onFound: (found) => {
        this.#found = found;
      },
      patient: () =>
        this.#tries < mostTries && this.#steps < mostSteps && this.#remote?.failedAtOnce !== true,
      ...(guest === undefined ? {} : written(guest)),
    };
  }

  /**
   * Puts each guest to the submission's process before it is judged. Undefined: the process ended in the middle. That may
   * happen once while the guest that fails is made smaller; the smallest until then is the one that is told of. A process whose
   * time is up answers nothing more.
   */
  async #conduct(inquiry: Inquiry): Promise<PropertyResult | undefined> {
    const remote = this.#remote;
    let ends = 0;
    for (let next = inquiry.next(); ; next = inquiry.next()) {
      if (next.done === true) return next.value;
      if (ends > 0 && this.#tries === 0) return undefined;
      const asked: Asked = next.value;
      if (this.#found !== undefined) {
        // To make it smaller has a time of its own, so that it is seldom the machine's speed that decides how small it gets.
        if (this.#tries === 0) remote?.restart();
        this.#tries += 1;
        this.#steps += asked.steps.at(-1) ?? 0;
      }
      await remote?.prepare(asked);
      if (remote?.ended === undefined) continue;
      ends += 1;
      this.#ended = remote.ended;
      if (remote.ended === 'time' || ends >= mostEnds) return undefined;
      if (this.#tries > 0) this.#tries = mostTries;
    }
  }

  #tell(found: Counterexample): Found {
    const { monitor, name = basename(monitor), guest, guestFile = 'guest.s' } = this.#options;
    const { stage, property } = this.#task;
    const isRepeated = guest === undefined && property !== 'efficiency';
    const flag = this.#options.ring === undefined ? '' : '--minivisor ';
    const replay = isRepeated ? [`ringlab grade ${flag}${monitor} --only ${stage} --guest ${guestFile}`] : [];
    return {
      case: found.case,
      reason: found.reason,
      rule: found.explanation?.rule,
      step: found.explanation?.step,
      instruction: found.explanation?.instruction,
      differences: found.explanation?.differences ?? found.differences,
      guest: describeCounterexample(found, name, nameOf(found.program), replay),
      size: sizeOf(found.program),
    };
  }
}

/** The seed of the guests: without salt, the one that was given. */
function saltedSeed({ seed, salt }: GradeOptions): number {
  if (salt === undefined) return seed;
  return createHash('sha256').update(`${seed} ${salt}`).digest().readUInt32LE(0);
}

/** A guest's name: the same guest has the same one everywhere, and it tells nothing of the seed. */
function nameOf(program: Program): string | undefined {
  if (program.image !== undefined) return undefined;
  return `guest ${createHash('sha256').update(JSON.stringify(program)).digest('hex').slice(0, 8)}`;
}
