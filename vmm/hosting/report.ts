/** What a migration did, as data: for `--json`, `--report`, progress and the drawing (rounds-svg.ts). */
import type { HostedGuest } from './hosted-guest.ts';
import {
  flag,
  integer,
  list,
  nullable,
  oneOf,
  real,
  record,
  type Checked,
  step,
  unsigned,
} from '../wire/schema.ts';
import { UNIT } from '../migration/image/units.ts';
import { expectedMs, roundFields } from '../migration/policy.ts';
import type { MigrationSource } from '../migration/source.ts';
import { stageNames } from '../migration/stages.ts';
import { address, guestName, modes, text } from '../wire/messages.ts';

/** The report of a migration as it stands at `now`. */
export function reportOf(
  source: MigrationSource<HostedGuest>,
  from: string,
  to: string,
  now: number,
): MigrationReport {
  const { guest, policy, stages, rounds, units, stoppedAt, activatedAt, endedAt } = source;
  const began = stages[0]?.at ?? now;
  return {
    format: 'ringlab-migrate',
    version: 1,
    guest: guest.spec.name,
    from,
    to,
    mode: policy.mode,
    withStorage: policy.withStorage,
    memory: guest.spec.memory,
    units: units.count,
    unitBytes: UNIT,
    state: source.state,
    waiting: source.isWaiting,
    repeated: guest.repeated,
    reason: source.reason.slice(0, 500),
    stages: stages.map(({ stage, at }) => ({ stage, atMs: at - began })),
    rounds: rounds.map((round, n) => ({ ...round, expectedMs: expectedMs(rounds.slice(0, n + 1)) })),
    last: source.last,
    downtimeMs: stoppedAt === undefined || activatedAt === undefined ? null : activatedAt - stoppedAt,
    totalMs: (endedAt ?? now) - began,
    bytes: source.bytes,
  };
}

/** The shape of a report: hosts send it to whoever asked for the migration. */
export const reportShape = record({
  format: oneOf('ringlab-migrate'),
  version: oneOf(1),
  guest: guestName,
  from: address,
  to: address,
  mode: oneOf(...modes),
  withStorage: flag,
  /** Bytes of its memory, and units that are copied. */
  memory: unsigned,
  units: unsigned,
  unitBytes: unsigned,
  state: oneOf('under way', 'moved', 'failed'),
  /** The guest is handed over, and the target does not answer. */
  waiting: flag,
  /**
   * Percent that the guest has repeated of what it did before its host's process ended: the
   * migration begins after that. null = nothing is left to repeat.
   */
  repeated: nullable(integer(0, 100)),
  /** Why it stopped for good, or failed. */
  reason: text(500),
  /** When each stage began, in milliseconds since the first. */
  stages: list(record({ stage: oneOf(...stageNames), atMs: real }), 0, 32),
  /** Each with the milliseconds in which what was dirty at its end could be sent; null = not known yet. */
  rounds: list(record({ ...roundFields, expectedMs: nullable(real) }), 0, 4096),
  /** What went over after the guest stood still: units, and bytes. */
  last: record({ sent: unsigned, bytes: step }),
  /** From when the guest stood still until the target had it; null = not yet. */
  downtimeMs: nullable(real),
  /** From its beginning until the target needed nothing more, or until now. */
  totalMs: real,
  /** Bytes of memory and disk sent, frames' heads with them. */
  bytes: step,
});

export type MigrationReport = Checked<typeof reportShape>;
