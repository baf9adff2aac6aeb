/** What is read aloud when the machines have moved: at most once a second while they run. */
import { effect } from '@preact/signals';
import { differencesOf } from './differences.tsx';
import { frame, playing, said } from './state.ts';
import type { Frame } from '../worker/frame.ts';

const pause = 1000;

/** `step 325, ring 0, ecall; a0 differs`. */
function spoken(now: Frame): string {
  const [bare] = now.sides;
  const differing = differencesOf(now).map(({ what }) => what);
  const differs =
    differing.length === 0
      ? ''
      : `; ${differing.slice(0, 3).join(', ')} ${differing.length === 1 ? 'differs' : 'differ'}`;
  return `step ${now.step}, ring ${bare.ring}, ${bare.ended ?? bare.asm}${differs}`;
}

/** Begins. */
export function followReading(): void {
  let last = 0;
  effect(() => {
    const now = frame.value;
    if (now === undefined) return;
    if (playing.value && performance.now() - last < pause) return;
    last = performance.now();
    said.value = spoken(now);
  });
}
