/** Running: at most one frame for each frame of the screen, and nothing at all when it is not running. */
import { signal } from '@preact/signals';
import type { Target } from '../worker/session.ts';
import { ask, remark } from './laboratory.ts';
import { frame, playing } from './state.ts';

/** Steps a second; Infinity is as fast as it goes. */
export const paces = [
  { steps: 2, title: '2 a second' },
  { steps: 10, title: '10 a second' },
  { steps: 60, title: '60 a second' },
  { steps: 1000, title: '1 000 a second' },
  { steps: Number.POSITIVE_INFINITY, title: 'fastest' },
] as const;

export const pace = signal<number>(60);

/** Chooses the next pace, or the one before. */
export function changePace(by: 1 | -1): void {
  const at = paces.findIndex(({ steps }) => steps === pace.value);
  pace.value = (paces[at + by] ?? paces[at] ?? paces[0]).steps;
}

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
/** Milliseconds of work between two frames of the screen. */
const slice = 12;

/** Runs until both guests ended, a breakpoint is met, or `stopPlaying`. */
export async function play(): Promise<void> {
  if (playing.value) return;
  playing.value = true;
  let last = await nextFrame();
  let owed = 0;
  while (playing.value) {
    const now = await nextFrame();
    const isFastest = pace.value === Number.POSITIVE_INFINITY;
    if (!isFastest) owed = Math.min(owed + ((now - last) / 1000) * pace.value, pace.value);
    last = now;
    if (!isFastest && owed < 1) continue;
    const steps = Math.floor(owed);
    owed -= steps;
    const to: Target = isFastest ? { kind: 'run', milliseconds: slice } : { kind: 'by', steps };
    const went = await ask('go', { to });
    if (went === undefined) break;
    frame.value = went.frame;
    const waits = went.frame.sides.every(({ ended, wantsInput }) => ended !== undefined || wantsInput);
    if (waits || (to.kind === 'run' && went.met)) break;
  }
  playing.value = false;
  await remark();
}

export function stopPlaying(): void {
  playing.value = false;
}
