/** When a machine that runs on demand is started: at times of the day. */

const dayMs = 86_400_000;
const minuteMs = 60_000;

/**
 * Whether one of the times has come since `since`. Times of the day are in minutes from midnight, UTC; `since` and `now` in
 * milliseconds since 1970.
 */
export function isDue(times: readonly number[], since: number, now: number): boolean {
  const midnight = Math.floor(now / dayMs) * dayMs;
  return times.some((minute) => {
    const today = midnight + minute * minuteMs;
    const last = today <= now ? today : today - dayMs;
    return last > since;
  });
}
