/**
 * Prints the ISA manual (isa/MANUAL.md) from the table. Nothing in it is typed twice. The
 * table imports nobody, so chapters from elsewhere (isa/classify) are given.
 */
import { pseudos } from './pseudo.ts';
import type { Row } from './row.ts';
import { STATUS, systemRegisters } from './sysregs.ts';
import { allRows } from './table.ts';
import { trapCauses } from './traps.ts';
import { variants } from './variants.ts';
import { choices } from './choices.ts';
import { hex } from './disassemble.ts';

/** A chapter from elsewhere: paragraphs under headings. */
export interface Chapter {
  readonly title: string;
  /** Whom it follows, if anybody. */
  readonly source?: string;
  readonly sections: readonly { readonly title: string; readonly text: readonly string[] }[];
}

/** The whole manual as Markdown, with these chapters at its end. */
export function formatManual(chapters: readonly Chapter[]): string {
  return [
    '# Ring32: the manual',
    '',
    'Written by `npm run manual` from the instruction table (`isa/table/`); do not edit it here.',
    'The contract behind it: the user half is RV32IM, the system half is ours, in the custom-0 opcode.',
    '',
    '## Instructions',
    '',
    'A bit picture shows the word from bit 31 (left) to bit 0: fixed bits, and the fields that operands fill.',
    'An `imm[…]` lists which bits of the immediate stand there. Privileged instructions trap (cause 24)',
    'outside ring 0; "by variant" means that the variant says whether they do.',
    ...groups().flatMap((group) => formatGroup(group)),
    '',
    '## Pseudo-instructions',
    '',
    'Short names that the assembler turns into the instructions on the right. `li rd, number` takes any',
    '32-bit number, in one or two instructions.',
    '',
    ...table(
      ['write', 'get'],
      pseudos.map(({ name, operands, gives }) => [
        code(`${name} ${operands.join(', ')}`.trim()),
        code(gives.map((text) => text.replaceAll('\\@', '')).join('; ')),
      ]),
    ),
    '',
    '## STATUS',
    '',
    `RING is ${hex(STATUS.RING)}, IF ${hex(STATUS.IF)}, UF ${hex(STATUS.UF)}; other bits read as zero and writes to them are ignored.`,
    '',
    '## System registers',
    '',
    ...table(
      ['no.', 'name', 'writable bits', 'meaning'],
      systemRegisters.map(({ number, name, mask, says }) => [
        String(number),
        name,
        mask === undefined ? 'none' : hex(mask),
        says,
      ]),
    ),
    '',
    '## Traps',
    '',
    ...table(
      ['ECAUSE', 'trap', 'EVAL', 'when'],
      trapCauses.map(({ cause, name, value, says }) => [
        cause > 100 ? hex(cause) : String(cause),
        name,
        value === 'zero' ? '0' : `the ${value}`,
        says,
      ]),
    ),
    '',
    '## Variants',
    '',
    ...table(
      ['variant', 'CPUID', 'sensitive instructions that do not trap'],
      variants.map(({ name, cpuid, unprivileged }) => [
        code(name),
        String(cpuid),
        [...unprivileged].map(code).join(' ') || 'none',
      ]),
    ),
    '',
    '## Choices',
    '',
    'Where the contract is silent, the simplest choice that keeps execution deterministic:',
    '',
    ...choices.map((choice) => `- ${choice}`),
    '',
    ...chapters.flatMap(formatChapter),
  ].join('\n');
}

function formatChapter({ title, source, sections }: Chapter): string[] {
  const body = sections.flatMap((section) => [
    `### ${section.title}`,
    '',
    ...section.text.flatMap((text) => [text, '']),
  ]);
  return [`## ${title}`, '', ...(source === undefined ? [] : [`After ${source}.`, '']), ...body];
}

function groups(): string[] {
  return [...new Set(allRows.map(({ group }) => group))];
}

function formatGroup(group: string): string[] {
  const rows = allRows.filter((row) => row.group === group);
  const system = rows.some(({ effect }) => effect.kind === 'system');
  const head = ['instruction', 'bits', ...(system ? ['privileged', 'sensitive', 'kin'] : []), 'meaning'];
  return [
    '',
    `### ${group}`,
    '',
    ...table(
      head,
      rows.map((row) => formatRow(row, system)),
    ),
  ];
}

function formatRow(row: Row, system: boolean): string[] {
  const privilege = { none: 'no', always: 'yes', variant: 'by variant' }[row.privilege];
  const extra = system ? [privilege, row.sensitive.join(', ') || 'no', row.kin || 'none'] : [];
  return [code(`${row.name} ${row.syntax}`.trim()), code(row.bits), ...extra, row.says];
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
