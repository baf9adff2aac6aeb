/** `ringlab bench`: measures the engines beside their peers, or one of the other benchmarks, and prints the results. */
import { createCommand, exitWith } from '../command.ts';
import { usage } from '../failure.ts';
import { mustBeWritable, writeOutput } from '../files.ts';
import { importOutside } from '../outside.ts';
import { defaulting, parseCount } from '../options.ts';
import { print } from '../output.ts';
import { showProgress } from '../progress.ts';

interface BenchVerbOptions {
  readonly runs?: number;
  readonly only?: string;
  readonly quick?: boolean;
  readonly parts?: boolean;
  readonly monitors?: boolean;
  readonly nano?: boolean;
  readonly nesting?: boolean;
  readonly timeline?: boolean;
  readonly svg?: string;
  readonly snapshots?: boolean;
  readonly migration?: boolean;
  readonly timeTravel?: boolean;
  readonly short?: boolean;
  readonly programs?: boolean;
  readonly stats?: boolean;
  readonly json?: boolean;
}

type Progress = (text: string) => void;

/** The functions of bench/index.ts that are called here. */
interface Bench {
  benchKernels(options: {
    readonly only?: readonly string[];
    readonly runs?: number;
    readonly quick?: boolean;
    readonly progress: Progress;
  }): Promise<object>;
  formatReport(report: object): string;
  formatStatistics(report: object): string;
  benchParts(progress: Progress): Promise<readonly object[]>;
  formatParts(results: readonly object[]): string;
  benchMonitors(options: {
    readonly only?: readonly string[];
    readonly runs?: number;
    readonly quick?: boolean;
    readonly progress: Progress;
  }): readonly object[];
  formatMonitors(results: readonly object[]): string;
  benchShort(options: {
    readonly only?: readonly string[];
    readonly runs?: number;
    readonly progress: Progress;
  }): Promise<object>;
  formatShort(results: object): string;
  benchPrograms(options: {
    readonly only?: readonly string[];
    readonly runs?: number;
    readonly quick?: boolean;
    readonly stats?: boolean;
    readonly progress: Progress;
  }): Promise<object>;
  formatPrograms(results: object): string;
  benchTimeTravel(options: {
    readonly only?: readonly string[];
    readonly quick?: boolean;
    readonly progress: Progress;
  }): object;
  formatTimeTravel(results: object): string;
  benchNano(options: {
    readonly only?: readonly string[];
    readonly runs?: number;
    readonly quick?: boolean;
    readonly progress: Progress;
  }): Promise<object>;
  formatNano(report: object): string;
  benchNesting(options: {
    readonly only?: readonly string[];
    readonly quick?: boolean;
    readonly progress: Progress;
  }): Promise<readonly object[]>;
  formatNesting(results: readonly object[]): string;
  formatNestingSvg(results: readonly object[]): string;
  benchTimeline(options: {
    readonly only?: readonly string[];
    readonly runs?: number;
    readonly progress: Progress;
  }): Promise<readonly object[]>;
  formatTimeline(results: readonly object[]): string;
  formatTimelineSvg(results: readonly object[]): string;
  benchSnapshots(options: { readonly runs?: number; readonly progress: Progress }): Promise<object>;
  formatSnapshots(results: object): Promise<string>;
  benchMigration(options: { readonly runs?: number; readonly progress: Progress }): Promise<object>;
  formatMigration(results: object): string;
}

/**
 * The benchmarks are not in the bundle: they start Node anew for every run, so they are
 * separate files, in dist/bench beside the bundle.
 */
async function loadBench(): Promise<Bench> {
  return (await importOutside(new URL('../bench/index.js', import.meta.url))) as Bench;
}

/** Benchmarks that run instead of the kernels, and the options that each takes. */
const kinds = {
  parts: [],
  monitors: ['only', 'runs', 'quick'],
  nano: ['only', 'runs', 'quick'],
  nesting: ['only', 'quick'],
  timeline: ['only', 'runs'],
  snapshots: ['runs'],
  migration: ['runs'],
  timeTravel: ['only', 'quick'],
  short: ['only', 'runs'],
  programs: ['only', 'runs', 'quick', 'stats'],
} as const satisfies Partial<Record<keyof BenchVerbOptions, readonly (keyof BenchVerbOptions)[]>>;
type Kind = keyof typeof kinds;

/** Throws a usage Failure for two benchmarks at once, or for an option that a benchmark does not take. */
function checkKind(options: BenchVerbOptions): void {
  const [kind, other] = (Object.keys(kinds) as Kind[]).filter((one) => options[one]);
  if (kind === undefined) return;
  if (other !== undefined)
    throw usage(`${flagOf(kind)} and ${flagOf(other)}: each is a benchmark by itself; give one of them`);
  const taken: readonly string[] = kinds[kind];
  const vain = (['only', 'runs', 'quick', 'stats'] as const).find(
    (option) => options[option] !== undefined && !taken.includes(option),
  );
  if (vain === undefined) return;
  const choice =
    taken.length === 0 ? 'none of --only, --runs, --quick and --stats' : taken.map(flagOf).join(', ');
  throw usage(`${flagOf(kind)} ${flagOf(vain)}: this benchmark takes ${choice}`);
}

