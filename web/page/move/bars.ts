/** What the drawings of the Move view show, from what the worker tells. */
import type { Migration } from '../../worker/move.ts';

/** A round as two bars. */
export interface Bar {
  /** The round's number, or `stop`: what went over while the guest stood still. */
  readonly label: string;
  /** Pages sent, and pages that are dirty at its end; undefined: it has not ended, or the guest stood still. */
  readonly sent: number;
  readonly dirtied: number | undefined;
  /** How long it took; undefined: it has not ended. */
  readonly milliseconds: number | undefined;
  readonly isLast: boolean;
}

/** The rounds that ended, then the one under way, or what goes over while the guest stands still. */
export function barsOf(migration: Migration): Bar[] {
  const { rounds, sending, stoppedAt, activatedAt, endedAt, state } = migration;
  const bars: Bar[] = rounds.map(({ sent, dirtied, seconds }, n) => ({
    label: String(n + 1),
    sent,
    dirtied,
    milliseconds: Math.round(seconds * 1000),
    isLast: false,
  }));
  const open = { sent: sending, dirtied: undefined };
  if (stoppedAt !== undefined) {
    const end = activatedAt ?? endedAt;
    bars.push({ label: 'stop', ...open, milliseconds: end && end - stoppedAt, isLast: true });
  } else if (state === 'under way') {
    bars.push({ label: String(rounds.length + 1), ...open, milliseconds: undefined, isLast: false });
  }
  return bars;
}

/** Where a letter stands several times on end: where it begins, and how often. */
export function runsOf(text: string, letter: string): readonly (readonly [from: number, length: number])[] {
  const found: [number, number][] = [];
  for (let at = text.indexOf(letter); at >= 0; ) {
    let end = at;
    while (text[end] === letter) end++;
    found.push([at, end - at]);
    at = text.indexOf(letter, end);
  }
  return found;
}
