/** The first act as the build ran it: the page shows it before there is a worker. */
import { batch } from '@preact/signals';
import type { First } from './embedded.ts';
import { frame, lines, marks, verdict } from './state.ts';

export function showFirst({ frame: first, comparison, lines: found, marks: where }: First): void {
  batch(() => {
    frame.value = first;
    lines.value = found;
    marks.value = where;
    verdict.value = { kind: 'equal', steps: comparison.steps, all: true };
  });
}
