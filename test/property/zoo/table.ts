/** The table of the zoo in ../README.md: each bug, what caught it, how soon, and the smallest guest that shows it. */
import { join } from 'node:path';
import { disassemble } from '../../../isa/table/disassemble.ts';
import { sizeOf } from '../print.ts';
import { layout, type Program } from '../program.ts';
import type { PropertyName } from '../properties.ts';
import { sourceRoot } from './build.ts';
import type { Mutant } from './mutant.ts';
import type { Kill } from './records.ts';

export const tableFile = join(sourceRoot, 'test/property/README.md');

const words: Readonly<Record<PropertyName, string>> = {
  equivalence: 'equivalence',
  resourceControl: 'resource control',
  efficiency: 'efficiency',
};

const head = ['bug', 'caught by', 'case', 'smallest guest'];

/** The table, its columns aligned. */
export function formatTable(mutants: readonly Mutant[], kills: readonly Kill[]): string {
  const rows = mutants.map((mutant) =>
    rowOf(
      mutant,
      kills.find(({ name }) => name === mutant.name),
    ),
  );
  const widths = head.map((title, n) =>
    Math.max(title.length, ...rows.map((row) => (row[n] as string).length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] as number)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  );
}

function rowOf({ bug }: Mutant, kill: Kill | undefined): readonly string[] {
  if (kill === undefined) return [bug, 'nothing yet', '', ''];
  return [bug, words[kill.property], String(kill.case + 1), guestText(kill.program)];
}

/** The instructions of a guest in a cell: how many, and the first of its code and of its handler. */
function guestText(program: Program): string {
  const { code, handler } = program;
  const text = (list: readonly number[], at: number) =>
    list.map((word, n) => disassemble(word, at + 4 * n)).join('; ');
  const parts = [
    text(code, layout.codeAt),
    ...(handler.length > 0 ? [`handler: ${text(handler, layout.handlerAt)}`] : []),
  ];
  return `${sizeOf(program)}: \`${parts.join(' / ')}\``;
}

const [begin, end] = ['<!-- zoo: written by `npm run zoo` -->', '<!-- zoo ends -->'];

/** The page with this table in the place of the one that it has. Throws when it has no place for it. */
export function withTable(page: string, table: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`zoo: ${tableFile} has no lines "${begin}" and "${end}"`);
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}
