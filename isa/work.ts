/**
 * Work that takes time: a generator that yields now and then how far it is. Whoever drives it can look at the clock
 * in between, show the progress, or leave off; nothing has to be cleaned up then.
 */
export type Work<Progress, Result> = Generator<Progress, Result, undefined>;

/** Does the whole work, and returns its result. */
export function finish<Result>(work: Work<unknown, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
