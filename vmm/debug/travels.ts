/** Driving a travel while listening: whoever debugs is heard every few milliseconds. */
import { setImmediate } from 'node:timers/promises';
import type { Travel } from '../replay/timeline.ts';

/** Milliseconds of running before we listen. */
const patience = 8;

/** Drives a travel to its end, or until `listen`, called now and then, says to leave off: then undefined. */
export async function drive<T>(
  travel: Travel<T>,
  listen: () => boolean,
): Promise<{ readonly value: T } | undefined> {
  let listened = performance.now();
  for (;;) {
    const { done, value } = travel.next();
    if (done) return { value };
    if (performance.now() - listened < patience) continue;
    await setImmediate();
    if (!listen()) return undefined;
    listened = performance.now();
  }
}
