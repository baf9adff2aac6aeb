/** A call that the environment does not know, in words: what it is elsewhere, and what to do. */
import type { Environment } from './environment.ts';
import { environments } from './environments.ts';

/** The first call that an environment did not know. */
export interface UnknownCall {
  /** Where the `ecall` is (unsigned), and at which step it was executed. */
  readonly pc: number;
  readonly step: number;
  /** What it is elsewhere and here, in one or two sentences. */
  readonly says: string;
}

/** Linux's calls for what the simulators' do, by the beginning of their names. */
const counterparts: readonly (readonly [simulators: RegExp, linux: string])[] = [
  [/^exit/, 'exit'],
  [/^print_/, 'write'],
  [/^read_/, 'read'],
  [/^sbrk|^malloc/, 'brk'],
  [/^open/, 'openat'],
  [/^time|^cycles/, 'clock_gettime64'],
];

/** Says what a call is elsewhere and here, by what a7 and a0 hold (signed). */
export function describeUnknown(a7: number, a0: number, here: Environment): string {
  const own = here.numberIn === 17 ? `a7 = ${a7}` : `a0 = ${a0}`;
  const says =
    here.unknown === 'answers'
      ? `${own} is none of ${here.title}'s calls that are answered here: it got -38 (ENOSYS)`
      : `${own} is no call of ${here.title}`;
  const known = environments.filter((there) => there !== here && isLikely(there, here, a7, a0));
  if (known.length === 0) return says;
  const [first, ...others] = known.map(({ name }) => name);
  const names = `--environment ${first}${others.length === 0 ? '' : ` (or ${others.join(', ')})`}`;
  const meant = `${meanings(known, a7, a0)}${counterpart(known, here, a7, a0)}`;
  return `${says}. ${meant}. If the program was written for that, run it with ${names}`;
}

/**
 * Whether a call that is not known here could be meant for `there`. A number in a0 is likely to be one only where the
 * program has left a7 alone: small numbers are common arguments.
 */
function isLikely(there: Environment, here: Environment, a7: number, a0: number): boolean {
  if (there.numberIn === 17) return there.calls.has(a7);
  return here.numberIn === 17 && a7 === 0 && there.calls.has(a0);
}

function nameIn(there: Environment, a7: number, a0: number): string {
  return there.calls.get(there.numberIn === 17 ? a7 : a0)?.name ?? '';
}

/** `a7 = 31 is midi_out in RARS, cycles in Ripes`: environments with the same name for it together. */
function meanings(known: readonly Environment[], a7: number, a0: number): string {
  const titles = new Map<string, string[]>();
  for (const there of known) {
    const name = nameIn(there, a7, a0);
    titles.set(name, [...(titles.get(name) ?? []), there.title]);
  }
  const parts = [...titles].map(([name, list]) => `${name} in ${enumerate(list)}`);
  const register = known.every(({ numberIn }) => numberIn === 10) ? `a0 = ${a0}` : `a7 = ${a7}`;
  return `${register} is ${parts.join(', ')}`;
}

function enumerate(list: readonly string[]): string {
  return list.length < 2 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}

/** `; here that is exit, a7 = 93`, if Linux has a call for it. */
function counterpart(known: readonly Environment[], here: Environment, a7: number, a0: number): string {
  const name = nameIn(known[0] as Environment, a7, a0);
  const linuxName = counterparts.find(([pattern]) => pattern.test(name))?.[1];
  const call = [...here.calls.values()].find((candidate) => candidate.name === linuxName);
  return here.name === 'linux' && call ? `; here that is ${call.name}, a7 = ${call.number}` : '';
}
