/**
 * The measurement. In each round, every contender runs every kernel in turn, so that other
 * load on the host affects all of them in the same way. The result is the median of the rounds. The output of
 * every run is checked.
 */
import { type Kernel, type Mode, type Size, startUp, type Work } from './catalogue.ts';
import type { Contender, ContenderName } from './contenders.ts';
import { wrongResult } from './failure.ts';
import type { KernelResult } from './run-kernel.ts';
import { median } from './statistics.ts';

export interface Plan {
  readonly kernels: readonly Kernel[];
  readonly contenders: readonly Contender[];
  readonly runs: number;
  readonly size: Exclude<Size, 'short'>;
  /** Called before each run. */
  readonly progress: (text: string) => void;
}

/** One kernel on one contender. Times in seconds. */
export interface Entry {
  readonly kernel: string;
  readonly mode: Mode;
  readonly contender: ContenderName;
  /** The time of each run, as measured. */
  readonly seconds: readonly number[];
  /**
   * Their median. For a peer, its start-up is subtracted; null if the rest is less than the start-up
   * itself, because that is too little to compare. For a run with a step limit, the time that the whole run would take.
   */
  readonly median: number | null;
  /** Steps of one run; null for a peer. */
  readonly steps: number | null;
  /** Whether `median` was calculated from a part of the kernel's steps. */
  readonly scaled: boolean;
  readonly statistics: KernelResult['statistics'] | null;
}

export interface Measurement {
  readonly entries: readonly Entry[];
  /** The start-up of each peer: the shortest time of the kernel that does nothing, in seconds. */
  readonly startUp: Readonly<Partial<Record<ContenderName, number>>>;
}

/** Steps after which the interpreter is stopped. */
export const interpreterSteps = { quick: 20_000_000, full: 100_000_000 } as const;

interface Series {
  readonly kernel: Kernel;
  readonly contender: Contender;
  readonly results: KernelResult[];
}

/** Makes all measurements. Throws BenchFailure if a run does not print what it should. */
export async function measure(plan: Plan): Promise<Measurement> {
  const series = plan.kernels.flatMap((kernel) =>
    plan.contenders
      .filter(({ mode }) => kernel.modes.includes(mode))
      .map((contender): Series => ({ kernel, contender, results: [] })),
  );
  const starts = plan.contenders
    .filter(({ peer }) => peer)
    .map((contender): { contender: Contender; seconds: number[] } => ({ contender, seconds: [] }));
  for (let round = 1; round <= plan.runs; round++) {
    for (const { contender, seconds } of starts) seconds.push((await contender.run(startUp, 1)).seconds);
    for (const one of series) {
      plan.progress(`round ${round} of ${plan.runs}: ${one.kernel.name}, ${one.contender.name}`);
      one.results.push(await runOnce(one, plan.size));
    }
  }
  const startUps = Object.fromEntries(starts.map((one) => [one.contender.name, Math.min(...one.seconds)]));
  return { entries: series.map((one) => summarize(one, series, startUps)), startUp: startUps };
}

async function runOnce({ kernel, contender }: Series, size: Plan['size']): Promise<KernelResult> {
  const limit = contender.name === 'interpreter' ? interpreterSteps[size] : undefined;
  const work: Work = kernel[size];
  const result = await contender.run(kernel.name, work.repeat, limit);
  if (result.prints !== undefined && result.prints !== work.prints) {
    throw wrongResult(
      `${kernel.name} on ${contender.name} (${contender.mode} mode) printed "${result.prints}", not "${work.prints}"`,
    );
  }
  return result;
}

function summarize(
  { kernel, contender, results }: Series,
  all: readonly Series[],
  startUps: Measurement['startUp'],
): Entry {
  const { name, mode, peer } = contender;
  const seconds = results.map((result) => result.seconds);
  const last = results.at(-1) as KernelResult;
  const scaled = last.prints === undefined;
  const whole = all.find(
    (one) => one.kernel === kernel && one.contender.mode === mode && one.contender.name === 'fast',
  );
  const factor = scaled ? (whole?.results[0]?.steps ?? Number.NaN) / last.steps : 1;
  const middle = median(seconds) * factor;
  const start = startUps[name] ?? 0;
  return {
    kernel: kernel.name,
    mode,
    contender: name,
    seconds,
    median: peer && middle - start < start ? null : middle - start,
    steps: peer ? null : last.steps,
    scaled,
    statistics: last.statistics ?? null,
  };
}
