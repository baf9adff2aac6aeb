/** Formats a classification as text for a terminal of 80 columns. */
import type { Classification, InstructionClass } from './classify.ts';
import { describeWitness, evidenceOf } from './evidence.ts';
import type { Class } from './classes.ts';
import type { Witness } from './witness.ts';
import { sentences } from './verdicts.ts';
import { namesOf } from './theorems.ts';

const width = 79;

/**
 * The table, the verdicts, and a witness for each critical instruction; with `all`, all evidence instead of the witnesses.
 * `named` is the variant as the command line names it.
 */
export function formatText(classification: Classification, named: string, all = false): string {
  const { isa, instructions, executions, compared } = classification;
  const sensitive = instructions.filter(({ innocuous }) => innocuous === undefined);
  const innocuous = instructions.filter(({ innocuous }) => innocuous !== undefined);
  const critical = sensitive.filter((one) => one.critical);
  return [
    `Popek and Goldberg's sets on ${isa}, measured in ${executions} executions`,
    `and ${compared} comparisons.`,
    '',
    row('instruction', 'privileged', 'sensitive because of', 'user-s.', 'superv.-s.', ''),
    ...sensitive.map(formatRow),
    '',
    ...wrap(`innocuous (${innocuous.length}): `, namesOf(innocuous).join(' ')),
    '',
    ...sentences(classification).flatMap(({ theorem, holds, says }) =>
      wrap(`${theorem}: ${holds ? 'yes' : 'NO'}; `, says, 2),
    ),
    ...(all ? evidence(instructions) : witnesses(critical, named)),
    '',
  ].join('\n');
}

function formatRow(one: InstructionClass): string {
  const yes = (is: boolean) => (is ? 'yes' : '-');
  return row(
    one.name,
    yes(one.privileged),
    one.sensitive.join(', '),
    yes(one.userSensitive),
    yes(one.supervisorSensitive),
    one.critical ? 'CRITICAL' : '',
  );
}

function row(...cells: readonly string[]): string {
  const widths = [13, 12, 22, 9, 12];
  return cells
    .map((cell, n) => cell.padEnd(widths[n] ?? 0))
    .join('')
    .trimEnd();
}

/** Lines of at most `width` characters, those after the first indented. */
function wrap(head: string, text: string, indent: number = head.length): string[] {
  const lines: string[] = [];
  let line = head.trimEnd() === '' ? head.slice(1) : head.trimEnd();
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > width && line.trim() !== '') {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line += ` ${word}`;
  }
  return [...lines, line];
}

function witnesses(critical: readonly InstructionClass[], named: string): readonly string[] {
  if (critical.length === 0) return [];
  return [
    '',
    'Witnesses (two states that differ in one thing, and what comes out):',
    ...critical.flatMap((one) => wrap('  ', describeWitness(tellingWitness(one)), 6)),
    '',
    `As a program: ringlab classify --isa ${named} --witness ${critical[0]?.name} -o w.s`,
  ];
}

function evidence(instructions: readonly InstructionClass[]): readonly string[] {
  return instructions.flatMap((one) => [
    '',
    one.name,
    ...[...evidenceOf(one)].flatMap(([what, why]) => wrap(`  ${what}: `, why, 4)),
  ]);
}

/** The classes, beginning with the one whose witnesses teach most. */
export const telling: readonly Class[] = ['mode', 'user', 'location', 'state', 'control', 'supervisor'];

/** The witness of a sensitive instruction that teaches most. */
export function tellingWitness({ witnesses }: InstructionClass): Witness {
  const [found] = telling.flatMap((name) => witnesses.get(name) ?? []);
  if (found === undefined) throw new RangeError('an innocuous instruction has no witness');
  return found;
}
