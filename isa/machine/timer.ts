/** The timer of TIMER: a one-shot countdown in steps, which leaves interrupt line 0 pending. */
export const never = Number.POSITIVE_INFINITY;

export class Timer {
  /** The step at which it reaches 0; never = off. */
  dueAt = never;
  /** Whether its interrupt is pending. */
  isPending = false;

  /** A write of TIMER, at step `now`: as many steps from there on, 0 = off. Clears a pending interrupt. */
  arm(count: number, now: number): void {
    this.isPending = false;
    this.dueAt = count === 0 ? never : now + count;
  }

  /** What TIMER reads at step `now`: steps left, a signed word; 0 = off. */
  read(now: number): number {
    return this.dueAt === never ? 0 : (this.dueAt - now) | 0;
  }

  /** It is step `now`: what is due happens. */
  pass(now: number): void {
    if (now < this.dueAt) return;
    this.dueAt = never;
    this.isPending = true;
  }
}