export const command = createCommand(
  'bench',
  'Measure the engines; compare with native code and QEMU where they are installed',
)
  .addOption(defaulting('--runs <n>', 'Take the median of this many runs', '5', parseCount))
  .option('--only <kernels>', 'Measure only these kernels, programs or guests, separated by commas')
  .option('--quick', 'Do a tenth of the work')
  .option('--parts', 'Measure single parts: assemble, decode, interpret, compile, run, translate')
  .option('--short', 'Measure short runs: the whole command, with both engines')
  .option('--programs', 'Measure programs of real size: the whole command, at four lengths')
  .option('--time-travel', 'Measure recorded runs: the cost of recording and of going back')
  .option('--nano', 'Measure single operations of a supervisor, in every way to run it')
  .option('--migration', 'Measure moving a guest of 256 MiB; compare with a plain copy over TCP')
  .option('--snapshots', 'Measure taking, restoring and cloning snapshots; compare with a plain write')
  .option('--monitors', 'Measure the cost of a monitor: kernels on the bare machine and under one')
  .option('--nesting', 'Count exits when monitors that are guests are between the guest and the monitor')
  .option('--timeline', 'Run guests under each technique of fifty years: exits by cause, and time')
  .option('--svg <file>', 'With --nesting or --timeline: write a picture of the counts to this file')
  .option('--stats', "Print the fast engine's own counts as well")
  .option('--json', 'Print the results as JSON')
  .action(exitWith(bench));

async function bench(options: BenchVerbOptions): Promise<number> {
  if (options.runs === 0) throw usage('--runs 0: the median needs at least one run');
  checkKind(options);
  if (options.svg !== undefined) {
    if (!options.nesting && !options.timeline)
      throw usage('--svg draws the counts of --nesting and of --timeline; give one of them, too');
    mustBeWritable(options.svg);
  }
  const progress = showProgress;
  const { json, runs, only, quick } = options;
  const module = await loadBench();
  if (options.parts) {
    const results = await module.benchParts(progress).finally(() => progress(''));
    const document = { format: 'ringlab-bench-parts', version: 1, results };
    print(json ? `${JSON.stringify(document)}\n` : module.formatParts(results));
    return 0;
  }
  const choice = {
    progress,
    ...(only === undefined ? {} : { only: only.split(',') }),
    ...(runs === undefined ? {} : { runs }),
    ...(quick === undefined ? {} : { quick }),
  };
  if (options.monitors) {
    const results = module.benchMonitors(choice);
    progress('');
    const document = { format: 'ringlab-bench-monitors', version: 1, results };
    print(json ? `${JSON.stringify(document)}\n` : module.formatMonitors(results));
    return 0;
  }
  if (options.nano) {
    const results = await module.benchNano(choice).finally(() => progress(''));
    print(json ? `${JSON.stringify(results)}\n` : module.formatNano(results));
    return 0;
  }
  if (options.nesting) {
    const results = await module.benchNesting(choice).finally(() => progress(''));
    if (options.svg !== undefined)
      writeOutput(options.svg, new TextEncoder().encode(module.formatNestingSvg(results)));
    const document = { format: 'ringlab-bench-nesting', version: 1, results };
    print(json ? `${JSON.stringify(document)}\n` : module.formatNesting(results));
    return 0;
  }
  if (options.timeline) {
    const results = await module.benchTimeline(choice).finally(() => progress(''));
    if (options.svg !== undefined)
      writeOutput(options.svg, new TextEncoder().encode(module.formatTimelineSvg(results)));
    const document = { format: 'ringlab-bench-timeline', version: 1, results };
    print(json ? `${JSON.stringify(document)}\n` : module.formatTimeline(results));
    return 0;
  }
  if (options.snapshots) {
    const results = await module.benchSnapshots(choice).finally(() => progress(''));
    print(json ? `${JSON.stringify(results)}\n` : await module.formatSnapshots(results));
    return 0;
  }
  if (options.migration) {
    const results = await module.benchMigration(choice).finally(() => progress(''));
    print(json ? `${JSON.stringify(results)}\n` : module.formatMigration(results));
    return 0;
  }
  if (options.short) {
    const results = await module.benchShort(choice).finally(() => progress(''));
    print(json ? `${JSON.stringify(results)}\n` : module.formatShort(results));
    return 0;
  }
  if (options.programs) {
    const { stats } = options;
    const asked = { ...choice, ...(stats === undefined ? {} : { stats }) };
    const results = await module.benchPrograms(asked).finally(() => progress(''));
    print(json ? `${JSON.stringify(results)}\n` : module.formatPrograms(results));
    return 0;
  }
  if (options.timeTravel) {
    const results = module.benchTimeTravel(choice);
    progress('');
    print(json ? `${JSON.stringify(results)}\n` : module.formatTimeTravel(results));
    return 0;
  }
  const report = await module.benchKernels(choice).finally(() => progress(''));
  print(json ? `${JSON.stringify(report)}\n` : module.formatReport(report));
  if (options.stats && !json) print(`\n${module.formatStatistics(report)}`);
  return 0;
}

function flagOf(kind: string): string {
  return `--${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
