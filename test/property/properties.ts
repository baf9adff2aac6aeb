/**
 * Popek and Goldberg's three properties of a monitor (1974, section 2), each as a question
 * put to it with random guests until one says no; that one is then made as small as
 * can be.
 *
 *   equivalence        the guest is as on the bare machine, at every step where they are compared
 *   resource control   it touches, and can touch, only memory, devices and time that it was given
 *   efficiency         its innocuous instructions run directly, and the monitor is entered no more than need be
 */
import { causeName } from '../../isa/table/traps.ts';
import { type Variant, variants as allVariants } from '../../isa/table/variants.ts';
import { type Oracle, oracleOf } from './bare.ts';
import { type Explanation, explaining } from './explain.ts';
import { randomProgram } from './generate.ts';
import { type Asked, compare, type Difference, judge, runBoth, stepsOf, wordsOf } from './judge.ts';
import type { Profile } from './profile.ts';
import { type Program, setupOf } from './program.ts';
import { type Asking, finished, shrinking } from './shrink.ts';
import { type Candidate, type Counts, type Subject, Trespass } from './subject.ts';
import { isWhatRan, keepLedger, workingProgram } from './work.ts';

export const propertyNames = ['equivalence', 'resourceControl', 'efficiency'] as const;
export type PropertyName = (typeof propertyNames)[number];

/** Makes case `n` of `seed`. */
type MakeGuest = (seed: number, n: number, profile?: Profile) => Program;

/** The random guests that each property is asked about. */
export const randomGuests: Readonly<Record<PropertyName, MakeGuest>> = {
  equivalence: randomProgram,
  resourceControl: randomProgram,
  efficiency: workingProgram,
};

export interface PropertyOptions {
  readonly seed: number;
  readonly cases: number;
  /** The first case; default 0. */
  readonly from?: number;
  /** Of every `of` cases, the `nth` (from 0): one part of a long run. */
  readonly shard?: { readonly nth: number; readonly of: number };
  /** Default ring32-v. Case n is on variant n modulo their number. */
  readonly variants?: readonly Variant[];
  /** The guest of case n; default a random one. */
  readonly guests?: MakeGuest;
  /** What guests may have in them; default everything. */
  readonly profile?: Profile;
  /** Smaller guests to try, once one fails; default 5000. 0: it is left as it is. */
  readonly shrinks?: number;
  /** Whose innocuous instructions must run directly; default all. */
  readonly direct?: 'all' | 'user';
  /** The monitor may be entered once in each basic block, as one that reads code before it runs. */
  readonly byBlocks?: boolean;
  /** Told after each case. */
  readonly onCase?: (done: number) => void;
  /** Told of a guest that fails before it is made smaller. */
  readonly onFound?: (found: Counterexample) => void;
  /**
   * Resource control and efficiency ask for the right guest, too. A monitor that has passed equivalence could otherwise do
   * nothing when it is asked again.
   */
  readonly equal?: boolean;
  /** While it is true, smaller guests are tried; default always. */
  readonly patient?: () => boolean;
}

/** A guest for which the property does not hold. */
export interface Counterexample {
  readonly property: PropertyName;
  readonly seed: number;
  readonly case: number;
  readonly variant: Variant;
  /** The smallest found. */
  readonly program: Program;
  readonly surrounded: boolean;
  /** What is wrong, in a line. */
  readonly reason: string;
  /** Equivalence: what differs at the first comparison that fails. */
  readonly differences: readonly Difference[];
  /** Equivalence: the first step that differs. */
  readonly explanation: Explanation | undefined;
}

export interface PropertyResult {
  readonly property: PropertyName;
  readonly passed: boolean;
  /** Cases tried, the failing one too. */
  readonly cases: number;
  readonly steps: number;
  readonly counts: Counts;
  readonly counterexample: Counterexample | undefined;
}

/** What one case has to say. */
interface Answer {
  readonly reason: string | undefined;
  readonly differences: readonly Difference[];
  readonly steps: number;
  readonly counts: Counts;
}

type Question = (program: Program, variant: Variant, surrounded: boolean) => Answer;

