/**
 * What the page asks the worker and what it is answered. Types alone, so that the page needs none of the machine's code.
 *
 * A part of the worker describes its requests in an interface like `SessionRequests`, adds it to `Requests`, and adds its
 * functions to `handlers` in handlers.ts. README.md shows it with an example.
 */
import type { Diagnostic } from '../../assembler/index.ts';
import type { Work } from '../../isa/work.ts';
import type { ClassifyRequests } from './classify.ts';
import type { Frame } from './frame.ts';
import type { MemoryRequests } from './memory.ts';
import type { MoveRequests } from './move.ts';
import type { PoolRequests } from './pool.ts';
import type { Scenario } from './scenario.ts';
import type { Desk } from './desk.ts';
import type { SessionRequests } from './session-handlers.ts';
import type { TranslationRequests } from './translation.ts';
import type { TourRequests } from './tour-handlers.ts';

/** Every request by its kind: what is asked, and the answer. */
export interface Requests
  extends FileRequests,
    SessionRequests,
    TranslationRequests,
    MemoryRequests,
    ClassifyRequests,
    MoveRequests,
    PoolRequests,
    TourRequests {}

interface FileRequests {
  /** The library: texts by path. The worker reads included files there. Asked once, before all else. */
  files: { ask: Readonly<Record<string, string>>; answer: null };
}

export type Kind = keyof Requests;

/** A message to the worker. `stop` ends what is being done and what waits. */
export type ToWorker =
  | {
      readonly [K in Kind]: { readonly id: number; readonly kind: K; readonly ask: Requests[K]['ask'] };
    }[Kind]
  | { readonly id: number; readonly kind: 'stop' };

/** A message from the worker, about the request `id`. The last one of a request is not `progress`. */
export type FromWorker =
  | { readonly id: number; readonly kind: 'answer'; readonly answer: unknown }
  | { readonly id: number; readonly kind: 'progress'; readonly progress: unknown }
  | { readonly id: number; readonly kind: 'stopped' }
  | { readonly id: number; readonly kind: 'failed'; readonly message: string };

/**
 * What answers requests. A handler returns the answer, or work that yields now and then: between two yields the worker
 * hears `stop`, so they are to be a few milliseconds apart. What is yielded, unless it is undefined, goes to the page as progress.
 */
export type Handlers<R> = {
  readonly [K in keyof R]: R[K] extends { ask: infer Ask; answer: infer Answer }
    ? (ask: Ask, desk: Desk) => Answer | Work<unknown, Answer>
    : never;
};

/** What came of opening a scenario. */
export type Opened =
  | {
      readonly ok: true;
      readonly frame: Frame;
      readonly warnings: readonly Diagnostic[];
      readonly lines: readonly CodeLine[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A line of the main file that became code or data, and where. */
export interface CodeLine {
  readonly line: number;
  readonly address: number;
}

export type { Frame, Scenario };
