/**
 * The parts one by one, measured by benny. benny is a development dependency, which an
 * installed package does not have: it is looked for first, and all else is loaded after it.
 */
import { unreachable } from '../failure.ts';
import { formatTable } from '../table.ts';
import type { Case, Part } from './part.ts';

export interface PartResult {
  readonly part: string;
  readonly case: string;
  readonly unit: string;
  /** Units a second. */
  readonly rate: number;
  /** Relative margin of error of the rate, in percent. */
  readonly margin: number;
}

type Benny = typeof import('benny');

async function loadBenny(): Promise<Benny> {
  try {
    const { default: benny } = await import('benny');
    return benny as Benny;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw unreachable('--parts needs benny, a development dependency: use a checkout');
  }
}

/** What the calls returned: kept, so that they cannot be left out. */
let consumed = 0;

/** Measures the parts. Throws BenchFailure when benny is not installed. */
export async function benchParts(progress: (text: string) => void): Promise<readonly PartResult[]> {
  const benny = await loadBenny();
  const { parts } = await import('./all.ts');
  const results: PartResult[] = [];
  for (const part of parts) {
    for (const one of part.cases()) {
      progress(`${part.name}: ${one.name}`);
      results.push(await measureCase(benny, part, one));
    }
  }
  return results;
}

async function measureCase(benny: Benny, part: Part, one: Case): Promise<PartResult> {
  const act = () => {
    consumed = (consumed + one.call()) | 0;
  };
  const { results } = await quietly(() => benny.suite(part.name, benny.add(one.name, act)));
  const { details, margin } = results[0] ?? { details: { median: Number.NaN }, margin: Number.NaN };
  const rate = one.count / details.median;
  return { part: part.name, case: one.name, unit: one.unit, rate, margin };
}

/** benny announces each suite on the console; what is printed here is ours. */
async function quietly<T>(act: () => Promise<T>): Promise<T> {
  const { log } = console;
  console.log = () => {};
  try {
    return await act();
  } finally {
    console.log = log;
  }
}

/** The results as text. */
export function formatParts(results: readonly PartResult[]): string {
  const rows = results.map((one) => [
    `${one.part}, ${one.case}`,
    one.unit,
    (one.rate / 1e6).toPrecision(3),
    `${one.margin.toFixed(1)}%`,
  ]);
  return formatTable([['part', '', 'million/s', '±'], ...rows]);
}
