/** The priority of this process's threads. */
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Less urgent by ten steps: when both want a processor, the guest gets nine tenths of it. */
const lower = 10;

/**
 * Lets the guest go before V8's own threads. They optimize compiled code while the guest runs, and there are four of them.
 * With two processors the guest waited for its own compilers during a third of a short run. Only Linux has a
 * priority for each thread; elsewhere this does nothing.
 */
export function letGuestGoFirst(): void {
  if (process.platform !== 'linux') return;
  try {
    for (const thread of readdirSync('/proc/self/task').map(Number))
      if (thread !== process.pid) setPriority(thread, lower);
  } catch {
    // A thread has ended meanwhile, or there is no /proc: the guest runs as it would have.
  }
}
