/** Records the targets of indirect jumps that compiled code did not expect, by the address of the jump. */
import type { Budget } from './budget.ts';

interface Site {
  /** How often each target was seen. */
  readonly targets: Map<number, number>;
  misses: number;
  /** At how many misses the regions with this jump are compiled again. The number grows fourfold each time. */
  next: number;
}

/** Most targets that a region compares a jump with, and the factor by which a target is too rare to be one of them. */
const most = 24;
const rare = 50;

export class TargetProfile {
  readonly #budget: Budget;
  readonly #sites = new Map<number, Site>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Notes where a jump went in the first tier. */
  note(pc: number, target: number): void {
    const { targets } = this.#site(pc);
    if (targets.size < most || targets.has(target)) targets.set(target, (targets.get(target) ?? 0) + 1);
  }

  /**
   * Notes a jump of a region to a target that it did not expect, which stands for `weight` such jumps. True = compile the
   * regions with this jump again now; the budget allows it.
   */
  miss(pc: number, target: number, weight: number): boolean {
    const site = this.#site(pc);
    if (site.targets.size >= most && !site.targets.has(target)) return false;
    this.note(pc, target);
    site.misses += weight;
    this.#budget.fail();
    if (site.misses < site.next || !this.#budget.affords) return false;
    site.next *= 4;
    return true;
  }

  #site(pc: number): Site {
    let site = this.#sites.get(pc);
    if (site === undefined) {
      site = { targets: new Map(), misses: 0, next: this.#budget.misses };
      this.#sites.set(pc, site);
    }
    return site;
  }

  /** The targets seen, most frequent first, without rare ones. */
  of(pc: number): readonly number[] {
    const seen = [...(this.#sites.get(pc)?.targets ?? [])];
    const all = seen.reduce((sum, [, times]) => sum + times, 0);
    const frequent = seen.filter(([, times]) => times * rare >= all);
    return frequent.sort((a, b) => b[1] - a[1]).map(([target]) => target);
  }
}