/** A property's question on its way: it yields each guest before the guest is given to the candidate. */
export type Inquiry = Generator<Asked, PropertyResult, void>;

/** Equivalence of a candidate with the bare machine. */
export function equivalence(candidate: Candidate, options: PropertyOptions): PropertyResult {
  return finished(inquiries.equivalence(candidate, options));
}

/** Resource control of a candidate. Whether the guest is right does not matter to it. */
export function resourceControl(candidate: Candidate, options: PropertyOptions): PropertyResult {
  return finished(inquiries.resourceControl(candidate, options));
}

/** Efficiency of a candidate. */
export function efficiency(candidate: Candidate, options: PropertyOptions): PropertyResult {
  return finished(inquiries.efficiency(candidate, options));
}

function* askEquivalence(candidate: Candidate, options: PropertyOptions): Inquiry {
  const result = yield* ask('equivalence', options, (program, variant, surrounded) => {
    const { differences, steps, counts } = judge(program, candidate, variant, { surrounded, guarded: false });
    const [first] = differences;
    const reason = first && differenceText(first);
    return { reason, differences, steps, counts };
  });
  const found = result.counterexample;
  if (found === undefined) return result;
  const setting = { surrounded: found.surrounded, guarded: false };
  const explanation = yield* explaining(found.program, candidate, found.variant, setting);
  return { ...result, counterexample: { ...found, explanation } };
}

function askResourceControl(candidate: Candidate, options: PropertyOptions): Inquiry {
  return ask('resourceControl', options, (program, variant) => {
    let subject: Subject | undefined;
    let reason: string | undefined;
    try {
      subject = candidate.make(program, variant, { surrounded: true, guarded: true });
      reason = runGuarded(subject, stepsOf(program), options.equal ? oracleOf(program, variant) : undefined);
    } catch (error) {
      if (error instanceof Trespass) reason = error.message;
      else if (options.equal) reason = `the guest was right before, and now ${wordsOf(error)}`;
    } finally {
      subject?.close();
    }
    const { counts = { direct: 0, exits: 0 } } = subject ?? {};
    return { reason, differences: [], steps: stepsOf(program).at(-1) as number, counts };
  });
}

/** With an oracle the guest must be right, too. */
function runGuarded(subject: Subject, steps: readonly number[], oracle?: Oracle): string | undefined {
  for (const until of steps) {
    const [expected, stop] =
      oracle === undefined ? [undefined, subject.run(until)] : runBoth(oracle, subject, until);
    const found = subject.trespass();
    if (found !== undefined) return found;
    if (subject.guest.steps > until && subject.unseen === undefined)
      return `the guest's turn ends at step ${until}, and it is at ${subject.guest.steps}`;
    const [first] =
      oracle === undefined || expected === undefined ? [] : compare(oracle, expected, subject, stop);
    if (first !== undefined) return `the guest was right before, and now it is not: ${differenceText(first)}`;
    if (stop.kind !== 'limit') break;
  }
  return undefined;
}

function tooManyExits({ exits, causes = new Map() }: Counts, most: number): string {
  const sorted = [...causes].toSorted(([, a], [, b]) => b - a);
  const list = sorted.map(([cause, count]) => `${count} by ${causeName(cause)}`).join(', ');
  return `${exits} exits, where ${most} are allowed${list === '' ? '' : `: ${list}`}`;
}

/** A difference in a line. */
function differenceText({ what, bare, monitor }: Difference): string {
  return `${what}: ${bare} bare, ${monitor} under the monitor`;
}

/** The least share of innocuous steps that run directly. */
const leastDirect = 0.9;
/** Exits for each occasion that there is to enter the monitor, and so many beside. */
const mostExits = 2;
const fewExits = 16;

