/** A host's process: its loop, between guests, migrations and the terminal. */
import { setImmediate as nextTick } from 'node:timers/promises';
import type { Control } from '../../vmm/hosting/control.ts';
import type { Host } from '../../vmm/hosting/host.ts';
import { HostError } from '../../vmm/hosting/host.ts';
import type { Doze } from '../doze.ts';
import { note } from '../output.ts';
import { sleepStepsPerMs } from '../plugged.ts';

/** Milliseconds that guests run between two checks of the network. */
const turnMs = { least: 1, most: 3 } as const;
const stepsPerTurn = { least: 1000, first: 20_000, most: 2 ** 22 } as const;

/** Most looks at the network between two turns of the guests. */
const mostLooks = 64;

/** Milliseconds that a host with nothing to do sleeps. */
const nap = 2;

/** Runs the host until it is told to end; its guests are then stored. `doze` is woken when there is something to do. */
export async function serve(
  host: Host,
  control: Control,
  doze: Doze,
  pool?: { turn(): void },
): Promise<void> {
  let isOver = false;
  const end = () => {
    isOver = true;
    doze.wake();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const typed = new Typed(host);
  let steps: number = stepsPerTurn.first;
  let last = performance.now();
  while (!isOver) {
    pool?.turn();
    const before = performance.now();
    const isBusy = host.runGuests(steps, Math.ceil((before - last) * sleepStepsPerMs));
    last = before;
    const ms = performance.now() - before;
    if (isBusy && ms < turnMs.least) steps = Math.min(stepsPerTurn.most, steps * 2);
    else if (ms > turnMs.most) steps = Math.max(stepsPerTurn.least, steps / 2);
    typed.give();
    host.migrate();
    control.turn();
    await (isBusy || host.canCopy ? nextTick() : doze.rest(nap));
    await acceptAll(host);
  }
  process.stdin.destroy();
  for (const name of host.sources.keys()) callOff(host, name);
  host.rest();
}

/**
 * Lets connections be accepted as long as more are waiting. Node accepts one at each look at the network, so with a single look
 * between two turns of the guests, the owner would wait behind every stranger for a whole turn.
 */
async function acceptAll(host: Host): Promise<void> {
  for (let look = 0; look < mostLooks; look++) {
    const { accepted } = host;
    await nextTick();
    if (host.accepted === accepted) return;
  }
}

function callOff(host: Host, name: string): void {
  try {
    host.cancel(name);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    note(`ringlab: ${error.message}\n`);
  }
}

/**
 * What is typed or piped goes to the guest that is here, as it comes, or waits for one. Ctrl-D, or the end of a pipe that
 * had something in it, ends its input.
 */
class Typed {
  readonly #host: Host;
  readonly #waiting: Uint8Array[] = [];

  constructor(host: Host) {
    this.#host = host;
    let isUsed = process.stdin.isTTY;
    process.stdin.on('data', (bytes: Buffer) => {
      isUsed = true;
      this.#waiting.push(bytes);
    });
    process.stdin.on('end', () => {
      if (isUsed) this.#waiting.push(new Uint8Array());
    });
    process.stdin.on('error', () => {});
  }

  give(): void {
    if (this.#waiting.length === 0) return;
    const slot = [...this.#host.slots.values()].find(({ entry }) => entry?.phase === 'owned');
    for (const bytes of slot ? this.#waiting.splice(0) : []) slot?.guest.feed(bytes);
  }
}
