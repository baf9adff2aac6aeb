/** Evidence in words: a line for each membership. */
import type { InstructionClass } from './classify.ts';
import type { Class } from './classes.ts';
import type { Witness } from './witness.ts';
import { parts } from './parts.ts';
import type { ForAll } from './privilege.ts';
import { operandsOf, textOf } from './program.ts';
import { describeState } from './states.ts';

/** How a for-all was established. */
export function describeForAll(how: ForAll): string {
  switch (how.kind) {
    case 'proof':
      return `proved: its meaning reads ${list(how.reads)} and writes ${list(how.writes)}`;
    case 'exhaustive':
      return how.reads.length === 0
        ? 'exhaustive: it reads no state'
        : `exhaustive: it reads ${list(how.reads)}, ${how.cases} ${how.cases === 1 ? 'case' : 'cases'}`;
    case 'samples':
      return `not refuted in ${how.samples} samples`;
  }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}

/** A witness as one line: the instruction, what differs, and in which state. */
export function describeWitness(witness: Witness): string {
  const { first, second, part, differences } = witness;
  const [difference] = differences;
  if (difference === undefined) return textOf(witness);
  const { name } = difference;
  const [one, other] = [difference.first, difference.second].map((value) => `${name} = ${hex(value)}`);
  const head = `${textOf(witness)}${operandsOf(witness)}: `;
  if (second === undefined || part === undefined) {
    return `${head}${one} becomes ${hex(difference.second)} in ${describeState(first)}`;
  }
  const says = (state: readonly number[]) => parts[part]?.values[state[part] as number]?.says ?? '';
  const where = parts[part]?.kind === 'mode' ? '' : `, in ${describeState(first).split(',')[0]}`;
  return `${head}${one} with ${says(first)}; ${other} with ${says(second)}${where}`;
}

function hex(value: number | string): string {
  return typeof value === 'string' || Math.abs(value) < 10
    ? String(value)
    : `0x${(value >>> 0).toString(16)}`;
}

/** All evidence for an instruction, as pairs: what it is, and why. */
export function* evidenceOf(one: InstructionClass): Generator<readonly [string, string]> {
  if (one.privilege.privileged) {
    yield [
      'privileged',
      `outside ring 0, ${describeForAll(one.privilege.outside)}; in ring 0, ${describeForAll(one.privilege.inRing0)}`,
    ];
  } else if (one.privilege.counterexample !== undefined) {
    yield ['not privileged', `runs in ${describeState(one.privilege.counterexample.state)}`];
  } else yield ['not privileged', 'traps in ring 0 too'];
  for (const [name, witness] of one.witnesses) yield [classNames[name], describeWitness(witness)];
  if (one.innocuous !== undefined) yield ['innocuous', describeForAll(one.innocuous)];
}

/** The classes in words. */
export const classNames: Readonly<Record<Class, string>> = {
  control: 'control-sensitive',
  mode: 'mode-sensitive',
  location: 'location-sensitive',
  state: 'state-sensitive',
  user: 'user-sensitive',
  supervisor: 'supervisor-sensitive',
};
