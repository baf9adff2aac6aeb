/** Runs a guest to its end or until Ctrl-C. Meanwhile its output appears, and typed input reaches it. */
import { setImmediate as nextTick } from 'node:timers/promises';
import type { PreparedGuest, GuestStop } from './guest.ts';
import { Interrupts } from './interrupts.ts';
import { readTyped } from './streams.ts';

/** How a run ended: as guests do, or by Ctrl-C. */
export type RunStop = GuestStop | { readonly kind: 'interrupted' };

/**
 * Steps between two checks of terminal and clock: usually, and after many exits, because steps are slow then. The clock
 * does not decide this, because a run must be the same every time.
 */
const SLICE = { LONG: 2 ** 22, SHORT: 2 ** 18, MANY_EXITS: 2 ** 14 } as const;
/** Milliseconds after which the guest lets the rest of the program run. */
const breath = 20;

type Runnable = Pick<PreparedGuest, 'machine' | 'run' | 'exits' | 'flush' | 'typed'>;

/** Runs to step `limit`, the guest's end or Ctrl-C. */
export async function runUntil(
  guest: Runnable,
  limit: number,
  interrupts = new Interrupts(),
): Promise<RunStop> {
  const stopReading = guest.typed === undefined ? () => {} : readTyped(guest.typed, () => interrupts.wake());
  try {
    return await runListening(guest, limit, interrupts);
  } finally {
    stopReading();
    interrupts.close();
  }
}

async function runListening(guest: Runnable, limit: number, interrupts: Interrupts): Promise<RunStop> {
  const slices = new Slices(guest);
  let breathed = performance.now();
  for (;;) {
    interrupts.listen();
    const until = Math.min(limit, guest.machine.steps + slices.next);
    const stop = guest.run(until);
    slices.done();
    guest.flush();
    if (stop.kind === 'input' && guest.typed !== undefined) await interrupts.woken();
    else if (stop.kind !== 'limit' || until === limit) return stop;
    else if (performance.now() - breathed > breath) {
      await nextTick();
      breathed = performance.now();
    }
    if (interrupts.asked) return { kind: 'interrupted' };
  }
}

/** How many steps to run until the next check: fewer when the steps before had many exits. */
class Slices {
  readonly #exits: ReadonlyMap<string, number>;
  #counted = 0;
  #next: number = SLICE.SHORT;

  constructor({ exits }: Runnable) {
    this.#exits = exits;
  }

  get next(): number {
    return this.#next;
  }

  /** The steps have passed. */
  done(): void {
    let count = 0;
    for (const times of this.#exits.values()) count += times;
    this.#next = count - this.#counted > SLICE.MANY_EXITS ? SLICE.SHORT : SLICE.LONG;
    this.#counted = count;
  }
}
