/**
 * Formats a classification as a Markdown handout: the table, the verdicts, all evidence, the definitions, the
 * Pentium.
 */
import type { Classification, InstructionClass } from './classify.ts';
import { definitions, source } from './definitions.ts';
import { describeForAll, evidenceOf } from './evidence.ts';
import { pentium } from './pentium.ts';
import { sentences } from './verdicts.ts';
import { namesOf } from './theorems.ts';

export function formatMarkdown(classification: Classification): string {
  const { isa, instructions, executions, compared } = classification;
  const sensitive = instructions.filter(({ innocuous }) => innocuous === undefined);
  const innocuous = instructions.filter((one) => one.innocuous !== undefined);
  return [
    `# Popek and Goldberg's sets on ${isa}`,
    '',
    `Measured by \`ringlab classify --isa ${isa}\` in ${executions} executions and ${compared} comparisons.`,
    '',
    ...sentences(classification).map(
      ({ theorem, holds, says }) => `- **${theorem}: ${holds ? 'yes' : 'no'}**; ${says}`,
    ),
    '',
    ...table(
      [
        'instruction',
        'privileged',
        'sensitive because of',
        'user-sensitive',
        'supervisor-sensitive',
        'critical',
      ],
      sensitive.map(cells),
    ),
    '',
    `Innocuous (${innocuous.length}): ${namesOf(innocuous).map(code).join(' ')}.`,
    '',
    '## Evidence',
    '',
    ...table(['instruction', 'is', 'because'], sensitive.flatMap(evidenceRows)),
    '',
    ...table(['innocuous', 'because'], innocuousRows(innocuous)),
    '',
    '## The Pentium',
    '',
    'Robin and Irvine (USENIX Security 2000) count seventeen sensitive, unprivileged instructions and name eighteen.',
    '',
    ...table(
      ['Pentium', 'here', 'why'],
      pentium.map(({ mnemonic, ours, why }) => [mnemonic, ours === undefined ? 'none' : code(ours), why]),
    ),
    '',
    ...formatDefinitions(2),
  ].join('\n');
}

/** The definitions as Markdown with headings of `level`. */
function formatDefinitions(level: number): readonly string[] {
  const heading = '#'.repeat(level);
  return [
    `${heading} How it is measured`,
    '',
    `After ${source}, extended to four rings, paging, interrupts and ports.`,
    '',
    ...definitions.flatMap(({ title, text }) => [
      `${heading}# ${title}`,
      '',
      ...text.flatMap((line) => [line, '']),
    ]),
  ];
}

function cells(one: InstructionClass): readonly string[] {
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  return [
    code(one.name),
    yes(one.privileged),
    one.sensitive.join(', '),
    yes(one.userSensitive),
    yes(one.supervisorSensitive),
    one.critical ? '**yes**' : 'no',
  ];
}

function evidenceRows(one: InstructionClass): readonly (readonly string[])[] {
  return [...evidenceOf(one)].map(([what, why], n) => [n === 0 ? code(one.name) : '', what, why]);
}

/** Innocuous instructions with the same evidence share a line. */
function innocuousRows(all: readonly InstructionClass[]): readonly (readonly string[])[] {
  const names = new Map<string, string[]>();
  for (const { name, innocuous } of all) {
    if (innocuous === undefined) continue;
    const why = describeForAll(innocuous);
    names.set(why, [...(names.get(why) ?? []), code(name)]);
  }
  return [...names].map(([why, list]) => [list.join(' '), why]);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
