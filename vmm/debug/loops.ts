/** What a guest is about, told from its next steps: a loop and what is asked or waited for in it, or how it would end. */
import { disassemble, hex } from '../../isa/table/disassemble.ts';
import { registerName } from '../../isa/table/registers.ts';
import { CAUSE } from '../../isa/table/traps.ts';
import { STATUS } from '../../isa/table/sysregs.ts';
import { rowOf } from '../../isa/table/table.ts';
import { portName } from '../../isa/machine/devices/ports.ts';
import { wrapped } from '../../isa/machine/crash.ts';
import type { ProgramMap } from '../../isa/machine/program-map.ts';
import { describeTrap } from '../../isa/machine/report.ts';
import type { Calls, Lookahead, NextStep } from './lookahead.ts';

/** Further steps that a loop is looked for in. */
export const lookaheadSteps = 8192;

/** A loop is believed when it fills the second half of the steps, so many times at least. */
const leastRounds = 4;

/** Loops of more instructions are told by the places that they are at. */
const mostListed = 12;

/**
 * After how many entries steps repeat themselves: the shortest such period that holds for the second half of them,
 * several times; undefined if none does.
 */
function findPeriod(steps: readonly NextStep[]): number | undefined {
  const half = Math.floor(steps.length / 2);
  for (let period = 1; period <= (steps.length - half) / leastRounds; period++) {
    let n = steps.length - 1;
    while (n - period >= half && isSame(steps[n] as NextStep, steps[n - period] as NextStep)) n -= 1;
    if (n - period < half) return period;
  }
  return undefined;
}

function isSame(one: NextStep, other: NextStep): boolean {
  return (
    one.pc === other.pc &&
    one.ring === other.ring &&
    one.word === other.word &&
    one.trap?.cause === other.trap?.cause &&
    one.asked === other.asked &&
    one.slept > 0 === other.slept > 0
  );
}

/** Lines that say what comes next, each of at most 80 columns but for long names. */
export function describeAhead(ahead: Lookahead, program: ProgramMap, calls: Calls | undefined): string[] {
  const period = findPeriod(ahead.steps);
  return period === undefined
    ? wrapped(describeCourse(ahead, program, calls))
    : describeLoop(ahead, period, program, calls);
}

// ---- A loop ----

function describeLoop(
  ahead: Lookahead,
  period: number,
  program: ProgramMap,
  calls: Calls | undefined,
): string[] {
  const round = oneRound(ahead.steps, period);
  const size = round.length === 1 ? '1 instruction' : `${counted(round.length)} instructions`;
  const listed =
    round.length <= mostListed
      ? round.map((step) => `    ${formatStep(step, program)}`)
      : wrapped(`It is at ${places(round, program)}.`);
  const head = `It is in a loop of ${size}${round.length <= mostListed ? ':' : '.'}`;
  const says = [
    ...waits(round, ahead.machine),
    ...callsMade(ahead, period, calls),
    remains(ahead, period, round),
  ];
  return [`  ${head}`, ...listed, ...wrapped(says.join(' '))];
}

/** One time round, beginning at its lowest address. */
function oneRound(steps: readonly NextStep[], period: number): NextStep[] {
  const round = steps.slice(-period);
  const lowest = Math.min(...round.map(({ pc }) => pc));
  const first = round.findIndex(({ pc }) => pc === lowest);
  return [...round.slice(first), ...round.slice(0, first)];
}

function formatStep({ pc, physical, word, trap, slept }: NextStep, program: ProgramMap): string {
  const named = (address: number) => program.symbols.exact(address) ?? hex(address);
  const isInterrupt = trap !== undefined && trap.cause >= CAUSE.INTERRUPT;
  let text = word === undefined || isInterrupt ? '' : disassemble(word, pc, named);
  if (slept > 0) text = `(sleeps in hlt, ${counted(slept)} steps)`;
  const isCall = trap?.cause === CAUSE.ECALL;
  const note =
    trap === undefined || isCall
      ? ''
      : `${text === '' ? '' : '  '}trap: ${describeTrap(trap.cause, trap.value)}`;
  const source = physical === undefined ? undefined : program.line(physical);
  const line = source === undefined ? '' : `${source.file.split('/').at(-1)}:${source.line}`;
  return `${hex(pc)}  ${`${text}${note}`.padEnd(32)} ${line}`.trimEnd();
}

