/** Observed targets of indirect jumps that compiled code did not expect, by the address of the jump. */
import type { Budget } from './budget.ts';

interface Site {
  readonly targets: Map<number, number>;
  misses: number;
  /** Misses at which the regions with this jump are compiled anew; then it takes four times as many. */
  next: number;
}

/** Most targets that a jump is given. */
const most = 24;

export class TargetProfile {
  readonly #budget: Budget;
  readonly #sites = new Map<number, Site>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Notes a miss; true when it is time to compile the regions with this jump anew, and affordable. */
  note(pc: number, target: number): boolean {
    let site = this.#sites.get(pc);
    if (site === undefined) {
      site = { targets: new Map(), misses: 0, next: this.#budget.misses };
      this.#sites.set(pc, site);
    }
    if (site.targets.size >= most && !site.targets.has(target)) return false;
    site.targets.set(target, (site.targets.get(target) ?? 0) + 1);
    site.misses += 1;
    this.#budget.fail();
    if (site.misses < site.next || !this.#budget.affords) return false;
    site.next *= 4;
    return true;
  }

  /** The targets seen, most frequent first. */
  of(pc: number): readonly number[] {
    const seen = [...(this.#sites.get(pc)?.targets ?? [])];
    return seen.sort((a, b) => b[1] - a[1]).map(([target]) => target);
  }
}
