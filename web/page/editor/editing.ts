/** What follows when the reader changes the text: it is saved, and the machines run the new text once it has no errors. */
import { batch } from '@preact/signals';
import { ask, open } from '../laboratory.ts';
import { guest, diagnostics, origin, text, verdict } from '../state.ts';
import { save } from './own-texts.ts';

/** Milliseconds without a change after which the text is looked at. */
const pause = 350;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The editor has this text now. */
export function edited(now: string): void {
  if (now === text.peek()) return;
  batch(() => {
    text.value = now;
    if (origin.value !== 'shared') origin.value = origin.value === 'file' ? 'file' : 'own';
  });
  clearTimeout(timer);
  timer = setTimeout(() => void settle(now), pause);
}

async function settle(now: string): Promise<void> {
  await save(guest.value, origin.value === 'shared', now);
  const found = await ask('check', { guest: guest.value, text: now });
  if (found === undefined || text.value !== now) return;
  const isUsable = verdict.value.kind !== 'unusable';
  if (found.errors.length === 0) return open();
  batch(() => {
    diagnostics.value = found.errors;
    const count = found.errors.length;
    verdict.value = {
      kind: 'unusable',
      message: `${count === 1 ? 'The program has an error' : `The program has ${count} errors`}${isUsable ? '; the machines still run the text before it' : ''}.`,
    };
  });
}