/** What is asked or waited for in a round, in sentences. */
function waits(round: readonly NextStep[], machine: Lookahead['machine']): string[] {
  const ports = new Set(round.flatMap(({ asked }) => (asked === undefined ? [] : [asked])));
  const causes = new Set(
    round.flatMap(({ trap }) => (trap === undefined ? [] : [describeTrap(trap.cause, trap.value)])),
  );
  const sentences: string[] = [];
  if (ports.size > 0) sentences.push(`It asks ${[...ports].map(portName).join(' and ')} again and again.`);
  if (round.some(({ slept }) => slept > 0))
    sentences.push('Each time round it sleeps in hlt until an interrupt.');
  if (causes.size > 0 && round.length > mostListed && machine.answer === undefined)
    sentences.push(`Each time round it traps: ${[...causes].join('; ')}.`);
  return sentences;
}

/** The system calls that a process makes in a round. */
function callsMade(
  { steps, registers, machine }: Lookahead,
  period: number,
  calls: Calls | undefined,
): string[] {
  if (machine.answer === undefined) return [];
  const made = steps.slice(-period).flatMap(({ trap }, n) => {
    const x = registers.at(n - period);
    return trap?.cause === CAUSE.ECALL && x !== undefined && calls !== undefined ? [calls.callName(x)] : [];
  });
  return made.length === 0 ? [] : [`System calls made each time round: ${[...new Set(made)].join(', ')}.`];
}

/** Which registers are others from one time round to the next, or that it cannot end. */
function remains({ registers, machine }: Lookahead, period: number, round: readonly NextStep[]): string {
  const now = registers.at(-1) as Int32Array;
  const before = registers.at(-1 - period) as Int32Array;
  const changed = [...now.keys()].filter((n) => now[n] !== before[n]).map(registerName);
  if (changed.length > 0) return `From one time round to the next it changes ${changed.join(', ')}.`;
  const same = 'No register is changed from one time round to the next';
  const interrupted = (machine.status & STATUS.IF) !== 0 && Number.isFinite(machine.nextEvent);
  return !interrupted && round.every(isPure) ? `${same}: it cannot end by itself.` : `${same}.`;
}

/** Whether a step depends on registers and memory alone and changes registers at most. */
function isPure({ word, trap, slept }: NextStep): boolean {
  const kind = word === undefined ? undefined : rowOf(word)?.effect.kind;
  return trap === undefined && slept === 0 && kind !== undefined && kind !== 'store' && kind !== 'system';
}

// ---- No loop ----

function describeCourse(
  { steps, stop, machine }: Lookahead,
  program: ProgramMap,
  calls: Calls | undefined,
): string {
  const more = steps.reduce((sum, { slept }) => sum + Math.max(slept, 1), 0);
  const after = `after ${counted(more)} more step${more === 1 ? '' : 's'}`;
  switch (stop.kind) {
    case 'power':
      return `It is in no loop: it would end by itself ${after}.`;
    case 'unhandled':
      return `It is in no loop: ${after} it would be stopped by a trap, ${describeTrap(stop.cause, stop.value)}.`;
    case 'trap':
      return `It is in no loop: ${after} it would be stopped by a trap.`;
    case 'forever':
    case 'input':
      return steps.length === 0
        ? 'It waits in hlt for input.'
        : `It is in no loop: ${after} it would wait in hlt for input.`;
    case 'call':
      return steps.length === 0
        ? `It is about to make a system call: ${calls?.callName(machine.x)}.`
        : `It is in no loop: ${after} it would make a system call: ${calls?.callName(machine.x)}.`;
    case 'limit':
    case 'break':
      return `Its next ${counted(steps.length)} steps show no loop; they are at ${places(steps, program)}.`;
  }
}

/** The functions, or labels, that steps are at, those of most steps first. */
function places(steps: readonly NextStep[], program: ProgramMap): string {
  const counts = new Map<string, number>();
  for (const { pc } of steps) {
    const name = program.symbols.describe(pc).replace(/\+0x[\da-f]+$/, '') || hex(pc & ~0xfff);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const told = sorted
    .slice(0, 6)
    .map(([name, count]) => `${name} (${Math.round((100 * count) / steps.length)} %)`);
  return `${told.join(', ')}${sorted.length > 6 ? ` and ${sorted.length - 6} other places` : ''}`;
}

/** A number with its thousands apart. */
function counted(count: number): string {
  return count.toLocaleString('en-US');
}
