/** What machines have used (usage.ts) at prices, and as a table for other programs. */
import { FieldError, optional, real, record, type Shape } from '../wire/schema.ts';
import { text } from '../wire/messages.ts';
import type { UsageKey, UsageLine } from './usage.ts';

/** A price: not below 0. */
const price: Shape<number> = (value, at) => {
  const given = real(value, at);
  if (given >= 0) return given;
  throw new FieldError(`${at}: a price is at least 0, and this one is ${given}`);
};

/** What a file of prices has. A price that is not there is 0. */
export interface Prices {
  /** Its name, like EUR. */
  readonly currency: string;
  /** For an hour on a host. */
  readonly hour?: number;
  /** For 2^30 bytes of memory for an hour. */
  readonly gibibyteHour?: number;
  /** For 10^9 instructions. */
  readonly gigastep?: number;
  /** For a move between two hosts. */
  readonly migration?: number;
}

const pricesShape = record<Prices>({
  currency: text(16, /^[A-Z]{1,16}$/),
  hour: optional(price),
  gibibyteHour: optional(price),
  gigastep: optional(price),
  migration: optional(price),
});

/** Prices from what a file has. Throws FieldError. */
export function readPrices(value: unknown): Prices {
  return pricesShape(value, '');
}

export interface BilledLine extends UsageLine {
  /** In the prices' currency, rounded to a millionth. */
  readonly cost: number;
}

const msPerHour = 3_600_000;

/** What each line costs. The same usage has the same cost, whoever computes it. */
export function bill(lines: readonly UsageLine[], prices: Prices): readonly BilledLine[] {
  const { hour = 0, gibibyteHour = 0, gigastep = 0, migration = 0 } = prices;
  return lines.map((line) => ({
    ...line,
    cost: millionth(
      (line.ms / msPerHour) * hour +
        (line.memoryByteSeconds / 2 ** 30 / 3600) * gibibyteHour +
        (line.steps / 1e9) * gigastep +
        line.migrations * migration,
    ),
  }));
}

/** The sum of the lines' costs. */
export function totalCost(lines: readonly BilledLine[]): number {
  return millionth(lines.reduce((sum, { cost }) => sum + cost, 0));
}

function millionth(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}

/** Comma-separated values (RFC 4180), a row for each line, with the names of the columns first. */
export function formatCsv(
  by: UsageKey,
  lines: readonly (UsageLine | BilledLine)[],
  currency?: string,
): string {
  const heads = [by, 'ms', 'memory_byte_seconds', 'steps', 'placements', 'migrations'];
  const rows = lines.map((line) => [
    line.name,
    line.ms,
    line.memoryByteSeconds,
    line.steps,
    line.placements,
    line.migrations,
    ...('cost' in line ? [line.cost] : []),
  ]);
  const all = [currency === undefined ? heads : [...heads, `cost_${currency.toLowerCase()}`], ...rows];
  return all.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: string | number): string {
  const shown = String(value);
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
