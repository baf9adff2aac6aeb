/** The pool that the Pool view shows: a simulated one in a worker of its own, or the real one that `ringlab lab --pool` follows. */
import { signal } from '@preact/signals';
import type { PoolPicture } from '../../../vmm/pool/picture.ts';
import type { PoolAct, PoolFrame } from '../../worker/pool.ts';
import { Client, Stopped } from '../client.ts';
import { startPoolWorker } from '../embedded.ts';
import { said, viewState } from '../state.ts';

/** The real pool, where there is one; `isAway`: the server does not answer any more. */
export interface RealPool {
  readonly name: string;
  readonly picture: PoolPicture;
  readonly isAway: boolean;
}

export const realPool = signal<RealPool | undefined>(undefined);
export const poolFrame = signal<PoolFrame | undefined>(undefined);
export const isRunning = signal(false);
/** Whether the simulated hosts do without leases and fencing. */
export const isCareless = viewState('pool', false);

/** Seconds of the hosts that pass in a second of ours. */
export const paces = [1, 3, 10] as const;
export const pace = signal<number>(3);

const hosts = new Client(startPoolWorker, {});

/** A new rack, in which time passes. */
export async function begin(): Promise<void> {
  pause();
  try {
    poolFrame.value = await hosts.ask('pool-begin', { isCareless: isCareless.value });
  } catch (error) {
    if (error instanceof Stopped) return;
    throw error;
  }
  await run();
}

export async function act(asked: PoolAct): Promise<void> {
  if (poolFrame.value === undefined) return;
  poolFrame.value = await hosts.ask('pool-act', asked);
  said.value = asked.act === 'create' ? 'A machine is created' : `${asked.host}: ${asked.act}`;
  void run();
}

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
/** Number of the run that goes on: an older one ends. */
let runs = 0;

export async function run(): Promise<void> {
  if (isRunning.value || poolFrame.value === undefined) return;
  isRunning.value = true;
  const own = ++runs;
  let last = await nextFrame();
  while (isRunning.value && own === runs) {
    const now = await nextFrame();
    // A tab that was hidden does not catch up.
    const milliseconds = Math.min(now - last, 500) * pace.value;
    if (milliseconds < 200) continue;
    last = now;
    const frame = await hosts.ask('pool-run', { milliseconds });
    if (own === runs) poolFrame.value = frame;
  }
}

export function pause(): void {
  isRunning.value = false;
  runs += 1;
}

/** Lets a second pass. */
export async function second(): Promise<void> {
  pause();
  poolFrame.value = await hosts.ask('pool-run', { milliseconds: 1000 });
}