function askEfficiency(candidate: Candidate, options: PropertyOptions): Inquiry {
  const { direct: whose = 'all', byBlocks = false } = options;
  return ask('efficiency', options, (program, variant) => {
    const ledger = keepLedger(program, variant);
    const { counts, thrown, differences } = judge(program, candidate, variant);
    const due = whose === 'all' ? ledger.innocuous : ledger.inUserRings;
    const answer = (reason: string | undefined) => ({ reason, differences: [], steps: ledger.steps, counts });
    const [first] = differences;
    if (options.equal && first !== undefined) return answer(differenceText(first));
    if (thrown !== undefined) return answer(undefined);
    if (counts.direct < leastDirect * due - setupOf(program).length) {
      return answer(`${counts.direct} of ${due} innocuous steps ran directly; nine of ten should`);
    }
    if (!byBlocks && counts.entries !== undefined && !isWhatRan(counts.entries, ledger)) {
      return answer('what ran directly is not the guest');
    }
    const most = mostExits * (ledger.occasions + (byBlocks ? ledger.blocks : 0)) + fewExits;
    return answer(counts.exits <= most ? undefined : tooManyExits(counts, most));
  });
}

/** The properties as inquiries, for a candidate that has to be given each guest beforehand (grade/remote.ts). */
export const inquiries: Readonly<
  Record<PropertyName, (candidate: Candidate, options: PropertyOptions) => Inquiry>
> = { equivalence: askEquivalence, resourceControl: askResourceControl, efficiency: askEfficiency };

/** Guests that are made before their turn, so that a candidate elsewhere has something to do meanwhile. */
export const ahead = 32;

/** A random guest of an inquiry, with its number. */
interface Case extends Asked {
  readonly n: number;
}

/** The random guests of an inquiry, in order. */
function* casesOf(property: PropertyName, options: PropertyOptions): Generator<Case, void, void> {
  const { seed, cases, from = 0, shard = { nth: 0, of: 1 }, profile } = options;
  const { variants = allVariants.slice(0, 1), guests = randomGuests[property] } = options;
  for (let n = from; n < from + cases; n++) {
    if (n % shard.of !== shard.nth) continue;
    const program = guests(seed, n, profile);
    yield { n, program, variant: variants[n % variants.length] as Variant, steps: stepsOf(program) };
  }
}

/** Puts the question with one guest after another. */
function* ask(property: PropertyName, options: PropertyOptions, question: Question): Inquiry {
  const { seed, shrinks, onCase, onFound, patient = () => true } = options;
  let [done, steps, direct, exits, compiled] = [0, 0, 0, 0, 0];
  const result = (counterexample: Counterexample | undefined): PropertyResult => ({
    property,
    passed: counterexample === undefined,
    cases: done,
    steps,
    counts: { direct, exits, compiled },
    counterexample,
  });
  const source = casesOf(property, options);
  const upcoming: Case[] = [];
  const fill = () => {
    while (upcoming.length <= ahead) {
      const { done: isOver, value } = source.next();
      if (isOver === true) return;
      upcoming.push(value);
    }
  };
  for (fill(); upcoming.length > 0; fill()) {
    const [one, ...next] = upcoming as [Case, ...Case[]];
    upcoming.shift();
    const { n, program, variant } = one;
    const surrounded = n % 2 === 1;
    yield { ...one, next };
    const answer = question(program, variant, surrounded);
    done += 1;
    steps += answer.steps;
    direct += answer.counts.direct;
    exits += answer.counts.exits;
    compiled += answer.counts.compiled ?? 0;
    onCase?.(done);
    if (answer.reason === undefined) continue;
    const found = { property, seed, case: n, variant, surrounded, explanation: undefined };
    onFound?.({ ...found, program, reason: answer.reason, differences: answer.differences });
    const asked = (smaller: Program): Asked => ({ program: smaller, variant, steps: stepsOf(smaller) });
    const fails: Asking<Asked> = function* stillFails(smaller, upcoming = []) {
      if (!patient()) return false;
      yield { ...asked(smaller), next: upcoming.map(asked) };
      return question(smaller, variant, surrounded).reason !== undefined;
    };
    const small = shrinks === 0 ? program : yield* shrinking(program, fails, shrinks);
    yield asked(small);
    const { reason = '', differences } = question(small, variant, surrounded);
    return result({ ...found, program: small, reason, differences });
  }
  return result(undefined);
}
