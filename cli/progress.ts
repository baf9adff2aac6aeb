/** Progress on a terminal: a line on stderr that is written over, and gone at the end. There is none in a pipe. */
import { isatty } from 'node:tty';
import { printable } from '../isa/machine/printable.ts';
import type { Work } from '../isa/work.ts';
import { noteRaw } from './output.ts';

/** Shows a line over the one before; '' takes it away. */
export function showProgress(text: string): void {
  if (isatty(2)) noteRaw(`\r\x1b[K${printable(text)}`);
}

/** Milliseconds of work before its progress is shown, and between two lines. */
const patience = 1000;
const pace = 200;

/** Does the whole work, and shows how far it is once it has taken a second. */
export function finishShown<Progress, Result>(
  work: Work<Progress, Result>,
  tell: (progress: Progress) => string,
): Result {
  let next = performance.now() + patience;
  let isShown = false;
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (performance.now() < next) continue;
      next = performance.now() + pace;
      isShown = true;
      showProgress(tell(value));
    }
  } finally {
    if (isShown) showProgress('');
  }
}
