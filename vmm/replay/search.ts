/**
 * Searching the past: the last breakpoint met, write to a word, trap or exit before now.
 *
 * The run between two checkpoints is run again, the latest first, and what is found last there
 * is the answer. Where a point is met very often, the later half is looked through first.
 */
import type { Armed, TakenTrap, Watchpoint } from './points.ts';
import type { Timeline, Travel } from './timeline.ts';

/** The step before which something happens: at a breakpoint, or the next step writes, traps or exits. */
export interface Found {
  /** The guest is at this step: what was found happens in the step that follows. */
  readonly step: number;
  /** The watchpoint that the step writes, if that was found. */
  readonly written?: Watchpoint;
  /** The trap that the step takes, if one of those that are wanted was found. */
  readonly trapped?: TakenTrap;
  /** What was found, in words, if it was a trap or an exit. */
  readonly name?: string;
}

/** Looks from step `low` on, before step `high`; leaves the timeline anywhere. */
type Look = (timeline: Timeline, low: number, high: number) => Travel<Found | undefined>;

/** Goes back to the last breakpoint met or watchpoint written; undefined and the beginning if there is none. */
export function* seekPoint(timeline: Timeline, armed: Exclude<Armed, 'none'>): Travel<Found | undefined> {
  return yield* seekBack(timeline, (_, low, high) => lastPoint(timeline, armed, low, high));
}

/** Goes back to where the guest's physical memory from `at` on was written last. */
export function* seekWrite(timeline: Timeline, written: Watchpoint): Travel<Found | undefined> {
  const { points } = timeline;
  const { watchpoints } = points.wanted;
  points.set({ watchpoints: [written] });
  try {
    return yield* seekPoint(timeline, 'watchpoints');
  } finally {
    points.set({ watchpoints });
  }
}

/** Goes back to the last trap that the guest took. */
export function* seekTrap(timeline: Timeline): Travel<Found | undefined> {
  return yield* seekBack(timeline, lastNoted('trap'));
}

/** Goes back to the last exit to the monitor that the guest's own step caused. */
export function* seekExit(timeline: Timeline): Travel<Found | undefined> {
  return yield* seekBack(timeline, lastNoted('exit'));
}

function* seekBack(timeline: Timeline, look: Look): Travel<Found | undefined> {
  for (let high = timeline.step; high > timeline.start; ) {
    const low = timeline.checkpointBefore(high);
    const found = yield* look(timeline, low, high);
    if (found !== undefined) {
      yield* timeline.seek(found.step);
      return found;
    }
    high = low;
  }
  yield* timeline.seek(timeline.start);
  return undefined;
}

function lastNoted(kind: 'trap' | 'exit'): Look {
  return function* (timeline, low, high) {
    yield* timeline.seek(low);
    timeline.notes.forget();
    yield* timeline.forward(high);
    return timeline.notes[kind];
  };
}

/** Times that a point is met before the later half is tried first, and steps below which that is not worth it. */
const often = 64;
const short = 4096;

function* lastPoint(
  timeline: Timeline,
  armed: Exclude<Armed, 'none'>,
  low: number,
  high: number,
): Travel<Found | undefined> {
  yield* timeline.seek(low);
  let last: Found | undefined;
  let passing = false;
  for (let hits = 0; ; ) {
    const stop = yield* passing
      ? timeline.forward(Math.min(high, timeline.step + 1), 'watchpoints')
      : timeline.forward(high, armed);
    if (stop.kind !== 'break') {
      if (!passing || stop.kind !== 'limit' || timeline.step >= high) return last;
      passing = false;
      continue;
    }
    const { step } = timeline;
    const { written, trapped } = timeline.points;
    if (written !== undefined) last = { step: step - 1, written };
    else last = trapped === undefined ? { step } : { step: step - 1, trapped };
    // The instruction at a breakpoint is yet to be executed.
    passing = last.step === step;
    hits += 1;
    if (hits < often || high - step < short) continue;
    const middle = Math.floor((step + high) / 2);
    const later = yield* lastPoint(timeline, armed, middle, high);
    return later ?? (yield* lastPoint(timeline, armed, step, middle)) ?? last;
  }
}
