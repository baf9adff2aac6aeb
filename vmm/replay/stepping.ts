/**
 * One step forwards, one step back, as people count them: a wait in `hlt` for an event is one
 * step, however long it is. Back is the inverse of forward.
 */
import type { Stop } from '../../isa/machine/stop.ts';
import type { Timeline, Travel } from './timeline.ts';
import type { Armed } from './points.ts';

/** One instruction, or one trap taken; a wait is passed first. */
export function* stepForward(timeline: Timeline, armed: Armed = 'none'): Travel<Stop> {
  const { machine } = timeline.subject;
  if (machine.waiting && machine.pending() === 0 && machine.nextEvent < Number.POSITIVE_INFINITY) {
    const stop = yield* timeline.forward(machine.nextEvent, armed);
    if (stop.kind !== 'limit') return stop;
  }
  return yield* timeline.forward(machine.steps + 1, armed);
}

/** Undoes one. Returns false at the beginning, where nothing is to be undone. */
export function* stepBack(timeline: Timeline): Travel<boolean> {
  const { machine } = timeline.subject;
  const from = timeline.step;
  if (from <= timeline.start) return false;
  yield* timeline.seek(from - 1);
  if (machine.waiting) yield* seekWaitStart(timeline);
  return true;
}

/** From within a wait, to the step at which it began: right after `hlt`. */
function* seekWaitStart(timeline: Timeline): Travel<void> {
  const { machine } = timeline.subject;
  // Not waiting at `low`, waiting at `high` and from the wait's start up to it.
  let high = timeline.step;
  let low = high;
  for (let size = 1; machine.waiting && low > timeline.start; size *= 8) {
    high = low;
    low = Math.max(timeline.start, high - size);
    yield* timeline.seek(low);
  }
  if (machine.waiting) return;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    yield* timeline.seek(middle);
    if (machine.waiting) high = middle;
    else low = middle;
  }
  yield* timeline.seek(high);
}
