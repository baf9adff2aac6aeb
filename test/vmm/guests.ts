/** The system guests of guests/, ready to be run on the bare machine and under a monitor. */
import { steady } from '../engines/compiled.ts';
import { parseExpectations } from '../guests/expectations.ts';
import { fillSectors, guestFiles, guestText, imageOf } from '../guests/run.ts';
import type { Parts } from './kit.ts';

/** All of them, the smaller teaching kernel too. `kernel/kernel.s` runs for longer: see its own tests. */
export const systemGuests: readonly string[] = [...guestFiles, 'kernel/mini.s'].filter(
  (file) => !parseExpectations(guestText(file)).process,
);

/** Enough for every guest; less than the default, for memories are compared often. */
const memory = 2 ** 22;

/** The guest with all that its head says it wants. */
export function partsOf(file: string, variant: string): Parts {
  const wishes = parseExpectations(guestText(file));
  const disk = wishes.disk && Buffer.from(fillSectors(wishes.disk).join(''), 'latin1');
  return {
    image: imageOf(file),
    variant,
    memory: wishes.memory ?? memory,
    input: wishes.input,
    ...(disk ? { disk } : {}),
    ...(file === 'kernel/kernel.s' ? { fast: steady } : {}),
  };
}

/** Variants that the guest runs on. */
export function variantsOf(file: string): readonly string[] {
  return [...parseExpectations(guestText(file)).outcomes.keys()];
}

/**
 * Whether anything of a guest is compiled: hybrid runs user code alone, which nearly all run once at most; hardware what runs
 * with paging on; interpret nothing.
 */
export function isCompiled(file: string, strategy: string): boolean {
  if (strategy === 'hybrid' || strategy === 'hardware') return file.startsWith('kernel/');
  return strategy !== 'interpret';
}
