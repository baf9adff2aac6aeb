/** Formats the results of the nanobenchmarks as text of at most 80 columns. */
import type { Cost, NanoReport } from './nano.ts';
import { type Way, ways } from './nano-ways.ts';
import { formatRatio, formatTable } from './table.ts';

const columns: readonly Way[] = Object.values(ways);
const { bare, trapping, translatedX, translatedV } = ways;

export function formatNano(report: NanoReport): string {
  const { host, runs, operations, wholes } = report;
  const parts = [
    `${host.cpu}, ${host.cores} cores; Node ${host.node}; ${host.system}\nMedians of ${runs} slices, the ways in turn, on the fast engine.\n`,
    ...(operations.length === 0 ? [] : [formatOperations(operations)]),
    ...(wholes.length === 0 ? [] : [formatWholes(wholes)]),
    legend,
  ];
  return parts.join('\n');
}

function formatOperations(operations: NanoReport['operations']): string {
  const table = (title: string, show: (cost: Cost) => string) =>
    formatTable([
      [title, ...columns.map(({ head }) => head)],
      ...operations.map(({ name, costs }) => [
        name,
        ...columns.map((way) => {
          const cost = costs[way.name];
          return cost === undefined ? '–' : show(cost);
        }),
      ]),
    ]);
  return [
    table('ns an operation', ({ ns }) => formatNs(ns)),
    table('real steps', ({ steps }) => formatSmall(steps)),
    table('exits', ({ exits }) => formatSmall(exits)),
  ].join('\n');
}

function formatWholes(wholes: NanoReport['wholes']): string {
  const head = ['whole guest', 'ring', 'native ns/step', 'trap', 'BT x', 'BT v', 'trap / BT x'];
  const rows = wholes.map(({ name, ring, ns }) => {
    const of = (way: Way) => ns[way.name] ?? Number.NaN;
    return [
      name,
      String(ring),
      of(bare).toFixed(3),
      ...[trapping, translatedX, translatedV].map((way) => formatRatio(of(way) / of(bare))),
      formatRatio(of(trapping) / of(translatedX)),
    ];
  });
  return formatTable([head, ...rows]);
}

/** Nanoseconds; a value below the noise of an empty round is shown as 0. */
function formatNs(ns: number): string {
  if (ns < 0.05) return '0';
  return ns < 10 ? ns.toFixed(1) : ns.toFixed(0);
}

/** A count per round. It would be a whole number if slices did not begin and end within a round. */
function formatSmall(value: number): string {
  const tenths = Math.round(value * 10) / 10;
  return Number.isInteger(tenths) ? String(tenths) : tenths.toFixed(1);
}

const legend = `native: bare ring32-v. trap: trap-and-emulate on ring32-v. BT x, BT v: binary
translation on ring32-x and ring32-v. hybrid, interpret: on ring32-v. HW, HW+n:
guest mode on ring32-x with shadow page tables, and with nested paging; with
shadow tables, code with paging off is interpreted.
Operations: the cost of a round minus that of an empty round. Real steps: steps
of the real machine; of the monitor's own work, only a trap and an iret count.
Whole guests: time divided by native time, below 1 is faster; the last column
shows how much faster translation on ring32-x is than trapping on ring32-v.
`;
