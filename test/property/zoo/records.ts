/**
 * What the last hunt found, kept in killed.jsonl, a line for each mutant: so that the suite
 * can kill them all again at once, and the table can be compared with what was found.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../program.ts';
import type { PropertyName } from '../properties.ts';
import { sourceRoot } from './build.ts';

export interface Kill {
  readonly name: string;
  readonly property: PropertyName;
  readonly seed: number;
  /** The case that caught it; those before did not. */
  readonly case: number;
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
