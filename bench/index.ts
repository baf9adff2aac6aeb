/** The benchmarks: whole kernels side by side with peers (here), and the parts one by one (parts/). */
import { chooseKernels } from './catalogue.ts';
import { openField } from './contenders.ts';
import { describeHost } from './host.ts';
import { measure } from './measure.ts';
import { formatReport, formatStatistics, meansOf, type Report } from './report.ts';

export interface BenchOptions {
  /** Kernels to measure; default all. */
  readonly only?: readonly string[];
  /** Runs of each; default 5. */
  readonly runs?: number;
  /** A tenth of the work. */
  readonly quick?: boolean;
  /** Told what is being done. */
  readonly progress: (text: string) => void;
}

/** Measures whole kernels. Throws BenchFailure. */
export async function benchKernels(options: BenchOptions): Promise<Report> {
  const kernels = chooseKernels(options.only);
  const { runs = 5, progress } = options;
  const size = options.quick ? 'quick' : 'full';
  progress('building the native programs');
  const { contenders, absent, versions, close } = await openField();
  try {
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
  } finally {
    close();
  }
}

export { formatReport, formatStatistics };
export { benchMonitors, formatMonitors } from './monitors.ts';
export { benchParts, formatParts } from './parts/index.ts';
