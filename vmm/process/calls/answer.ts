/** One call, answered: its errors become numbers, and folders that nothing refers to any more are let go. */
import { CallError } from '../errno.ts';
import type { Process } from '../process.ts';
import type { SystemCall } from './call.ts';

/** What the call answers, the number of an error included. Arguments that are missing are 0. */
export function answer(process: Process, { run }: SystemCall, args: ArrayLike<number>): number | undefined {
  const at = (n: number) => args[n] ?? 0;
  try {
    return run(process, at(0), at(1), at(2), at(3), at(4), at(5));
  } catch (error) {
    if (error instanceof CallError) return -error.errno;
    throw error;
  } finally {
    process.tree.sweep(() => process.descriptors.places());
  }
}
