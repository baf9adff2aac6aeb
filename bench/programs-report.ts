/** What a measurement of programs says, as tables in 80 columns: a table a length, the means, and where the time goes. */
import type { ProgramsBench } from './programs.ts';
import { comparisons, timeOf } from './programs-means.ts';
import { type Length, lengths } from './programs-catalogue.ts';
import type { ProgramRunner } from './programs-contenders.ts';
import { formatCount, formatRatio, formatTable } from './table.ts';

const runners = ['native', 'webassembly', 'qemu-riscv32', 'fast'] as const satisfies readonly ProgramRunner[];

/** Names that fit above a column. */
const short = { native: 'native', webassembly: 'wasm', 'qemu-riscv32': 'qemu', fast: 'fast' } as const;

export function formatPrograms(bench: ProgramsBench): string {
  const { host, runs, absent, versions, start } = bench;
  const tools = Object.entries(versions).map(([name, version]) => `  ${name}: ${version}\n`);
  const measured = lengths.filter((length) => bench.results.some((result) => result.length === length));
  return [
    `${host.cpu}, ${host.cores} cores; Node ${host.node}; ${host.system}\n`,
    ...tools,
    ...absent.map(({ name, reason }) => `  ${name}: absent, ${reason}\n`),
    `Medians of ${runs} ${runs === 1 ? 'run' : 'runs'}; seconds of the whole command, start-up included.\n`,
    'Ratios of times: below 1 is faster.\n\n',
    ...measured.flatMap((length) => [formatLength(bench, length), '\n']),
    formatMeans(bench, measured),
    '\nThe last column is our speed against QEMU: above 1, we are faster.\n',
    'wasm: the same C, compiled by Clang to WebAssembly and run by Node: our ceiling.\n',
    `Our command takes ${milliseconds(start.ours)} ms to start and end, Node alone ${milliseconds(start.node)} ms.\n`,
    ...(bench.profiles.length === 0 ? [] : ['\n', formatProfiles(bench)]),
  ].join('');
}

function formatLength(bench: ProgramsBench, length: Length): string {
  const results = bench.results.filter((result) => result.length === length);
  const rows = results.map((result) => [
    result.program,
    ...runners.map((runner) => formatSeconds(timeOf(result, runner))),
    ...comparisons.map(([of, to]) => formatRatio(timeOf(result, of) / timeOf(result, to))),
  ]);
  return formatTable([
    [`${length} s`, ...runners.map((runner) => short[runner]), ...comparisons.map(([of]) => short[of])],
    ['', ...runners.map(() => 's'), ...comparisons.map(([, to]) => `/${short[to]}`)],
    ...rows,
    [
      'geometric mean',
      ...runners.map(() => ''),
      ...comparisons.map(([of, to]) => formatMean(bench, length, of, to)),
    ],
  ]);
}

function meanOf({ means }: ProgramsBench, length: Length, of: ProgramRunner, to: ProgramRunner): number {
  const mean = means.find((one) => one.length === length && one.of === of && one.to === to);
  return mean?.ratio ?? Number.NaN;
}

function formatMean(bench: ProgramsBench, length: Length, of: ProgramRunner, to: ProgramRunner): string {
  return formatRatio(meanOf(bench, length, of, to));
}

function formatMeans(bench: ProgramsBench, measured: readonly Length[]): string {
  const rows = measured.map((length) => [
    `${length} s`,
    ...comparisons.map(([of, to]) => formatMean(bench, length, of, to)),
    formatRatio(1 / meanOf(bench, length, 'fast', 'qemu-riscv32')),
  ]);
  return formatTable([
    ['geometric means', ...comparisons.map(([of]) => short[of]), 'qemu'],
    ['', ...comparisons.map(([, to]) => `/${short[to]}`), '/fast'],
    ...rows,
  ]);
}

/** Where the time of our runs goes; Node's start is not in it. */
function formatProfiles({ profiles }: ProgramsBench): string {
  const rows = profiles.map((profile) => [
    `${profile.program}, ${profile.length} s`,
    ...[profile.whole, profile.interpreting, profile.ours, profile.v8, profile.inside].map(milliseconds),
    formatCount(profile.interpretedSteps),
    formatCount(profile.entries),
    (profile.codeBytes / 1024).toFixed(0),
  ]);
  return [
    formatTable([
      ['where the time goes', 'whole', 'interp.', 'ours', 'V8', 'inside', 'interp.', 'entries', 'code'],
      ['', 'ms', 'ms', 'ms', 'ms', 'ms', 'steps', '', 'KiB'],
      ...rows,
    ]),
    "ours, V8: our compiler, and what we wait for in V8's. inside: compiled code,\n",
    'entering and leaving it too. One run each; the clocks take some time as well.\n',
  ].join('');
}

function formatSeconds(seconds: number): string {
  return Number.isFinite(seconds) ? seconds.toFixed(3) : '–';
}

function milliseconds(seconds: number): string {
  return (seconds * 1000).toFixed(0);
}
