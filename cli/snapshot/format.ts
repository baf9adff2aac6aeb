/** What `ringlab snapshot` prints: snapshots in lines of at most 80 columns, and as JSON. */
import { registerName } from '../../isa/table/registers.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { countOf } from '../../vmm/snapshot/chain.ts';
import type { BlockDifference, SnapshotDifference } from '../../vmm/snapshot/diff.ts';
import type { Opened } from '../../vmm/snapshot/read.ts';

/** A snapshot as `--json` prints it. */
export interface Summary {
  readonly name: string;
  readonly id: string;
  readonly parent: string | null;
  readonly template: boolean;
  readonly current: boolean;
  readonly step: number;
  /** Pages of memory and 4 KiB blocks of disk that the file itself contains, and the size of the file in bytes. */
  readonly pages: number;
  readonly blocks: number;
  readonly bytes: number;
}

export function summaryOf(
  { id, description, memory, disk, size }: Opened,
  current: string | undefined,
): Summary {
  return {
    name: description.name,
    id: toHex(id),
    parent: description.parent?.name ?? null,
    template: description.template,
    current: description.name === current,
    step: description.state.steps,
    pages: countOf(memory),
    blocks: countOf(disk),
    bytes: size,
  };
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A size in words, like `3.5 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${Math.ceil(bytes / 1024)} KiB`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** What the file of a snapshot itself contains: `23 pages, 1 block of disk`. */
function formatHeld({ pages, blocks }: Summary): string {
  return `${count(pages, 'page')}${blocks === 0 ? '' : `, ${count(blocks, 'block')} of disk`}`;
}

export function formatTaken(opened: Opened): string {
  const summary = summaryOf(opened, undefined);
  const since = summary.parent === null ? '' : `, changed since ${summary.parent}`;
  return `ringlab: ${summary.name}: taken at step ${summary.step}${since}: ${formatHeld(summary)}, ${formatBytes(summary.bytes)}\n`;
}

/** One line per snapshot, in columns. */
export function formatList(summaries: readonly Summary[]): string {
  const rows = summaries.map(({ name, step, parent, pages, blocks, bytes, template, current }) => [
    `${current ? '*' : ' '} ${name}`,
    String(step),
    parent ?? '–',
    String(pages),
    String(blocks),
    formatBytes(bytes),
    template ? 'template' : '',
  ]);
  return formatColumns([['  name', 'step', 'from', 'pages', 'disk', 'file', ''], ...rows]);
}

/** The first and third column on the left, the others to the right. */
function formatColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => (row[n] ?? '').length)));
  const cell = (text: string, n: number) =>
    n === 0 || n === 2 || n === 6 ? text.padEnd(widths[n] as number) : text.padStart(widths[n] as number);
  return rows.map((row) => `${row.map(cell).join('  ').trimEnd()}\n`).join('');
}

/** The tree: one line per snapshot, under the snapshot from which it was taken. */
export function formatTree(summaries: readonly Summary[]): string {
  const names = new Set(summaries.map(({ name }) => name));
  const lines: [tree: string, summary: Summary][] = [];
  const add = (one: Summary, before: string, branch: string, rest: string) => {
    lines.push([`${before}${branch}${one.name}`, one]);
    const children = summaries.filter(({ parent }) => parent === one.name);
    for (const [n, child] of children.entries()) {
      const isLast = n === children.length - 1;
      add(child, before + rest, isLast ? '└─ ' : '├─ ', isLast ? '   ' : '│  ');
    }
  };
  const isOrphan = ({ parent }: Summary) => parent !== null && !names.has(parent);
  const orphan = (one: Summary) => (isOrphan(one) ? `, its base ${one.parent} is missing` : '');
  for (const root of summaries.filter((one) => one.parent === null || isOrphan(one))) add(root, '', '', '');
  const width = Math.max(0, ...lines.map(([tree]) => tree.length));
  return lines
    .map(([tree, one]) => {
      const marks = `${orphan(one)}${one.template ? ', template' : ''}${one.current ? '  <- you are here' : ''}`;
      return `${tree.padEnd(width)}  step ${one.step}, ${formatHeld(one)}${marks}\n`;
    })
    .join('');
}

