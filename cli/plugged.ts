/**
 * A guest that is plugged into a network of several processes, run so that frames come in
 * and go out meanwhile.
 *
 * Its steps have no fixed length, but when it sleeps, until its timer, time passes as on a
 * machine of 10 million steps a second: or a guest that waits for an answer would have
 * given up before the other process could take a breath.
 */
import { setImmediate as nextTick } from 'node:timers/promises';
import type { Stop } from '../isa/machine/stop.ts';
import type { GuestPort } from '../vmm/network/guest-port.ts';
import type { ProcessStop } from '../vmm/process/process.ts';
import type { Guest } from './guest.ts';
import type { Plug } from './hosting/plug.ts';
import { note } from './output.ts';
import { readTyped } from './streams.ts';

/** Steps between two looks at network and terminal, and how many milliseconds of sleep they are. */
const slice = 100_000;
const sliceMs = 10;

/** Runs the guest to step `limit` or to its end. `port` is the far end of its network device. */
export async function runPlugged(
  guest: Guest,
  limit: number,
  plug: Plug,
  port: GuestPort,
): Promise<Stop | ProcessStop> {
  let wake = () => {};
  let isPlugged = true;
  port.run({
    deliver: (frame, at) => {
      wake();
      return guest.machine.deliver(frame, at);
    },
  });
  port.announce();
  plug.onEnd = (reason) => {
    isPlugged = false;
    note(`ringlab: the switch is gone: ${reason}\n`);
    wake();
  };
  const stopReading = guest.typed && readTyped(guest.typed, () => wake());
  /** Waits for a frame or a key, `ms` milliseconds at most. */
  const rest = async (ms?: number) => {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (ms !== undefined) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  };
  try {
    for (;;) {
      const until = Math.min(limit, guest.machine.steps + slice);
      const stop = guest.run(until);
      guest.flush();
      if (stop.kind === 'input' && (isPlugged || guest.typed?.canInterrupt())) await rest();
      else if (stop.kind !== 'limit' || until === limit) return stop;
      else await (guest.machine.waiting ? rest(sliceMs) : nextTick());
    }
  } finally {
    stopReading?.();
  }
}
