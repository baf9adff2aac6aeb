/** The benchmarks: whole kernels in comparison with peers (here), and single parts of ringlab (parts/). */
import { unreachable } from './failure.ts';
import { chooseKernels } from './catalogue.ts';
import { openField } from './contenders.ts';
import { describeHost } from './host.ts';
import { measure } from './measure.ts';
import type { NanoOptions, NanoReport } from './nano.ts';
import type { NestingOptions, NestingResult } from './nesting.ts';
import type { SnapshotBench, SnapshotBenchOptions } from './snapshots.ts';
import type { TimelineOptions } from './timeline.ts';
import type { TimelineResult } from './timeline-kinds.ts';
import { formatReport, formatStatistics, meansOf, type Report } from './report.ts';
import { withFolder } from './temporary.ts';

export interface BenchOptions {
  /** Kernels to measure; default all. */
  readonly only?: readonly string[];
  /** Runs of each; default 5. */
  readonly runs?: number;
  /** Do a tenth of the work. */
  readonly quick?: boolean;
  /** Called with a text about what is being done. */
  readonly progress: (text: string) => void;
}

/** Measures whole kernels. Throws BenchFailure. */
export async function benchKernels(options: BenchOptions): Promise<Report> {
  const kernels = chooseKernels(options.only);
  const { runs = 5, progress } = options;
  const size = options.quick ? 'quick' : 'full';
  return await withFolder(async (folder) => {
    progress('building the native programs');
    const { contenders, absent, versions } = await openField(folder);
    const measurement = await measure({ kernels, contenders, runs, size, progress });
    const means = meansOf(measurement.entries);
    const host = describeHost();
    return {
      format: 'ringlab-bench',
      version: 1,
      host,
      runs,
      size,
      versions,
      absent,
      ...measurement,
      means,
    };
  });
}

/**
 * Measures single operations. Throws BenchFailure. In an installed package it always does, because the assembler's
 * modules are not there.
 */
export async function benchNano(options: NanoOptions): Promise<NanoReport> {
  try {
    const nano = await import('./nano.ts');
    return nano.benchNano(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw unreachable('--nano assembles its guests with modules that only a checkout has');
  }
}

/** Counts exit multiplication. Throws BenchFailure; in an installed package always, as `benchNano` does. */
export async function benchNesting(options: NestingOptions): Promise<readonly NestingResult[]> {
  try {
    const nesting = await import('./nesting.ts');
    return nesting.benchNesting(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw unreachable('--nesting assembles its guests with modules that only a checkout has');
  }
}

/** Runs guests under each technique of the timeline. Throws BenchFailure; in an installed package always, as `benchNano` does. */
export async function benchTimeline(options: TimelineOptions): Promise<readonly TimelineResult[]> {
  try {
    const timeline = await import('./timeline.ts');
    return timeline.benchTimeline(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw unreachable('--timeline assembles its guests with modules that only a checkout has');
  }
}

export { formatReport, formatStatistics };
export { benchMigration, formatMigration } from './migration.ts';
export { benchMonitors, formatMonitors } from './monitors.ts';
export { benchPrograms } from './programs.ts';
export { formatPrograms } from './programs-report.ts';
export { benchShort, formatShort } from './short.ts';
export { benchTimeTravel, formatTimeTravel } from './time-travel.ts';
export { formatNano } from './nano-report.ts';
export { formatNesting, formatNestingSvg } from './nesting-report.ts';
export { formatTimeline, formatTimelineSvg } from './timeline-report.ts';
export { benchParts, formatParts } from './parts/index.ts';

/** Measures snapshots and clones. Throws BenchFailure if a package that they need is not installed. */
export async function benchSnapshots(options: SnapshotBenchOptions): Promise<SnapshotBench> {
  return (await loadSnapshots()).benchSnapshots(options);
}

export async function formatSnapshots(results: SnapshotBench): Promise<string> {
  return (await loadSnapshots()).formatSnapshots(results);
}

/** Snapshots need a package that an installed ringlab contains only inside the bundle of the command line. */
async function loadSnapshots(): Promise<typeof import('./snapshots.ts')> {
  try {
    return await import('./snapshots.ts');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw unreachable('--snapshots needs cborg, a development dependency: use a checkout');
  }
}
