/** Records the targets of indirect jumps that compiled code did not expect, by the address of the jump. */
import type { Budget } from './budget.ts';

interface Site {
  /** How often each target was seen. */
  readonly targets: Map<number, number>;
  misses: number;
  /** At how many misses the regions with this jump are compiled again. The number grows fourfold each time. */
  next: number;
}

/** Most targets that a region compares a jump with. */
const most = 24;

export class TargetProfile {
  readonly #budget: Budget;
  readonly #sites = new Map<number, Site>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Notes a miss. True = compile the regions with this jump again now; the budget allows it. */
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
