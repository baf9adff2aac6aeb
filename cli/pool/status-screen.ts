/** `ringlab pool status --watch`: a pool on the whole terminal, as it changes. */
import { isatty } from 'node:tty';
import { eventsBetween, eventsOf, type PoolEvent } from '../../vmm/pool/events.ts';
import type { PoolView } from '../../vmm/pool/records.ts';
import { stateRow } from '../../vmm/pool/states.ts';
import { styled, wantsColour } from '../colour.ts';
import { EXIT, usage } from '../failure.ts';
import { printRaw } from '../output.ts';
import { printable } from '../../isa/machine/printable.ts';
import { formatColumns } from './columns.ts';
import { type HostLine, hostLines } from './host-lines.ts';
import type { PoolFolder } from './pool-folder.ts';
import { changes } from './watching.ts';

/** The other screen, without a cursor; and back. */
const [enter, leave] = ['\x1b[?1049h\x1b[?25l', '\x1b[?25h\x1b[?1049l'];
const home = '\x1b[H';
/** Away with the rest of the line, and of the screen. */
const [endLine, endScreen] = ['\x1b[K', '\x1b[J'];
const mostEvents = 100;

export async function watchStatus(pool: PoolFolder): Promise<number> {
  if (!isatty(1))
    throw usage('--watch draws on a terminal; ringlab pool events --follow tells a pipe what happens');
  let before = await pool.view();
  let events = eventsOf(before).slice(-mostEvents);
  const ended = new AbortController();
  const draw = () => {
    // Some terminals do not know their size.
    const [columns, rows] = [process.stdout.columns || 80, process.stdout.rows || 24];
    const lines = statusLines(before, events, { columns, rows, now: Date.now() });
    const text = lines.map((line, n) => `${n === 0 ? bold(line) : line}${endLine}`).join('\r\n');
    printRaw(`${home}${text}${endScreen}`);
  };
  const key = (typed: Buffer) => {
    if (['q', 'Q', '\u0003', '\u0004'].includes(typed.toString())) ended.abort();
  };
  if (process.stdin.isTTY) process.stdin.setRawMode(true).on('data', key).resume();
  process.stdout.on('resize', draw);
  printRaw(enter);
  try {
    draw();
    for await (const after of changes(pool, ended.signal)) {
      events = [...events, ...eventsBetween(before, after, Date.now())].slice(-mostEvents);
      before = after;
      draw();
    }
  } finally {
    process.stdout.removeListener('resize', draw);
    if (process.stdin.isTTY) process.stdin.setRawMode(false).removeListener('data', key).pause();
    printRaw(leave);
  }
  return EXIT.DONE;
}

const bold = (text: string): string => styled('bold', text, wantsColour());

export interface StatusSize {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The lines of the screen, none longer or more than it has. */
export function statusLines(
  view: PoolView,
  events: readonly PoolEvent[],
  { columns, rows, now }: StatusSize,
): readonly string[] {
  const head = [titleLine(view, columns, now), '', ...hostTable(view), '', ...machineLines(view)];
  const room = rows - head.length - 1;
  const shown = room > 0 ? events.slice(-room).map(eventLine) : [];
  const lines = [...head, ...(shown.length > 0 ? ['', ...shown] : [])];
  return lines.slice(0, rows).map((line) => cut(printable(line), columns));
}

function titleLine(view: PoolView, columns: number, now: number): string {
  const title = `${count(view.host.size, 'host')}, ${count(view.vm.size, 'machine')}; q ends this`;
  const time = new Date(now).toISOString().slice(11, 19);
  return `${title.padEnd(columns - time.length - 1)} ${time}`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function hostTable(view: PoolView): readonly string[] {
  const lines = hostLines(view);
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  const rows = lines.map((line) => [
    line.address,
    stateText(line),
    String(line.machines),
    `${bar(line.usedMemory / (line.memory || 1))} ${mebibytes(line.usedMemory)}/${mebibytes(line.memory)}M`,
    `${bar(line.load / 100)} ${line.load} %`,
  ]);
  const heads = ['HOST', 'STATE', 'VMS', 'MEMORY', 'LOAD'];
  return formatColumns(heads, rows).trimEnd().split('\n');
}

function stateText({ state, isManager }: HostLine): string {
  return isManager ? `${state}, manager` : state;
}

const barWidth = 10;

function bar(share: number): string {
  const full = Math.max(0, Math.min(barWidth, Math.round(share * barWidth)));
  return '#'.repeat(full).padEnd(barWidth, '.');
}

/** How many are in which state, and a line for each one that is on its way or in trouble. */
function machineLines(view: PoolView): readonly string[] {
  const counts = new Map<string, number>();
  const special: string[] = [];
  for (const [name, { data: vm }] of [...view.vm].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    counts.set(vm.state, (counts.get(vm.state) ?? 0) + 1);
    const isPassing = stateRow(vm.state).deadlineMs !== null;
    const isTrouble = vm.state === 'UNKNOWN' || vm.state === 'FAILED' || vm.state === 'PENDING';
    if (!isPassing && !isTrouble) continue;
    const to = view.move.get(name)?.data.to;
    const place = vm.host === null ? '' : ` ${vm.host}${to === undefined ? '' : ` -> ${to}`}`;
    const reason = vm.reason === '' ? '' : `: ${vm.reason.split('\n')[0]}`;
    special.push(`${name} ${vm.state}${place}${reason}`);
  }
  const all = [...counts].toSorted().map(([state, n]) => `${n} ${state}`);
  const few = special.slice(0, mostSpecial);
  if (special.length > few.length) few.push(`and ${special.length - few.length} more`);
  return [all.length > 0 ? all.join(', ') : 'no machines', ...few];
}

const mostSpecial = 6;

function eventLine({ at, about, what, host, reason }: PoolEvent): string {
  const on = host === null ? '' : ` on ${host}`;
  const why = reason === '' ? '' : `: ${reason.split('\n')[0]}`;
  return `${new Date(at).toISOString().slice(11, 19)} ${about} ${what}${on}${why}`;
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}
