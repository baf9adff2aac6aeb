/** What a run of the timeline of techniques has counted and measured (timeline.ts), for those who only print it. */

/** What exits are about. */
export const kinds = ['instructions', 'traps', 'memory', 'interrupts', 'translation', 'calls'] as const;
export type ExitKind = (typeof kinds)[number];

/** One guest under one technique. */
export interface TimelineResult {
  readonly guest: string;
  /** The year of the technique's first product or paper; empty for the bare machine and interpretation. */
  readonly year: string;
  readonly technique: string;
  readonly steps: number;
  /** Exits to the monitor, by what they are about. */
  readonly exits: Readonly<Record<ExitKind, number>>;
  /** Processor time of the whole run in milliseconds: the median. */
  readonly ms: number;
}
