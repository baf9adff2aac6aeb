/**
 * Makes a temporary folder for a benchmark, and ends the programs that it started. Nothing is left when the benchmark
 * ends, even by a signal.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `act` with a temporary folder, which is removed afterwards, even if a signal ends this process. Functions that `act`
 * passes to `before` are called before the folder is removed; they should end the programs that write into it.
 */
export async function withFolder<T>(
  act: (folder: string, before: (end: () => void) => void) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-bench-'));
  const ends: (() => void)[] = [];
  const clear = () => {
    for (const end of ends.splice(0)) end();
    // A program that was just killed may still be writing.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  const stop = (signal: (typeof signals)[number]) => process.exit(128 + constants.signals[signal]);
  process.once('exit', clear);
  for (const signal of signals) process.once(signal, stop);
  try {
    return await act(folder, (end) => ends.push(end));
  } finally {
    for (const signal of signals) process.off(signal, stop);
    process.off('exit', clear);
    clear();
  }
}
