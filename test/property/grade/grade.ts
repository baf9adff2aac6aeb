/**
 * Grades a monitor: its tasks in a worker that has limits of time and memory, started anew
 * after a task that reached one. Whatever the monitor does, there is a grade at the end.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Image } from '../../../isa/machine/image.ts';
import { sound } from '../sound.ts';
import { stages } from '../stages.ts';
import { type Found, type Outcome, scoreOf, type Task, tasksFor } from './tasks.ts';
import type { Assignment, Message } from './worker.ts';

export interface GradeOptions {
  /** A strategy of ours, or a file. */
  readonly monitor: string;
  /** Stages 1 to this one; default all. */
  readonly stage?: number;
  /** One stage alone. */
  readonly only?: number;
  readonly seed: number;
  /** Cases of each property of each stage. */
  readonly cases: number;
  readonly from?: number;
  /** Seconds of processor time that one property of one stage may take. */
  readonly seconds: number;
  /** Megabytes that the monitor may use. */
  readonly megabytes: number;
  /** A guest that somebody wrote, to be asked about instead of random ones: one stage, and whether the guest is equal and stays in. */
  readonly guest?: Image;
  readonly progress?: (text: string) => void;
}

export interface Grade {
  readonly monitor: string;
  readonly seed: number;
  readonly score: number;
  readonly outcomes: readonly Outcome[];
  /** Why it could not be loaded. */
  readonly refused: string | undefined;
  /** Characters that the monitor printed. */
  readonly printed: number;
}

/** The submission is in a language that this Node does not read; it is not graded. */
class Unreadable extends Error {
  /** Bad input (cli/README.md). */
  readonly exitStatus = 65;
}

/** Names of our own monitors. */
export function isOwn(monitor: string): boolean {
  return sound.some(({ strategy }) => strategy === monitor);
}

const here = dirname(fileURLToPath(import.meta.url));

/** A file of the bundle, also when this runs from somewhere else in the checkout. */
function bundled(name: string): string {
  const places = [
    resolve(here, name),
    resolve(here, '../../../dist/bundle', name),
    resolve(here, '../../../bundle', name),
  ];
  return places.find((place) => existsSync(place)) ?? name;
}

/** How a worker ended: with all tasks done, or in the middle of one. */
interface Shift {
  readonly outcomes: Outcome[];
  refused?: string;
  printed: number;
}

/** Limits after which nothing more is asked. */
const mostLimits = 2;

/** Grades. Throws Unreadable, and Error when the fault is ours. */
export async function grade(options: GradeOptions): Promise<Grade> {
  const { monitor, seed, stage = stages.length, guest } = options;
  const only = options.only ?? (guest === undefined ? undefined : stage);
  const all = tasksFor(stage)
    .filter((task) => only === undefined || task.stage === only)
    .filter((task) => guest === undefined || task.property !== 'efficiency');
  const outcomes: Outcome[] = [];
  let refused: string | undefined;
  let [printed, limits] = [0, 0];
  while (outcomes.length < all.length && refused === undefined) {
    const shift = await work(options, all.slice(outcomes.length), outcomes);
    outcomes.push(...shift.outcomes);
    printed = Math.max(printed, shift.printed);
    refused = shift.refused;
    const last = outcomes.at(-1);
    if (last === undefined || last.passed || last.found !== undefined) continue;
    limits += 1;
    // The stage's other properties would meet the limit again, and after two of them nobody waits for more.
    for (const task of all.slice(outcomes.length)) {
      if (limits < mostLimits && task.stage !== last.task.stage) break;
      outcomes.push({ task, passed: false, cases: 0, problem: 'not asked, after the limit' });
    }
  }
  for (const task of all.slice(outcomes.length)) {
    outcomes.push({ task, passed: false, cases: 0, problem: 'not asked, for it could not be loaded' });
  }
  return { monitor, seed, score: scoreOf(outcomes), outcomes, refused, printed };
}

