/**
 * What the last hunt found, saved in killed.jsonl, a line for each mutant: the suite kills each mutant again by its
 * record, and compares the table with the records. A record is stale when its case is another guest by now.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../program.ts';
import { type PropertyName, randomGuests } from '../properties.ts';
import { sourceRoot } from './build.ts';

export interface Kill {
  readonly name: string;
  readonly property: PropertyName;
  readonly seed: number;
  /** The case that caught it; those before did not. */
  readonly case: number;
  /** That case's guest, by its digest: when the generator makes another guest of the case, the record is stale. */
  readonly guest: string;
  /** Other properties that catch it too, soon. */
  readonly also: readonly PropertyName[];
  /** The case that the smallest guest is made of; what is wrong under it, in words; and the guest. */
  readonly smallestFrom: number;
  readonly reason: string;
  readonly program: Program;
}

export const killsFile = join(sourceRoot, 'test/property/zoo/killed.jsonl');

export function readKills(): readonly Kill[] {
  const lines = readFileSync(killsFile, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Kill);
}

export function formatKills(kills: readonly Kill[]): string {
  return kills.map((kill) => `${JSON.stringify(kill)}\n`).join('');
}

/** The digest of the guest that a case is now. */
export function guestDigest(property: PropertyName, seed: number, n: number): string {
  const text = JSON.stringify(randomGuests[property](seed, n));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Whether the record's case is still the guest that it was when it was recorded. */
export function isStale({ property, seed, case: n, guest }: Kill): boolean {
  return guest !== guestDigest(property, seed, n);
}

/** The command that hunts these mutants anew and renews their records. */
export function renewal(names: readonly string[]): string {
  return `npm run zoo -- ${names.join(' ')}`;
}
