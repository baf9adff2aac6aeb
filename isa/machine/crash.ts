/** The report of a guest that ended by a trap: what people need to find the mistake. */
import { type Crash, likelyCause } from './likely-cause.ts';
import type { Machine } from './machine.ts';
import type { ProgramMap } from './program-map.ts';
import { describeAddress, describeTrap, formatCode, formatRegisters, sourceLine } from './report.ts';

/** Where a machine is, in one or two lines: pc, ring and step, and the source line if it is known. */
export function describePlace(machine: Machine, program: ProgramMap): string {
  const place = `  at pc ${describeAddress(machine.pc, program.symbols)}, ring ${machine.ring}, step ${machine.steps}`;
  const source = sourceLine(machine, program, machine.pc);
  return source === undefined ? place : `${place}\n  source line ${source.file}:${source.line}`;
}

/**
 * The whole report: the trap, where it happened, its likely cause (likely-cause.ts) and further remarks as paragraphs, then
 * registers and code.
 */
export function formatCrash(crash: Crash, remarks: readonly string[] = []): string {
  const { machine, cause, value, program } = crash;
  const guess = likelyCause(crash);
  const paragraphs = guess === undefined ? remarks : [`Likely cause: ${guess}`, ...remarks];
  return [
    describeTrap(cause, value),
    describePlace(machine, program),
    ...paragraphs.flatMap((text) => wrapped(text)),
    '',
    formatRegisters(machine.x),
    '',
    formatCode(machine, program.symbols),
  ].join('\n');
}

const columns = 80;

/** A paragraph in lines of at most 80 columns, indented by two. A longer word gets a line of its own. */
export function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
