/** What a benchmark makes for itself: a folder, and programs that run meanwhile. None of it is left when it ends, however it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does `act` with a folder that is gone afterwards, also when a signal ends this process meanwhile. What `act`
 * gives to `before` is done then, before the folder is removed: to end the programs that write into it.
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
