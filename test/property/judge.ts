/** One guest on the bare machine and on a subject, at the same step numbers: what differs first, and where. */
import type { Stop } from '../../isa/machine/stop.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { registerName } from '../../isa/table/registers.ts';
import { STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { type Oracle, oracleOf } from './bare.ts';
import { type Program, setupOf } from './program.ts';
import type { Candidate, Counts, Setting, Subject } from './subject.ts';

/** One thing that differs, as text on either side. */
export interface Difference {
  readonly what: string;
  readonly bare: string;
  readonly monitor: string;
}

export interface Verdict {
  /** What differs at the first comparison that fails; empty = nothing. */
  readonly differences: readonly Difference[];
  /** What the monitor threw, in words; the differences say it too. */
  readonly thrown: string | undefined;
  /** Guest steps that the bare machine made. */
  readonly steps: number;
  readonly counts: Counts;
}

/** What a candidate will be asked: this guest, with a turn that ends at each of these steps. */
export interface Asked {
  readonly program: Program;
  readonly variant: Variant;
  readonly steps: readonly number[];
  /** What will be asked next if nothing is wrong; it may be prepared meanwhile. */
  readonly next?: readonly Asked[];
}

/** The steps at which the sides are compared: the set-up is not. */
export function stepsOf(program: Program): readonly number[] {
  let at = setupOf(program).length;
  return program.slices.map((slice) => {
    at += slice;
    return at;
  });
}

/** Compares a guest on the bare machine and on the candidate at each of its steps, or at `steps`. */
export function judge(
  program: Program,
  candidate: Candidate,
  variant: Variant,
  setting: Setting = { surrounded: false, guarded: false },
  steps = stepsOf(program),
): Verdict {
  const oracle = oracleOf(program, variant);
  let counts: Counts = { direct: 0, exits: 0 };
  let differences: readonly Difference[] = [];
  let thrown: string | undefined;
  let subject: Subject | undefined;
  try {
    subject = candidate.make(program, variant, setting);
    counts = subject.counts;
    for (const until of steps) {
      const [stop, other] = runBoth(oracle, subject, until);
      differences = compare(oracle, stop, subject, other);
      if (differences.length > 0 || stop.kind !== 'limit') break;
    }
    counts = subject.counts;
  } catch (error) {
    thrown = wordsOf(error);
    differences = [{ what: 'the monitor', bare: 'goes on', monitor: thrown }];
  } finally {
    subject?.close();
  }
  return { differences, thrown, steps: oracle.machine.steps, counts };
}

/** Runs both until step `until`; a subject that could not be seen there, and with it the oracle, a little further. */
export function runBoth(oracle: Oracle, subject: Subject, until: number): readonly [Stop, Stop] {
  if (subject.unseen === undefined) return [oracle.run(until), subject.run(until)];
  const other = subject.run(until);
  const { steps } = subject.guest;
  return [oracle.run(other.kind === 'limit' ? Math.max(until, steps) : steps + 1), other];
}

/** What was thrown, in a line. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}

/** A stop in words. */
function stopText(stop: Stop): string {
  if (stop.kind === 'power') return `power off, status ${stop.status >>> 0}`;
  if (stop.kind === 'unhandled') return `unhandled trap ${stop.cause >>> 0}, value ${hex(stop.value)}`;
  if (stop.kind === 'limit') return 'goes on';
  return { forever: 'waits for ever', input: 'waits for input', trap: 'trap', break: 'break' }[stop.kind];
}

/** What differs between the bare machine and the subject, and how either has stopped. */
export function compare(oracle: Oracle, stop: Stop, subject: Subject, other: Stop): Difference[] {
  const found: Difference[] = [];
  const left = stopText(stop);
  const right = stopText(other);
  if (left !== right) found.push({ what: 'stop', bare: left, monitor: right });
  found.push(...processorDifferences(oracle, subject), ...deviceDifferences(oracle, subject));
  return found;
}

function processorDifferences({ machine }: Oracle, { guest, x, unseen }: Subject): Difference[] {
  const found: Difference[] = [];
  const note = (what: string, bare: number, monitor: number) => {
    if (bare >>> 0 !== monitor >>> 0) found.push({ what, bare: hex(bare), monitor: hex(monitor) });
  };
  if (machine.steps !== guest.steps)
    found.push({ what: 'steps', bare: String(machine.steps), monitor: String(guest.steps) });
  note('pc', machine.pc, guest.pc);
  note('ring', machine.ring, guest.status & STATUS.RING);
  note('STATUS', machine.status & ~STATUS.RING, guest.status & ~STATUS.RING);
  for (let n = 1; n < 32; n++) note(registerName(n), machine.x[n] as number, x[n] as number);
  for (const { number, name } of systemRegisters)
    if (!unseen?.has(number)) note(name, machine.readSystem(number), guest.readSystem(number));
  if (unseen === undefined && machine.waiting !== guest.waiting) {
    const [bare, monitor] = [machine.waiting, guest.waiting].map((waits) => (waits ? 'waits' : 'runs')) as [
      string,
      string,
    ];
    found.push({ what: 'in hlt', bare, monitor });
  }
  return found;
}

function deviceDifferences({ machine, disk, printed }: Oracle, subject: Subject): Difference[] {
  const found: Difference[] = [];
  const bytes = (what: string, left: Uint8Array, right: Uint8Array) => {
    if (Buffer.compare(left, right) === 0) return;
    const at = left.findIndex((byte, n) => byte !== right[n]) & ~3;
    found.push({ what: `${what} ${hex(at)}`, bare: wordAt(left, at), monitor: wordAt(right, at) });
  };
  bytes('memory', machine.memory.bytes, subject.memory);
  bytes('disk', disk, subject.disk);
  const text = (list: readonly number[]) => JSON.stringify(String.fromCharCode(...list.slice(-16)));
  if (printed.length !== subject.printed.length || printed.some((byte, n) => byte !== subject.printed[n])) {
    found.push({ what: 'printed', bare: text(printed), monitor: text(subject.printed) });
  }
  return found;
}

function wordAt(bytes: Uint8Array, at: number): string {
  return hex(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true));
}
