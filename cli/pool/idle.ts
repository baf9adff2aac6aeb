/** For how long machines have had nothing to do: they wait for input, or for an interrupt, and print nothing. */
import type { Slot } from '../../vmm/hosting/slot.ts';

interface Rest {
  readonly printed: number;
  /** By performance.now(). */
  readonly since: number;
}

export class Idle {
  readonly #rests = new Map<string, Rest>();

  /** Looks at what the machines do now: once a turn. */
  look(slots: ReadonlyMap<string, Slot>): void {
    for (const name of this.#rests.keys()) if (!slots.has(name)) this.#rests.delete(name);
    for (const [name, slot] of slots) {
      const isWaiting = slot.stop?.kind === 'input' || slot.guest.machine.waiting;
      const printed = slot.log.end;
      if (!isWaiting || slot.guest.repeats) this.#rests.delete(name);
      else if (this.#rests.get(name)?.printed !== printed)
        this.#rests.set(name, { printed, since: performance.now() });
    }
  }

  /** In milliseconds. */
  of(name: string): number {
    const rest = this.#rests.get(name);
    return rest === undefined ? 0 : performance.now() - rest.since;
  }
}