/** A snapshot's whole description, for people. */
export function formatSnapshot(
  opened: Opened,
  chain: readonly string[],
  current: string | undefined,
): string {
  const summary = summaryOf(opened, current);
  const { configuration, state, program, template } = opened.description;
  const { variant, memory, sectors, identity } = configuration;
  const lines: [label: string, text: string][] = [
    ['snapshot', `${summary.name}, id ${summary.id}`],
    [
      'kind',
      template
        ? 'a template: it does not run, but its clones do'
        : 'to continue it: ringlab snapshot restore',
    ],
    ['chain', chain.join(' <- ')],
    ['holds', `${formatHeld(summary)}; the file has ${formatBytes(summary.bytes)}`],
    ['program', program],
    [
      'machine',
      `${variant.name}, ${formatBytes(memory)} of memory, ${sectors === 0 ? 'no disk' : `${sectors} sectors of disk`}`,
    ],
    ['identity', toHex(identity)],
    ['step', String(state.steps)],
    [
      'pc',
      `${hex(state.pc)} in ring ${state.status & 3}, interrupts ${(state.status & 4) === 0 ? 'off' : 'on'}, ${((state.system[SR.PTBR] as number) & 1) === 0 ? 'paging off' : 'paging on'}`,
    ],
    ['timer', state.timerAt === null ? 'off' : `rings at step ${state.timerAt}`],
    ['input', count(state.devices.console.input.length, 'byte')],
    ...registerLines(state.registers),
  ];
  return lines.map(([label, text]) => `${label.padEnd(10)}${text}\n`).join('');
}

/** Four registers per line. */
function registerLines(registers: readonly number[]): [label: string, text: string][] {
  const cells = registers.map(
    (value, n) => `${registerName(n).padEnd(4)} ${(value >>> 0).toString(16).padStart(8, '0')}`,
  );
  return Array.from({ length: cells.length / 4 }, (_, n) => [
    n === 0 ? 'registers' : '',
    cells.slice(n * 4, n * 4 + 4).join('   '),
  ]);
}

const mostLines = 12;

/** What differs, with the first words of each page. */
export function formatDifference(
  left: string,
  right: string,
  { fields, memory, disk }: SnapshotDifference,
): string {
  if (fields.length + memory.length + disk.length === 0) return `${left} and ${right} are the same\n`;
  const row = (what: string, a: string, b: string) =>
    `${(what.padEnd(22) + shorten(a).padEnd(24) + shorten(b)).trimEnd()}\n`;
  return [
    row('', left, right),
    ...fields.map((field) => row(field.what, field.left, field.right)),
    ...formatBlocks('page', 'memory', memory).map(([what, a, b]) => row(what, a, b)),
    ...formatBlocks('block', 'disk', disk).map(([what, a, b]) => row(what, a, b)),
  ].join('');
}

function shorten(text: string): string {
  return text.length > 22 ? `${text.slice(0, 21)}…` : text;
}

function formatBlocks(
  unit: string,
  where: string,
  blocks: readonly BlockDifference[],
): [string, string, string][] {
  if (blocks.length === 0) return [];
  const bytes = blocks.reduce((sum, one) => sum + one.bytes, 0);
  const more = blocks.length - mostLines;
  return [
    [where, `${count(blocks.length, unit)}, ${count(bytes, 'byte')}`, ''],
    ...blocks
      .slice(0, mostLines)
      .map(({ at, left, right }): [string, string, string] => [`  ${hex(at)}`, hex(left), hex(right)]),
    ...(more > 0 ? [[`  … and ${more} more`, '', ''] as [string, string, string]] : []),
  ];
}
