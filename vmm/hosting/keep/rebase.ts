/**
 * A keep's base taken anew while the guest runs, as pre-copy does it: all units are saved in the background, then those
 * that the guest has written meanwhile, until few are left. Those and the machine's state are saved between two of the
 * guest's turns. After a death only what came after that has to be repeated.
 */
import { sameBytes } from '../../../isa/machine/bytes.ts';
import { UnitWriter } from '../../migration/image/unit-writer.ts';
import { UNIT, type UnitLog, type Units } from '../../migration/image/units.ts';
import type { HostedGuest } from '../hosted-guest.ts';
import type { Keep } from './keep.ts';
import { isStorageError } from './trouble.ts';

/** Part of a guest's time that the saving may take. */
export const mostOfItsTime = 0.02;

/** Units looked at at once. */
const unitsAtOnce = 256;

/** The rest is saved when it is at most so many units, or after so many rounds. */
const few = 64;
const mostRounds = 4;

const zeros = new Uint8Array(UNIT);

export class Rebase {
  readonly keep: Keep;
  /** Milliseconds that it took of the guest's time so far. */
  spent = 0;
  readonly #guest: HostedGuest;
  readonly #clock: () => number;
  readonly #began: number;
  readonly #units: Units;
  /** What the guest writes; undefined when that is of no interest any more. */
  #log: UnitLog | undefined;
  readonly #writer: UnitWriter;
  /** Units of memory that were looked at. */
  #looked = 0;
  #rounds = 0;
  #isSaving = false;
  #isReady = false;
  #error: Error | undefined;

  /** `keep` is new, and is to get the guest's state. */
  constructor(guest: HostedGuest, keep: Keep, clock: () => number) {
    this.#guest = guest;
    this.keep = keep;
    this.#clock = clock;
    this.#began = clock();
    this.#units = guest.units(false);
    this.#log = this.#units.log();
    this.#writer = new UnitWriter(keep, guest.machine.memory.bytes);
  }

  /** Does a part of it, unless it has had its share of the time. Returns whether `finish` may be called. Throws the system's error. */
  turn(): boolean {
    if (this.#error) throw this.#error;
    const now = this.#clock();
    if (this.#isSaving || this.spent > mostOfItsTime * (now - this.#began)) return false;
    if (this.#looked < this.#units.pages) this.#look();
    else if (!this.#isReady) this.#save();
    this.spent += this.#clock() - now;
    if (this.#error) throw this.#error;
    return this.#isReady;
  }

  /** The next units: those that are zero are so in a new keep already. */
  #look(): void {
    const last = Math.min(this.#units.pages, this.#looked + unitsAtOnce);
    for (; this.#looked < last; this.#looked++)
      if (!sameBytes(this.#units.read(this.#looked), zeros)) this.#writer.add(this.#looked, 1);
  }

  /** Waits for what is being saved; then what was written meanwhile is saved, or little enough to be saved at once. */
  #save(): void {
    this.#isSaving = true;
    this.#writer.whenKept((error) => {
      this.#isSaving = false;
      this.#error = error;
      if (error) return;
      if (this.#rounds >= mostRounds || (this.#log?.count() ?? 0) <= few) this.#isReady = true;
      else {
        this.#rounds += 1;
        this.#addAll(this.#log?.take() ?? []);
      }
    });
  }

  #addAll(units: readonly number[]): void {
    try {
      for (const unit of units) this.#writer.add(unit, 1);
    } catch (error) {
      this.#error = error as Error;
    }
  }

  /** Saves the rest, between two of the guest's turns: the keep's base is its present state. Throws the system's error. */
  finish(): void {
    this.#guest.flush();
    for (const unit of this.#log?.take() ?? []) this.keep.writeUnits(unit, this.#units.read(unit));
    this.keep.state = this.#guest.save();
    this.#close();
  }

  #close(): void {
    this.#log?.close();
    this.#log = undefined;
  }

  /** Leaves off, and removes what was saved. */
  abandon(): void {
    this.#close();
    this.#writer.abandon();
    this.#writer.whenKept(() => {
      try {
        this.keep.remove();
      } catch (error) {
        // It is removed when this host is started again.
        if (!isStorageError(error)) throw error;
      }
    });
  }
}
