/** Requests about the open session: open, compare, go, type. */
import { type Assembly, AssemblyError, assemble, type Diagnostic } from '../../assembler/index.ts';
import { bytesToHex, utf8 } from '../../isa/machine/bytes.ts';
import type { Memory } from '../../isa/machine/memory.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import type { Comparison } from '../../vmm/monitor/compare.ts';
import { portableSha256 } from '../../vmm/wire/sha256.ts';
import type { Frame } from './frame.ts';
import type { CodeLine, Handlers, Opened } from './protocol.ts';
import type { Scenario } from './scenario.ts';
import { Session, type Target } from './session.ts';
import { isShown, typed } from './side.ts';

/** A result of `go`. */
export interface Went {
  readonly frame: Frame;
  /** Whether what was looked for was met; `step`: whether the guest goes that far. */
  readonly met: boolean;
}

/** The whole run as far as it is known, for the time bar. */
export interface Outline {
  readonly edge: number;
  /** Steps with a trap or an exit, at most one for each part of the bar. */
  readonly marks: readonly number[];
}

/** What the assembler says of a text. */
export interface Checked {
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

export interface SessionRequests {
  /** Assembles without opening anything. */
  check: { ask: { guest: string; text: string }; answer: Checked };
  /** Assembles and makes both machines. What was open is closed, unless there were errors. */
  open: { ask: Scenario; answer: Opened };
  /** Compares both runs up to a step. Progress: the number of equal steps. */
  compare: { ask: { limit: number }; answer: Comparison };
  go: { ask: { to: Target; budget?: number }; answer: Went };
  /** The physical address of a symbol or a hexadecimal number, as the bare machine maps it now; null if it has none. */
  locate: { ask: { place: string }; answer: number | null };
  /** Types at both consoles; no text is the end of the input. */
  type: { ask: { text: string | null }; answer: Frame };
  breakpoints: { ask: readonly number[]; answer: null };
  /** A sum of each machine's whole memory: two runs that are the same have the same. */
  sums: { ask: null; answer: readonly string[] };
  outline: { ask: { parts: number }; answer: Outline };
}

export const sessionHandlers: Handlers<SessionRequests> = {
  check: ({ guest, text }, desk) => {
    const assembled = tryAssemble(guest, text, desk.readFile);
    return 'diagnostics' in assembled
      ? { errors: assembled.diagnostics, warnings: [] }
      : { errors: [], warnings: assembled.assembly.warnings };
  },
  open: (scenario, desk) => {
    const assembled = tryAssemble(scenario.guest, scenario.text, desk.readFile);
    if ('diagnostics' in assembled) return { ok: false, diagnostics: assembled.diagnostics };
    const { assembly } = assembled;
    desk.session = new Session(scenario, assembly);
    const lines = linesOf(scenario.guest, assembly);
    return { ok: true, frame: desk.session.frame(), warnings: assembly.warnings, lines };
  },
  compare: ({ limit }, { session }) => session.compare(limit),
  *go({ to, budget }, { session }) {
    const met = yield* session.go(to, budget);
    return { frame: session.frame(), met };
  },
  locate: ({ place }, { session }) => session.sides[0].locate(place) ?? null,
  type: ({ text }, { session }) => {
    session.record(text === null ? { kind: 'console-end' } : typed(text));
    return session.frame();
  },
  breakpoints: (addresses, { session }) => {
    session.breakpoints = addresses;
    return null;
  },
  sums: (_, { session }) => session.sides.map(({ subject }) => sumOf(subject.machine.memory)),
  outline: ({ parts }, { session }) => {
    const { edge, sides } = session;
    const size = Math.max(1, Math.ceil(edge / parts));
    const steps = sides.flatMap(({ chronicle }) =>
      chronicle
        .between(0, edge + 1)
        .filter(isShown)
        .map(({ step }) => Math.floor(step / size) * size),
    );
    return { edge, marks: [...new Set(steps)].sort((a, b) => a - b) };
  },
};

/** The lines of the main file that became code or data. */
export function linesOf(guest: string, { listing }: Assembly): CodeLine[] {
  return listing
    .filter(({ file, bytes }) => file === guest && bytes.length > 0)
    .map(({ line, address }) => ({ line, address }));
}

/** SHA-256 of the pages that are not all zeros, with their numbers. */
function sumOf({ bytes, words }: Memory): string {
  const hash = portableSha256();
  for (let page = 0; page < bytes.length / PAGE; page++) {
    if (words.subarray((page * PAGE) / 4, ((page + 1) * PAGE) / 4).every((word) => word === 0)) continue;
    hash.update(utf8(String(page)));
    hash.update(bytes.subarray(page * PAGE, (page + 1) * PAGE));
  }
  return bytesToHex(hash.digest());
}

type Assembled =
  | { readonly assembly: ReturnType<typeof assemble> }
  | { readonly diagnostics: readonly Diagnostic[] };

function tryAssemble(
  guest: string,
  text: string,
  readFile: (path: string, from: string) => Uint8Array,
): Assembled {
  try {
    return { assembly: assemble([{ name: guest, text }], { readFile }) };
  } catch (error) {
    if (error instanceof AssemblyError) return { diagnostics: error.diagnostics };
    throw error;
  }
}
