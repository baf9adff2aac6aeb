/**
 * Runs a guest that is plugged into a network of several processes. Frames come in and go out while
 * it runs.
 *
 * Its steps take as long as they take. But while it sleeps until its timer, time passes as on a
 * machine of 10 million steps a second. Otherwise a guest that waits for an answer would give up
 * before the other process could do anything.
 */
import { setImmediate as nextTick } from 'node:timers/promises';
import type { GuestPort } from '../vmm/network/guest-port.ts';
import { Doze } from './doze.ts';
import type { PreparedGuest } from './guest.ts';
import type { Plug } from './hosting/plug.ts';
import { Interrupts } from './interrupts.ts';
import { note } from './output.ts';
import type { RunStop } from './running.ts';
import { readTyped } from './streams.ts';

/** Steps of sleep in a millisecond. */
export const sleepStepsPerMs = 10_000;

/** Steps between two checks of network and terminal. */
const slice = 100_000;

/** Milliseconds that a guest with nothing else to do waits for a switch that is gone. */
const patience = 10_000;

/** Runs the guest to step `limit`, to its end or to Ctrl-C. `port` is the far end of its network device. */
export async function runPlugged(
  guest: PreparedGuest,
  limit: number,
  plug: Plug,
  port: GuestPort,
): Promise<RunStop> {
  const doze = new Doze();
  const interrupts = new Interrupts(() => doze.wake());
  /** Since when the switch is gone. */
  let goneAt: number | undefined;
  const mayComeBack = () => goneAt === undefined || performance.now() - goneAt < patience;
  port.run({
    deliver: (frame, at) => {
      doze.wake();
      return guest.machine.deliver(frame, at);
    },
  });
  port.announce();
  plug.onEnd = (reason) => {
    goneAt = performance.now();
    note(`ringlab: the switch is gone: ${reason}\n`);
    doze.wake();
  };
  plug.onBack = () => {
    goneAt = undefined;
    port.announce();
    note('ringlab: the switch is back\n');
  };
  const stopReading = guest.typed && readTyped(guest.typed, () => doze.wake());
  try {
    for (;;) {
      interrupts.listen();
      const until = Math.min(limit, guest.machine.steps + slice);
      const stop = guest.run(until);
      guest.flush();
      if (stop.kind === 'input' && (mayComeBack() || guest.typed?.canInterrupt()))
        await doze.rest(goneAt === undefined ? undefined : patience);
      else if (stop.kind !== 'limit' || until === limit) return stop;
      else await (guest.machine.waiting ? doze.rest(slice / sleepStepsPerMs) : nextTick());
      if (interrupts.asked) return { kind: 'interrupted' };
    }
  } finally {
    stopReading?.();
    interrupts.close();
  }
}
