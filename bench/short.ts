/**
 * Measures very short runs, which are what a student makes most of the time, and some that take a little longer. It measures
 * the whole command, including Node's start, on the interpreter and on the fast engine in turn. This shows whether
 * compiling costs more time than it saves.
 */
import { chooseKernels, cliFile, guestFolder, kernelFile } from './catalogue.ts';
import { wrongResult } from './failure.ts';
import { describeHost, type Host } from './host.ts';
import { type Ended, runProgram } from './spawn.ts';
import { median } from './statistics.ts';
import { formatRatio, formatTable } from './table.ts';

type EngineName = 'interpreter' | 'fast';

/** One program; times in seconds, medians of whole commands. */
export interface ShortResult extends Readonly<Record<EngineName, number>> {
  readonly program: string;
}

export interface ShortBench {
  readonly format: 'ringlab-bench-short';
  readonly version: 1;
  readonly host: Host;
  readonly runs: number;
  readonly results: readonly ShortResult[];
}

export interface ShortBenchOptions {
  /** Kernels to measure, without guests; default: all kernels and some guests. */
  readonly only?: readonly string[];
  /** Runs of each; default 5. */
  readonly runs?: number;
  readonly progress: (text: string) => void;
}

const guests = ['hello.s', 'relocation.s', 'kernel/kernel.s'] as const;

/**
 * Kernels with much code also run longer, until all hot code is compiled and has saved the time that compiling cost.
 */
const longer: Readonly<Record<string, readonly number[]>> = { mixed: [3, 10, 30], sha256: [3], strings: [3] };

interface Program {
  readonly name: string;
  /** Arguments of `ringlab run`. */
  readonly args: readonly string[];
  /** What it prints, without the last line end; undefined if unknown. */
  readonly prints?: string;
}

/** Measures the shortest runs of kernels, and guests. Throws BenchFailure. */
export async function benchShort(options: ShortBenchOptions): Promise<ShortBench> {
  const { runs = 5, progress } = options;
  const programs = programsOf(options.only);
  const times = programs.map(() => ({ interpreter: [] as number[], fast: [] as number[] }));
  for (let round = 1; round <= runs; round++) {
    for (const [n, program] of programs.entries()) {
      progress(`round ${round} of ${runs}: ${program.name}`);
      const [slow, fast] = [await run(program, 'interpreter'), await run(program, 'fast')];
      if (slow.output !== fast.output)
        throw wrongResult(`${program.name}: the engines do not print the same`);
      times[n]?.interpreter.push(slow.seconds);
      times[n]?.fast.push(fast.seconds);
    }
  }
  const results = programs.map(({ name }, n) => ({
    program: name,
    interpreter: median(times[n]?.interpreter ?? []),
    fast: median(times[n]?.fast ?? []),
  }));
  return { format: 'ringlab-bench-short', version: 1, host: describeHost(), runs, results };
}

function programsOf(only: readonly string[] | undefined): readonly Program[] {
  const kernels = chooseKernels(only).filter(({ modes }) => modes.includes('process'));
  return [
    ...(only === undefined ? guests : []).map((name) => ({ name, args: [`${guestFolder()}${name}`] })),
    ...kernels.flatMap(({ name, short: { repeat, prints } }) => [
      { name, args: argsOf(name, repeat), prints },
      ...(longer[name] ?? []).map((n) => ({ name: `${name} x ${n}`, args: argsOf(name, n) })),
    ]),
  ];
}

function argsOf(kernel: string, repeat: number): string[] {
  return ['--process', kernelFile(kernel, 'process'), String(repeat)];
}

async function run({ name, args, prints }: Program, engine: EngineName): Promise<Ended> {
  const command = [cliFile(), 'run', '--engine', engine, ...args];
  const ended = await runProgram(process.execPath, command);
  if (ended?.status !== 0 || (prints !== undefined && ended.output.trim() !== prints))
    throw wrongResult(
      `${name}, ${engine}: it did not end as it should: ${ended?.errors.split('\n')[0] ?? ''}`,
    );
  return ended;
}

/** The results as a table of at most 80 columns. */
export function formatShort({ host, runs, results }: ShortBench): string {
  const rows = results.map(({ program, interpreter, fast }) => [
    program,
    interpreter.toFixed(3),
    fast.toFixed(3),
    formatRatio(fast / interpreter),
  ]);
  return [
    `${host.cpu}, ${host.cores} cores; Node ${host.node}; ${host.system}\n`,
    `Medians of ${runs} ${runs === 1 ? 'run' : 'runs'}; seconds of the whole command.\n\n`,
    formatTable([['program', 'interpreter', 'fast', 'ratio'], ...rows]),
  ].join('');
}