function assignmentFor(options: GradeOptions, tasks: readonly Task[], done: readonly Outcome[]): Assignment {
  const { monitor, seed, cases, from = 0 } = options;
  const path = resolve(monitor);
  return {
    own: isOwn(monitor) ? monitor : undefined,
    path,
    root: dirname(path),
    kit: readFileSync(bundled('kit.js'), 'utf8'),
    name: basename(monitor),
    as: monitor,
    seed,
    cases,
    from,
    tasks,
    guest: options.guest,
    failed: done
      .filter(({ passed, task }) => !passed && task.property === 'equivalence')
      .map(({ task }) => task.stage),
  };
}

/** How many times as long a question may take when the worker gets no processor, or waits for something. */
const patience = 20;

/** Counts the processor time of this process, in which nobody works but the worker: a busy machine makes it no longer. */
class Stopwatch {
  readonly #began = process.cpuUsage();
  readonly #beganAt = performance.now();

  /** Whether so many seconds were worked since it was made. One that only waits has longer, but not for ever. */
  isOver(seconds: number): boolean {
    const { user, system } = process.cpuUsage(this.#began);
    return user + system > 1e6 * seconds || performance.now() - this.#beganAt > 1000 * seconds * patience;
  }
}

/** One worker, until it has done its tasks or reached a limit. */
function work(options: GradeOptions, tasks: readonly Task[], done: readonly Outcome[]): Promise<Shift> {
  const worker = new Worker(bundled('grade-worker.js'), {
    workerData: assignmentFor(options, tasks, done),
    execArgv: ['--experimental-vm-modules', '--no-warnings'],
    resourceLimits: { maxOldGenerationSizeMb: options.megabytes, maxYoungGenerationSizeMb: 64 },
    stdout: true,
    stderr: true,
    stdin: false,
    env: {},
  });
  const shift: Shift = { outcomes: [], printed: 0 };
  let current: Task | undefined;
  let found: { found: Found; cases: number } | undefined;
  let stopwatch: Stopwatch | undefined; // The worker's own start is not the submission's time.
  const before = process.memoryUsage.rss();

  return new Promise((resolveShift, reject) => {
    let isOver = false;
    const end = (problem?: string) => {
      if (isOver) return;
      isOver = true;
      clearInterval(clock);
      void worker.terminate();
      if (problem !== undefined && current === undefined) shift.refused = `it cannot be loaded: ${problem}`;
      else if (problem !== undefined && current !== undefined) {
        const base = { task: current, passed: false, cases: found?.cases ?? 0 };
        shift.outcomes.push(found === undefined ? { ...base, problem } : { ...base, found: found.found });
      }
      resolveShift(shift);
    };
    const clock = setInterval(() => {
      if (stopwatch?.isOver(options.seconds)) end(`it did not end within ${options.seconds} seconds`);
      else if (process.memoryUsage.rss() - before > (options.megabytes + 256) * 2 ** 20)
        end(`it used more than ${options.megabytes} MB`);
    }, 50);
    const hear = (message: Message) => {
      stopwatch = new Stopwatch();
      if (message.kind === 'began') {
        current = message.task;
        found = undefined;
        options.progress?.(`stage ${current.stage}: ${current.property}`);
      } else if (message.kind === 'found') found = message;
      else if (message.kind === 'done') {
        shift.outcomes.push(message.outcome);
        shift.printed = message.printed;
        current = undefined;
        if (shift.outcomes.length === tasks.length) end();
      } else if (message.kind === 'refused') {
        shift.refused = message.reason;
        end();
      } else if (message.kind === 'unreadable') {
        isOver = true;
        clearInterval(clock);
        reject(new Unreadable(message.reason));
      } else if (message.kind === 'broken') {
        clearInterval(clock);
        reject(new Error(message.reason));
      }
    };
    worker.on('message', hear);
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') end(`it used more than ${options.megabytes} MB`);
      else end(`it broke the worker: ${error.message}`);
    });
    worker.on('exit', () => end('it ended the worker'));
  });
}
