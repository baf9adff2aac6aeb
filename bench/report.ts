/** Formats a measurement as a table of ratios in 80 columns. The report is also printed as JSON. */
import { type Mode, modes } from './catalogue.ts';
import type { Absent, ContenderName } from './contenders.ts';
import type { Host } from './host.ts';
import { type Entry, interpreterSteps, type Measurement } from './measure.ts';
import { geometricMean } from './statistics.ts';
import { formatCount, formatRatio, formatTable } from './table.ts';

export interface Report extends Measurement {
  readonly format: 'ringlab-bench';
  readonly version: 1;
  readonly host: Host;
  readonly runs: number;
  readonly size: 'quick' | 'full';
  readonly versions: Readonly<Record<string, string>>;
  readonly absent: readonly Absent[];
  /** Geometric means over the kernels, for each mode. */
  readonly means: readonly Mean[];
}

export interface Mean {
  readonly mode: Mode;
  readonly contender: ContenderName;
  /** The contender that it is compared with. Its time is `ratio` times the time of that one. */
  readonly against: ContenderName;
  readonly kernels: number;
  readonly ratio: number;
}

/** A column: the time of a contender as a multiple of another one's. */
interface Column {
  readonly contender: ContenderName;
  readonly against: ContenderName;
}

function qemu(mode: Mode): ContenderName {
  return mode === 'process' ? 'qemu-riscv32' : 'qemu-system-riscv32';
}

function columnsOf(mode: Mode): readonly Column[] {
  const against = qemu(mode);
  return [
    { contender: against, against: 'native' },
    { contender: 'fast', against: 'native' },
    { contender: 'fast', against },
    { contender: 'interpreter', against: 'native' },
    { contender: 'interpreter', against },
  ];
}

/** The columns of a table of its own for another processor, a PC, if it was measured. */
const pcColumns: readonly Column[] = [
  { contender: 'v86', against: 'native' },
  { contender: 'fast', against: 'v86' },
];

/** The median of a kernel on a contender. Native programs count for both modes. */
function timeOf(entries: readonly Entry[], kernel: string, mode: Mode, contender: ContenderName): number {
  const place = contender === 'native' ? 'process' : mode;
  const found = entries.find((e) => e.kernel === kernel && e.mode === place && e.contender === contender);
  return found?.median ?? Number.NaN;
}

function ratios(
  entries: readonly Entry[],
  kernel: string,
  mode: Mode,
  columns: readonly Column[],
): readonly number[] {
  return columns.map(
    ({ contender, against }) =>
      timeOf(entries, kernel, mode, contender) / timeOf(entries, kernel, mode, against),
  );
}

function kernelsOf(entries: readonly Entry[], mode: Mode): readonly string[] {
  const own = entries.filter((entry) => entry.mode === mode && entry.contender !== 'native');
  return [...new Set(own.map(({ kernel }) => kernel))];
}

/** The geometric means over all kernels that could be compared. */
export function meansOf(entries: readonly Entry[]): readonly Mean[] {
  return modes.flatMap((mode) => {
    const columns = [...columnsOf(mode), ...(mode === 'system' ? pcColumns : [])];
    const rows = kernelsOf(entries, mode).map((kernel) => ratios(entries, kernel, mode, columns));
    return columns.flatMap((column, n) => {
      const known = rows.map((row) => row[n] as number).filter(Number.isFinite);
      if (known.length === 0) return [];
      return [{ mode, ...column, kernels: known.length, ratio: geometricMean(known) }];
    });
  });
}

const titles = { process: 'process, paging off', system: 'system, paging on' } as const;

function formatMode(report: Report, mode: Mode): string {
  const { entries } = report;
  const kernels = kernelsOf(entries, mode);
  if (kernels.length === 0) return '';
  const columns = columnsOf(mode);
  const rows = kernels.map((kernel) => [
    kernel,
    formatSeconds(timeOf(entries, kernel, mode, 'native')),
    formatSeconds(timeOf(entries, kernel, mode, 'fast')),
    ...ratios(entries, kernel, mode, columns).map(formatRatio),
  ]);
  return formatTable([
    [titles[mode], 'native', 'fast', 'qemu', 'fast', 'fast', 'interp.', 'interp.'],
    ['', 's', 's', '/native', '/native', '/qemu', '/native', '/qemu'],
    ...rows,
    ['geometric mean', '', '', ...formatMeans(report, mode, columns)],
  ]);
}

