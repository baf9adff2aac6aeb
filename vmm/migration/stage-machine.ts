/**
 * Runs a transition table (source-table.ts, target-table.ts): what one side of a migration does in which stage, on
 * which message or event, and which stage comes next.
 */
import type { MessageName } from '../wire/messages.ts';
import { FieldError } from '../wire/schema.ts';
import { type Stage, stageNames } from './stages.ts';

/** How a migration can end; after that no row applies. */
export type Ending = 'failed' | 'moved';

/** A row of a transition table. Actions, conditions and events are phrases, which the documentation prints as they are. */
export interface TransitionRow {
  readonly in: readonly Stage[];
  /** Messages, by name, and events in the words of this side. */
  readonly on: readonly string[];
  /** The row applies only when this is so; without it, always. */
  readonly when?: string;
  /** What is done first. When it throws, the stage stays as it was. */
  readonly do?: string;
  /** The stage that is entered then; without it, the stage stays as it is. */
  readonly next?: Stage | Ending;
  /** What is done in the new stage. */
  readonly after?: string;
}

type Field<R, Name extends string> = R extends { readonly [N in Name]: infer Value extends string }
  ? Value
  : never;

/** What happened: a message's payload, or the reason for an event. */
export interface Happening {
  readonly payload: Uint8Array;
  readonly reason: string;
}

/** What a table's phrases stand for. */
export interface Meanings<R extends TransitionRow> {
  readonly conditions: Readonly<Record<Field<R, 'when'>, () => boolean>>;
  readonly actions: Readonly<Record<Field<R, 'do'> | Field<R, 'after'>, Action>>;
}

export type Action = (happening: Happening) => void;

export interface StageMachineOptions<R extends TransitionRow> {
  readonly table: readonly R[];
  readonly meanings: Meanings<R>;
  readonly first: Stage;
  /** Milliseconds since whenever. */
  readonly clock: () => number;
  /** A stage was entered. */
  readonly entered: () => void;
  /** It has ended. */
  readonly ended: (ending: Ending) => void;
}

/** The stages in which the source has not decided yet. */
export const undecided: readonly Stage[] = stageNames.slice(0, -1);

export class StageMachine<R extends TransitionRow> {
  /** The stages entered so far, each with the time by the clock. */
  readonly stages: { readonly stage: Stage; readonly at: number }[] = [];
  ending: Ending | undefined;
  readonly #options: StageMachineOptions<R>;

  constructor(options: StageMachineOptions<R>) {
    this.#options = options;
    this.stages.push({ stage: options.first, at: options.clock() });
  }

  get stage(): Stage {
    return this.stages.at(-1)?.stage ?? this.#options.first;
  }

  /** Whether the table has a row for the event now. */
  accepts(event: R['on'][number]): boolean {
    return this.#row(event) !== undefined;
  }

  /** As `take`, if the table has a row for the event; returns whether it has. */
  offer(event: R['on'][number], happening?: Partial<Happening>): boolean {
    const isAccepted = this.accepts(event);
    if (isAccepted) this.take(event, happening);
    return isAccepted;
  }

  /** Does what the table says. Throws FieldError when it says nothing, and what the row's action throws. */
  take(
    event: R['on'][number] | MessageName,
    { payload = new Uint8Array(), reason = '' }: Partial<Happening> = {},
  ): void {
    const row = this.#row(event);
    if (row === undefined) throw new FieldError(`${event} in stage ${this.stage}`);
    const act = (phrase: string | undefined) =>
      phrase === undefined ? undefined : (this.#options.meanings.actions as Record<string, Action>)[phrase];
    act(row.do)?.({ payload, reason });
    if (row.next !== undefined) this.#enter(row.next);
    act(row.after)?.({ payload, reason });
  }

  #row(event: string): R | undefined {
    if (this.ending !== undefined) return undefined;
    const conditions: Readonly<Record<string, () => boolean>> = this.#options.meanings.conditions;
    return this.#options.table.find(
      (row) =>
        row.in.includes(this.stage) &&
        row.on.includes(event) &&
        (row.when === undefined || conditions[row.when]?.() === true),
    );
  }

  #enter(next: Stage | Ending): void {
    const { clock, entered, ended } = this.#options;
    if (next === 'failed' || next === 'moved') {
      this.ending = next;
      ended(next);
      return;
    }
    this.stages.push({ stage: next, at: clock() });
    entered();
  }
}
