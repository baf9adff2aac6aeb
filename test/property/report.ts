/** A counterexample as people read it: what is wrong, in which step, both states side by side, and the smallest guest. */
import { hex } from '../../isa/table/disassemble.ts';
import type { Explanation } from './explain.ts';
import { formatProgram } from './print.ts';
import type { Counterexample } from './properties.ts';

/** Differences that are shown; a student needs the first ones. */
const mostShown = 10;

const titles = {
  equivalence: 'equivalence',
  resourceControl: 'resource control',
  efficiency: 'efficiency',
} as const;

/** The whole report, as comments before the guest's assembly: it can be saved and run as it is. */
export function describeCounterexample(
  found: Counterexample,
  candidate: string,
  name: string | undefined = `seed ${found.seed}, case ${found.case}`,
  replay: readonly string[] = [],
): string {
  const { program } = found;
  const head = [
    `${candidate} fails ${titles[found.property]} on ${found.variant.name}`,
    ...(program.image === undefined ? [`${name}, made as small as could be found`] : []),
    '',
    ...(found.explanation === undefined ? wrap(`${found.reason}.`) : explained(found.explanation)),
    ...(found.surrounded ? ['', "The guest's memory does not begin at real address 0."] : []),
    '',
    ...(program.image === undefined
      ? [`It is compared after ${program.slices.join(', ')} more steps, counted from "code".`]
      : [`It is compared after every ${program.slices[0]} steps.`]),
    ...(found.program.input.length > 0
      ? [`At its console waits: ${found.program.input.join(' ')} (bytes).`]
      : []),
    ...(replay.length > 0 ? ['Again:', ...replay.map((line) => `    ${line}`)] : []),
  ];
  return program.image === undefined ? formatProgram(program, head) : `${head.join('\n')}\n`;
}

function explained({ step, pc, ring, instruction, trap, rule, differences }: Explanation): string[] {
  const rows = differences.map(
    ({ what, bare, monitor }) => `  ${what.padEnd(18)}${bare.padEnd(24)}${monitor}`,
  );
  const long = differences.some(({ bare, monitor }) => bare.length > 22 || monitor.length > 30);
  const paired = differences.flatMap(({ what, bare, monitor }) => [
    `  ${what}`,
    ...wrap(`bare machine: ${bare}`).map((line) => `    ${line}`),
    ...wrap(`the monitor:  ${monitor}`).map((line) => `    ${line}`),
  ]);
  const table = long ? paired : [`  ${''.padEnd(18)}${'bare machine'.padEnd(24)}monitor`, ...rows];
  const shown = table.slice(0, long ? 3 * mostShown : mostShown + 1);
  return [
    ...wrap(`The rule: ${rule}`),
    '',
    `${step} steps are equal. The next one differs:`,
    `  at pc ${hex(pc)} in ring ${ring}: ${instruction}`,
    ...wrap(
      trap === undefined
        ? 'On the bare machine it completes without a trap.'
        : `On the bare machine ${trap}.`,
    ).map((line) => `  ${line}`),
    '',
    ...shown,
    ...(shown.length < table.length ? ['  …'] : []),
  ];
}

/** Lines of at most 76 columns. */
function wrap(text: string, width = 74): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
