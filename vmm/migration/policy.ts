/**
 * Policies: how a guest is moved, and when pre-copy has done what it can.
 *
 * After each round the guest has dirtied some units meanwhile; another round would send
 * those. `decide` says whether that is worth it, or why it is not.
 */
import { modes } from '../wire/messages.ts';
import {
  type Checked,
  flag,
  integer,
  nullable,
  oneOf,
  real,
  record,
  step,
  unsigned,
} from '../wire/schema.ts';
import { UNIT } from './image/units.ts';

/** What a round did. */
export const roundFields = {
  /** Units sent, and those left out because they were dirty again already. */
  sent: unsigned,
  skipped: unsigned,
  /** Of those sent: without contents, as zeros or a repetition. */
  zero: unsigned,
  repeated: unsigned,
  /** Bytes on the wire. */
  bytes: step,
  /** Units that are dirty at its end. */
  dirtied: unsigned,
  seconds: real,
  /** Bytes a second that were allowed; null = as fast as it goes. */
  limit: nullable(real),
  /** Part of its time that the guest was denied, 0 to 1. */
  throttle: real,
} as const;

const roundShape = record(roundFields);
export type Round = Checked<typeof roundShape>;

/** Bytes a second. */
const rate = integer(0, Number.MAX_SAFE_INTEGER);

export const policyShape = record({
  mode: oneOf(...modes),
  /** The disk moves with the guest; otherwise both hosts reach it. */
  withStorage: flag,
  /** Stop when at most so many units are dirty. */
  few: unsigned,
  /** Stop after so many rounds. */
  rounds: integer(1, 4096),
  /** Stop when so many times the guest's size was sent. */
  factor: integer(1, 1000),
  /** Stop when a round leaves no fewer units than the one before, at the full rate. */
  whileShrinking: flag,
  /** Stop when what is dirty can be sent in so many milliseconds; null = do not ask. */
  downtimeMs: nullable(integer(0, 1e6)),
  /**
   * A limit that follows the guest: the rate at which it dirtied memory in the round before, and a bit (Clark et al.,
   * section 5.3). Of the first round, the most, and what is added to the dirty rate.
   */
  rate: nullable(record({ least: rate, most: rate, step: rate })),
  /** Slow the guest down when rounds do not shrink. */
  autoConverge: flag,
});
export type Policy = Checked<typeof policyShape>;

const megabit = 1e6 / 8;

/** Presets by name. */
export const presets = {
  /** As fast as it goes, aiming at a downtime. */
  ringlab: {
    mode: 'pre-copy',
    withStorage: false,
    few: 16,
    rounds: 30,
    factor: 3,
    whileShrinking: true,
    downtimeMs: 5,
    rate: null,
    autoConverge: false,
  },
  /**
   * Xen's: 29 rounds, three times memory, fewer than 50 pages (tools/libxc/xc_domain_save.c), 100
   * to 500 Mbit/s and 50 Mbit/s above the dirty rate (Clark et al., sections 5.3 and 6.1).
   */
  xen: {
    mode: 'pre-copy',
    withStorage: false,
    few: 49,
    rounds: 29,
    factor: 3,
    whileShrinking: true,
    downtimeMs: null,
    rate: { least: 100 * megabit, most: 500 * megabit, step: 50 * megabit },
    autoConverge: false,
  },
} as const satisfies Record<string, Policy>;

/** What is slept away when rounds first do not shrink, what is added each time after, and the most (QEMU's constants). */
const throttleSteps = { first: 0.2, more: 0.1, most: 0.99 } as const;

/** A round with fewer bytes says nothing of the rate. */
const fewBytes = 2 ** 16;

/** What comes after a round. */
export interface Decision {
  /** Why the guest is to stand still now; undefined = another round. */
  readonly stop: string | undefined;
  /** For the next round. */
  readonly limit: number | null;
  readonly throttle: number;
}

/** The limit of the first round. */
export function firstLimit({ rate }: Policy): number | null {
  return rate?.least ?? null;
}

/** Decides after the last of `rounds`; the guest has `units`. */
export function decide(policy: Policy, rounds: readonly Round[], units: number): Decision {
  const last = rounds.at(-1) as Round;
  const before = rounds.at(-2);
  const limit = nextLimit(policy, last);
  const stuck = before !== undefined && last.dirtied >= before.dirtied;
  const throttle = nextThrottle(policy, last.throttle, stuck);
  return { stop: reason(policy, rounds, units, stuck, throttle), limit, throttle };
}

function reason(
  policy: Policy,
  rounds: readonly Round[],
  units: number,
  stuck: boolean,
  throttle: number,
): string | undefined {
  const last = rounds.at(-1) as Round;
  const sent = rounds.reduce((sum, round) => sum + round.sent, 0);
  if (last.dirtied <= policy.few) return `${last.dirtied} units left`;
  const expected = expectedMs(rounds);
  if (policy.downtimeMs !== null && expected !== null && expected <= policy.downtimeMs)
    return `${last.dirtied} units left, about ${expected.toFixed(1)} ms`;
  if (rounds.length >= policy.rounds) return `${rounds.length} rounds`;
  if (sent > policy.factor * units) return `${policy.factor} times its size was sent`;
  const throttled = policy.autoConverge && last.throttle < throttleSteps.most && throttle > last.throttle;
  if (policy.whileShrinking && stuck && atFullRate(policy, last) && !throttled)
    return `rounds shrink no more: ${last.dirtied} units left`;
  return undefined;
}

/**
 * Milliseconds in which what is dirty after the last of `rounds` could be sent, at the best
 * rate seen, each unit with its contents; null = no rate was seen yet.
 */
export function expectedMs(rounds: readonly Round[]): number | null {
  const rates = rounds.filter(({ bytes }) => bytes >= fewBytes).map(({ bytes, seconds }) => bytes / seconds);
  const rate = Math.max(0, ...rates);
  return rate > 0 ? (1000 * (rounds.at(-1)?.dirtied ?? 0) * UNIT) / rate : null;
}

function atFullRate({ rate }: Policy, { limit }: Round): boolean {
  return rate === null || limit === null || limit >= rate.most;
}

function nextLimit({ rate }: Policy, { dirtied, seconds, limit }: Round): number | null {
  if (rate === null) return null;
  const dirtyRate = seconds > 0 ? (dirtied * UNIT) / seconds : rate.most;
  return Math.min(rate.most, Math.max(limit ?? rate.least, dirtyRate + rate.step));
}

function nextThrottle({ autoConverge }: Policy, throttle: number, stuck: boolean): number {
  if (!autoConverge || !stuck) return throttle;
  if (throttle === 0) return throttleSteps.first;
  return Math.min(throttleSteps.most, throttle + throttleSteps.more);
}
