/** What the build put into the page beside its scripts (build.js): the library, the first frame, and the worker. */
import type { Summaries } from '../../isa/classify/summary.ts';
import type { Comparison } from '../../vmm/monitor/compare.ts';
import { bytesOf, through } from './streams.ts';
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
  /** Names of the instructions of the system half: the table itself stays with the worker. */
  readonly system: readonly string[];
  /** The version of ringlab. */
  readonly version: string;
}

declare global {
  /** Set by a script in the page, and by the build when it renders the page. */
  var ringlabLaboratory: Embedded;
}

export const embedded = (): Embedded => globalThis.ringlabLaboratory;

/** Whether an instruction is of the system half. */
export const isSystem = (name: string): boolean => embedded().system.includes(name);

/** Has the browser store the page, where it came from a server in parts, so that it opens without a network. */
export function keepForOffline(): void {
  const holder = document.getElementById('worker') as HTMLScriptElement;
  if (holder.dataset.source !== undefined) void navigator.serviceWorker?.register('sw.js');
}

/** Where the scripts of workers are, by the ids of their elements: in the one file they are compressed. */
const addresses = new Map<string, string>();

/** Makes the workers' scripts ready. To be called before they are started. */
export async function unpackWorkers(): Promise<void> {
  for (const id of ['worker', 'pool']) {
    const holder = document.getElementById(id) as HTMLScriptElement;
    const { source } = holder.dataset;
    addresses.set(id, source ?? (await unpacked(holder.textContent ?? '')));
  }
}

async function unpacked(text: string): Promise<string> {
  const script = await through(bytesOf(text), new DecompressionStream('deflate-raw'));
  return URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
}

/** Starts the worker: from its text in the page, or from its own file. */
export function startWorker(): Worker {
  return start('worker');
}

/** Starts the worker of the Pool view. */
export function startPoolWorker(): Worker {
  return start('pool');
}

function start(id: string): Worker {
  const address = addresses.get(id);
  if (address === undefined) throw new Error('unpackWorkers comes first');
  return new Worker(address);
}
