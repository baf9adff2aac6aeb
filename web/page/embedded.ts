/** What the build put into the page beside its scripts (build.js): the library, the first frame, and the worker. */
import type { Summaries } from '../../isa/classify/summary.ts';
import type { Comparison } from '../../vmm/monitor/compare.ts';
import type { CodeLine, Frame } from '../worker/protocol.ts';

/** What the page shows before the worker is there. */
export interface First {
  readonly frame: Frame;
  readonly comparison: Comparison;
  readonly lines: readonly CodeLine[];
  readonly marks: readonly number[];
}

export interface Embedded {
  /** The library: texts by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly first: First;
  /** The built-in processors, and the instructions of all processors as the build measured them. */
  readonly processors: readonly { readonly name: string; readonly unprivileged: readonly string[] }[];
  readonly summaries: Summaries;
  /** The version of ringlab. */
  readonly version: string;
}

declare global {
  /** Set by a script in the page, and by the build when it renders the page. */
  var ringlabLaboratory: Embedded;
}

export const embedded = (): Embedded => globalThis.ringlabLaboratory;

/** Has the browser store the page, where it came from a server in parts, so that it opens without a network. */
export function keepForOffline(): void {
  const holder = document.getElementById('worker') as HTMLScriptElement;
  if (holder.dataset.source !== undefined) void navigator.serviceWorker?.register('sw.js');
}

/** Starts the worker: from its text in the page, or from its own file. */
export function startWorker(): Worker {
  const holder = document.getElementById('worker') as HTMLScriptElement;
  const { source } = holder.dataset;
  if (source !== undefined) return new Worker(source);
  const address = URL.createObjectURL(new Blob([holder.textContent ?? ''], { type: 'text/javascript' }));
  const worker = new Worker(address);
  URL.revokeObjectURL(address);
  return worker;
}
