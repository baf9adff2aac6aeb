/** Driving a travel while listening: whoever debugs is heard every few milliseconds. */
import type { Travel } from '../replay/timeline.ts';

/** Milliseconds of running before we listen. */
export const patience = 8;

/** Lets everything else that waits for its turn run. In Node: `setImmediate` of `node:timers/promises`. */
export type Breathe = () => Promise<unknown>;

/** Drives a travel to its end, or until `listen`, called now and then, says to leave off: then undefined. */
export async function drive<T>(
  travel: Travel<T>,
  listen: () => boolean,
  breathe: Breathe,
): Promise<{ readonly value: T } | undefined> {
  let listened = performance.now();
  for (;;) {
    const { done, value } = travel.next();
    if (done) return { value };
    if (performance.now() - listened < patience) continue;
    await breathe();
    if (!listen()) return undefined;
    listened = performance.now();
  }
}
