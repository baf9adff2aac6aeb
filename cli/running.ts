/** A guest run to its end or until Ctrl-C, so that what it prints appears, and what is typed is heard, meanwhile. */
import { setImmediate as nextTick } from 'node:timers/promises';
import type { PreparedGuest, GuestStop } from './guest.ts';
import { Interrupts } from './interrupts.ts';
import { readTyped } from './streams.ts';

/** How a run ended: as guests do, or by Ctrl-C. */
export type RunStop = GuestStop | { readonly kind: 'interrupted' };

/**
 * Steps between two looks at terminal and clock: usually, and where steps are slow because the last ones had many exits.
 * Not by the clock, for a run is to be the same every time.
 */
const SLICE = { LONG: 2 ** 22, SHORT: 2 ** 18, MANY_EXITS: 2 ** 14 } as const;
/** Milliseconds after which other things than the guest get their turn. */
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

/** How many steps may pass until the next look: fewer where each may take long, by what those before it took. */
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
