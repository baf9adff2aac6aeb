/** Prints the transition tables for README.md. `npm run manual` puts them there. */
import { sourceTable } from './source-table.ts';
import type { TransitionRow } from './stage-machine.ts';
import { stageNames } from './stages.ts';
import { targetTable } from './target-table.ts';

const columns = ['in stage', 'on', 'if', 'it does', 'next stage', 'and then'] as const;

/** The page with both tables, as they are now, between its `<!-- source -->` and `<!-- target -->` marks. */
export function withTables(page: string): string {
  return insert(insert(page, 'source', sourceTable), 'target', targetTable);
}

function insert(page: string, side: string, table: readonly TransitionRow[]): string {
  const [begin, end] = [`<!-- ${side} -->\n`, `<!-- end of ${side} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no marks for the table of the ${side}`);
  return `${page.slice(0, from + begin.length)}\n${formatTable(table)}\n${page.slice(to)}`;
}

function formatTable(table: readonly TransitionRow[]): string {
  const lines = [columns, ...table.map(cells)];
  const widths = columns.map((_, n) => Math.max(...lines.map((line) => (line[n] as string).length)));
  const format = (line: readonly string[]) =>
    `| ${line.map((cell, n) => cell.padEnd(widths[n] as number)).join(' | ')} |\n`;
  const rule = format(widths.map((width) => '-'.repeat(width)));
  return [format(columns), rule, ...lines.slice(1).map(format)].join('');
}

function cells(row: TransitionRow): readonly string[] {
  const { when = '', do: does = '', after = '' } = row;
  return [formatStages(row.in), row.on.join(', '), when, does, row.next ?? '', after];
}

/** `reservation`, or the first and the last of stages that follow each other. */
function formatStages(stages: readonly string[]): string {
  if (stages.length === stageNames.length) return 'any';
  return stages.length === 1 ? String(stages[0]) : `${stages[0]} … ${stages.at(-1)}`;
}
