/** Decides when each keep is rebased (keep/rebase.ts): after some time of running, so that a death costs no more than that. */
import { newKeep, type House } from './house.ts';
import { Keep } from './keep/keep.ts';
import { mostOfItsTime, Rebase } from './keep/rebase.ts';
import { isStorageError } from './keep/trouble.ts';
import type { Slot } from './slot.ts';

/** Milliseconds of running after which a guest is saved anew, unless its host says otherwise. */
const defaultRebaseMs = 20_000;

export class Rebases {
  readonly #house: House;
  /** Whether a guest is on its way to another host. */
  readonly #isGoing: (name: string) => boolean;
  readonly #underWay = new Map<Slot, { readonly rebase: Rebase; readonly began: number }>();

  constructor(house: House, isGoing: (name: string) => boolean) {
    this.#house = house;
    this.#isGoing = isGoing;
  }

  /** Begins what is due, and goes on with what is under way. */
  turn(): void {
    for (const [slot, { rebase }] of this.#underWay)
      if (this.#mayBeSaved(slot)) this.#advance(slot, rebase);
      else this.leaveOff(slot);
    for (const slot of this.#house.slots.values())
      if (this.#isDue(slot) && this.#mayBeSaved(slot)) this.begin(slot);
  }

  /** Whether the next base will be there in time if it is begun now. */
  #isDue({ ran, rebase: { cost, took } }: Slot): boolean {
    const { rebaseMs = defaultRebaseMs } = this.#house.options;
    return ran + took >= Math.max(rebaseMs, cost / mostOfItsTime);
  }

  /** Begins to save that guest, if that is not under way. */
  begin(slot: Slot): void {
    if (this.#underWay.has(slot)) return;
    const { shelf, clock } = this.#house.options;
    const rebase = new Rebase(slot.guest, new Keep(shelf, newKeep(slot.name)), clock);
    this.#underWay.set(slot, { rebase, began: slot.ran });
  }

  /** Leaves off: the guest is to go, or the host. */
  leaveOff(slot: Slot): void {
    this.#underWay.get(slot)?.rebase.abandon();
    this.#underWay.delete(slot);
  }

  #mayBeSaved(slot: Slot): boolean {
    const { name, entry, guest } = slot;
    const isOurs = this.#house.slots.get(name) === slot && entry?.phase === 'owned' && entry.whole;
    return isOurs && !guest.repeats && !guest.hasWaiting && !this.#isGoing(name);
  }

  #advance(slot: Slot, rebase: Rebase): void {
    try {
      if (!rebase.turn()) return;
      const { clock } = this.#house.options;
      const before = clock();
      rebase.finish();
      slot.rebase.took = slot.ran - (this.#underWay.get(slot)?.began ?? slot.ran);
      this.#underWay.delete(slot);
      this.#house.adopt(slot, rebase.keep);
      slot.rebase.cost = rebase.spent + clock() - before;
    } catch (error) {
      if (!isStorageError(error)) throw error;
      // The keep that it has is as good as before. It is tried again after as much time.
      rebase.abandon();
      this.#underWay.delete(slot);
      slot.ran = 0;
    }
  }
}
