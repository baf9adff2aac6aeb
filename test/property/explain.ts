/** Where a guest diverges: the first step after which the two differ, and what the bare machine does in it. */
import { describeTrap, peekWord } from '../../isa/machine/report.ts';
import { disassemble } from '../../isa/table/disassemble.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { oracleOf } from './bare.ts';
import { type Asked, type Difference, judge, stepsOf } from './judge.ts';
import type { Program } from './program.ts';
import { ruleOf } from './rule.ts';
import type { Candidate, Setting } from './subject.ts';

export interface Explanation {
  /** Steps that are equal; the next one is not. */
  readonly step: number;
  /** Where the guest is on the bare machine before that step, in which ring, and what it executes. */
  readonly pc: number;
  readonly ring: number;
  readonly instruction: string;
  /** What the bare machine does in that step if it traps, in words: "it takes trap 8, ecall". */
  readonly trap: string | undefined;
  /** The rule of the machine that is broken, in a sentence or two. */
  readonly rule: string;
  readonly differences: readonly Difference[];
}

/** Explains why `program` is not equal; undefined when it is. Yields each comparison before it is made. */
export function* explaining(
  program: Program,
  candidate: Candidate,
  variant: Variant,
  setting: Setting,
): Generator<Asked, Explanation | undefined, void> {
  const ends = stepsOf(program);
  /** What differs when the comparison comes after step `last`, with the same turns before it. */
  const at = function* differencesAt(last: number): Generator<Asked, readonly Difference[], void> {
    const steps = [...ends.filter((step) => step < last), last];
    yield { program, variant, steps };
    return judge(program, candidate, variant, setting, steps).differences;
  };
  let [good, bad] = [0, 0];
  for (const end of ends) {
    if (bad === 0 && (yield* at(end)).length > 0) bad = end;
  }
  if (bad === 0) return undefined;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if ((yield* at(middle)).length > 0) bad = middle;
    else good = middle;
  }
  const { machine, run } = oracleOf(program, variant);
  run(good);
  const { pc, ring } = machine;
  const word = peekWord(machine, pc);
  let trap: string | undefined;
  let taken: number | undefined;
  machine.onTrap = (cause, value) => {
    taken ??= cause >>> 0;
    trap ??= `it takes trap ${cause >>> 0}, ${describeTrap(cause >>> 0, value >>> 0)}`;
  };
  const stop = run(bad);
  if (stop.kind === 'unhandled')
    trap = `there is no handler (TVEC is 0) and the machine stops: ${describeTrap(stop.cause, stop.value)}`;
  const instruction = word === undefined ? '(cannot be fetched)' : disassemble(word, pc);
  const isHandled = stop.kind !== 'unhandled';
  const cause = isHandled ? taken : stop.cause;
  const differences = yield* at(bad);
  const rule = ruleOf({ instruction, cause, isHandled, differences });
  return { step: good, pc, ring, instruction, trap, rule, differences };
}