function formatMeans({ means }: Report, mode: Mode, columns: readonly Column[]): readonly string[] {
  return columns.map(({ contender, against }) => {
    const mean = means.find((m) => m.mode === mode && m.contender === contender && m.against === against);
    return formatRatio(mean?.ratio ?? Number.NaN);
  });
}

/** The table of the same kernels on a PC; empty if v86 was not measured. */
function formatPc(report: Report): string {
  const { entries } = report;
  if (!entries.some(({ contender }) => contender === 'v86')) return '';
  const rows = kernelsOf(entries, 'system').map((kernel) => [
    kernel,
    formatSeconds(timeOf(entries, kernel, 'system', 'v86')),
    ...ratios(entries, kernel, 'system', pcColumns).map(formatRatio),
  ]);
  return formatTable([
    ['a PC, paging on', 'v86', 'v86', 'fast'],
    ['', 's', '/native', '/v86'],
    ...rows,
    ['geometric mean', '', ...formatMeans(report, 'system', pcColumns)],
  ]);
}

function formatSeconds(seconds: number): string {
  return Number.isFinite(seconds) ? seconds.toFixed(3) : '–';
}

/** The report as text. */
export function formatReport(report: Report): string {
  const { host, runs, size, absent, versions } = report;
  const peers = Object.entries(versions).map(([name, version]) => `  ${name}: ${version}\n`);
  return [
    `${host.cpu}, ${host.cores} cores; Node ${host.node}; ${host.system}\n`,
    ...peers,
    ...absent.map(({ name, reason }) => `  ${name}: absent, ${reason}\n`),
    `Medians of ${runs} ${runs === 1 ? 'run' : 'runs'}, ${size} size. Ratios of times: below 1 is faster.\n\n`,
    ...[...modes.map((mode) => formatMode(report, mode)), formatPc(report)].flatMap((text) =>
      text === '' ? [] : [text, '\n'],
    ),
    ...notes(report),
  ].join('');
}

function notes({ startUp, size }: Report): readonly string[] {
  const starts = Object.entries(startUp).map(
    ([name, seconds]) => `${name} ${(seconds * 1000).toFixed(0)} ms`,
  );
  return [
    'A dash: absent, or too short to be compared.\n',
    'fast, interp.: from reading the image to its end, compiling included, in a new\n',
    "Node process each time; Node's own start is not included.\n",
    ...(starts.length === 0
      ? []
      : [`Peers: the whole process, minus its start-up:\n${starts.map((start) => `  ${start}\n`).join('')}`]),
    `The interpreter stops after ${interpreterSteps[size] / 1e6} million steps; the rest is calculated.\n`,
  ];
}

/** The statistics of the fast engine for every kernel. */
export function formatStatistics({ entries }: Report): string {
  const rows = entries.flatMap(({ kernel, mode, contender, statistics, steps, median }) => {
    if (contender !== 'fast' || statistics === null || statistics === undefined || steps === null) return [];
    const { regions, codeBytes, compileSeconds, compiledSteps, entries: entered } = statistics;
    const compiled = `${((100 * compiledSteps) / steps).toFixed(1)}%`;
    const numbers = [formatCount(steps), (steps / (median ?? Number.NaN) / 1e6).toFixed(0), String(regions)];
    const code = [(codeBytes / 1024).toFixed(0), (compileSeconds * 1000).toFixed(0)];
    return [[`${kernel}, ${mode}`, ...numbers, ...code, compiled, formatCount(entered)]];
  });
  return formatTable([
    ['fast engine', 'steps', 'M/s', 'regions', 'KiB', 'ms', 'compiled', 'entries'],
    ...rows,
  ]);
}
