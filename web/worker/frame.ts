/** What the page shows of two machines at a step: plain data, made in the worker (side.ts). */

/** What happened in a run, at a step. */
export interface EventItem {
  /** The step that does it: before that step it has not happened. */
  readonly step: number;
  readonly kind: 'trap' | 'exit' | 'output';
  /** What it was, in words. */
  readonly text: string;
}

/** One machine between two steps. Words are unsigned. */
export interface SideFrame {
  /** Less than the frame's step when the guest ended before. */
  readonly step: number;
  readonly pc: number;
  /** pc as a name and an offset; '' if there is none. */
  readonly at: string;
  /** The next instruction; '' where none can be fetched. */
  readonly asm: string;
  /** Its row in the instruction table. */
  readonly row: string | undefined;
  /** Whether it is sensitive and does not trap outside ring 0 on this variant. */
  readonly critical: boolean;
  /** The next instruction's place in the source. */
  readonly line: { readonly file: string; readonly line: number } | undefined;
  /** The guest's own ring. */
  readonly ring: number;
  /** The ring in which its next instruction really runs: under a monitor it may differ. Undefined: it is interpreted. */
  readonly realRing: number | undefined;
  readonly status: number;
  readonly paging: boolean;
  readonly waiting: boolean;
  /** The 32 general registers. */
  readonly x: readonly number[];
  /** The system registers by number. */
  readonly system: readonly number[];
  /** Numbers of the registers that the last step changed. */
  readonly changed: { readonly x: readonly number[]; readonly system: readonly number[] };
  /** The end of what was printed, and how many bytes came before it. */
  readonly printed: { readonly text: string; readonly before: number };
  /** Why it cannot go on, in words; undefined while it can. */
  readonly ended: string | undefined;
  /** Whether it waits for console input, which can be typed. */
  readonly wantsInput: boolean;
  /** Exits to the monitor up to the furthest step; undefined on the bare machine. */
  readonly exits: number | undefined;
  /** What happened shortly before and after this step. */
  readonly events: readonly EventItem[];
}

/** Both machines after the same number of steps. */
export interface Frame {
  readonly step: number;
  /** The furthest step that was reached. */
  readonly edge: number;
  /** The bare machine, and the guest under the monitor. */
  readonly sides: readonly [SideFrame, SideFrame];
  /** Physical address of the first word of memory that differs. */
  readonly memoryDiffersAt: number | undefined;
}
