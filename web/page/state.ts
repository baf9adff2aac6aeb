/**
 * What the page shows, as signals: a component that reads one is drawn again when it changes. What belongs into a link is
 * marked; link.ts writes and reads it. Actions that change these are in laboratory.ts.
 */
import { computed, signal, type Signal } from '@preact/signals';
import type { Diagnostic } from '../../assembler/index.ts';
import type { Divergence } from '../../vmm/monitor/compare.ts';
import type { CodeLine, Frame } from '../worker/protocol.ts';
import type { VariantChoice } from '../worker/scenario.ts';
import { embedded } from './embedded.ts';

/** What came of the comparison. */
export type Verdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'comparing'; readonly steps: number }
  /** `all`: up to the end of the guest; otherwise it would go on. */
  | { readonly kind: 'equal'; readonly steps: number; readonly all: boolean }
  | { readonly kind: 'diverges'; readonly steps: number; readonly divergence: Divergence }
  /** The program has errors, or it cannot be loaded. */
  | { readonly kind: 'unusable'; readonly message: string };

/** Where the text in the editor is from. */
export type Origin = 'library' | 'own' | 'shared' | 'file';

const { files } = embedded();
const firstGuest = 'guests/flags.s';

// ---- In the link ----

/** The main file's path in the library, or the name of a file of the reader's. */
export const guest = signal(firstGuest);
/** What is in the editor. */
export const text = signal(files[firstGuest] ?? '');
export const variant = signal<VariantChoice>('ring32-v');
export const monitor = signal('trap-and-emulate');
export const translateUser = signal(false);
/** The view's id. */
export const view = signal('acts');
/** What views remember, by the view's id: use `viewState`. */
export const viewStates = signal<Readonly<Record<string, unknown>>>({});
/** `list`, or a tour's number and the number of its stop: `12.3`. Undefined: the tour panel is closed. */
export const tour = signal<string | undefined>(undefined);

// ---- Not in the link, but for the frame's step ----

export const frame = signal<Frame | undefined>(undefined);
export const verdict = signal<Verdict>({ kind: 'none' });
export const diagnostics = signal<readonly Diagnostic[]>([]);
/** Lines of the main file that became code, and where. */
export const lines = signal<readonly CodeLine[]>([]);
/** Steps with an event, for the time bar. */
export const marks = signal<readonly number[]>([]);
export const origin = signal<Origin>('library');
/** Names of registers to look at: the tour's stop points at them. */
export const pointed = signal<ReadonlySet<string>>(new Set());
/** What is done now, in words; undefined: nothing. */
export const busy = signal<string | undefined>(undefined);
export const playing = signal(false);
/** What just happened, for the line that is read aloud. */
export const said = signal('');

/** Lines of the main file before which running stops. */
export const breakpoints = signal<ReadonlySet<number>>(new Set());

export const step = computed(() => frame.value?.step ?? 0);

/** Whether the text in the editor is not the library's. */
export const isChanged = computed(() => files[guest.value] !== text.value);

/**
 * Something that a view remembers and that links carry: a signal-like pair whose value is plain data (JSON).
 * `const address = viewState('memory', 0)`, then `address.value` is read and written. A link may come from anybody: what
 * `isRight` refuses counts as `initial`.
 */
export function viewState<T>(
  id: string,
  initial: T,
  isRight: (value: unknown) => boolean = (value) => typeof value === typeof initial,
): Pick<Signal<T>, 'value'> {
  return {
    get value(): T {
      const value = viewStates.value[id];
      return isRight(value) ? (value as T) : initial;
    },
    set value(value: T) {
      viewStates.value = { ...viewStates.value, [id]: value };
    },
  };
}
