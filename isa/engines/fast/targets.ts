/** What indirect jumps were seen to do: the targets that compiled code did not foresee, by the jump's address. */

interface Site {
  readonly targets: Map<number, number>;
  misses: number;
  /** Misses at which the regions with this jump are compiled anew. */
  next: number;
}

/** Most targets that a jump is given. */
const most = 24;

/** Misses before the first recompilation; each later one takes four times as many. */
const first = 400;

export class TargetProfile {
  readonly #sites = new Map<number, Site>();

  /** Notes a miss; true when it is time to compile the regions with this jump anew, if that can be afforded. */
  note(pc: number, target: number, affordable: boolean): boolean {
    let site = this.#sites.get(pc);
    if (site === undefined) {
      site = { targets: new Map(), misses: 0, next: first };
      this.#sites.set(pc, site);
    }
    if (site.targets.size >= most && !site.targets.has(target)) return false;
    site.targets.set(target, (site.targets.get(target) ?? 0) + 1);
    site.misses += 1;
    if (site.misses < site.next || !affordable) return false;
    site.next *= 4;
    return true;
  }

  /** The targets seen, most frequent first. */
  of(pc: number): readonly number[] {
    const seen = [...(this.#sites.get(pc)?.targets ?? [])];
    return seen.sort((a, b) => b[1] - a[1]).map(([target]) => target);
  }
}
