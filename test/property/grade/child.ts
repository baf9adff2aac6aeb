/**
 * What runs in a submission's process beside the submission: reads orders, has the kit carry them out, and hands in
 * the transcripts. It is started as `node --eval`, so that the process needs no file (sandbox.ts).
 *
 * First it takes from this realm whatever could lead a submission that escapes from its own realm any further; that is
 * one layer of several, and the judge does not depend on it.
 */
import { readSync, writeSync } from 'node:fs';
import vm from 'node:vm';
import type { Source } from './submission.ts';
import { MESSAGE } from './transcript.ts';

/** The first message to a submission's process. */
export interface Submission {
  /** The bundles of kit.ts and strip.ts. */
  readonly kit: string;
  readonly strip: string;
  readonly main: Source;
}

/** JavaScript of a submission's file. Does not return if it is not TypeScript. */
type Strip = (source: Source) => string;

/** `bundle`: that of strip.ts, which is not compiled unless it is used. */
function stripBy(bundle: string): Strip {
  interface Exports {
    readonly strip?: (path: string, text: string) => string;
  }
  let made: Exports | undefined;
  return ({ path, text }) => {
    if (!/\.[cm]?ts$/.test(path)) return text;
    if (made === undefined) {
      const module: { exports: Exports } = { exports: {} };
      vm.compileFunction(bundle, ['module', 'exports'])(module, module.exports);
      made = module.exports;
    }
    try {
      return made.strip?.(path, text) ?? '';
    } catch (error) {
      return refuse('syntax-error', `it cannot be read: ${path}: ${(error as Error).message}`);
    }
  };
}

/** What of the kit is called here. Only texts and numbers cross. */
interface Kit {
  readonly sheet: ArrayBuffer;
  readonly begin: (order: string) => number;
  readonly turn: () => number;
  readonly said: (error: unknown) => unknown;
  readonly furnish: () => void;
}

const thisProcess = process;
const { reallyExit } = thisProcess as unknown as { reallyExit: (status: number) => never };
const end = () => reallyExit.call(thisProcess, 0);

/** What Node itself uses of `process` while it ends. */
const needed = new Set(['_events', '_eventsCount', '_maxListeners', '_exiting', 'exitCode', 'nextTick']);

/** Takes away what this process could act on others with. */
function disarm(): void {
  for (const name of Reflect.ownKeys(process))
    if (!needed.has(String(name))) Reflect.deleteProperty(process, name);
  process.emitWarning = () => {};
  const language = new Set(vm.runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!language.has(name)) Reflect.deleteProperty(globalThis, name);
  }
}

/** Fills `into` from standard input, or ends: nobody is there any more. */
function readWhole(into: Uint8Array): Uint8Array {
  for (let at = 0; at < into.length; ) {
    const length = readSync(0, into, at, into.length - at, null);
    if (length === 0) end();
    at += length;
  }
  return into;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The next message: its number and text. */
function receive(): { number: number; text: string } {
  const head = new DataView(readWhole(new Uint8Array(8)).buffer);
  const body = readWhole(new Uint8Array(head.getUint32(4, true)));
  return { number: head.getUint32(0, true), text: decoder.decode(body) };
}

/** Messages that are not sent yet: each wakes the judge, which costs more than most guests. */
const outgoing = new Uint8Array(2 ** 20);
let waiting = 0;

function flush(): void {
  for (let at = 0; at < waiting; ) at += writeSync(1, outgoing, at, waiting - at);
  waiting = 0;
}

function put(bytes: Uint8Array): void {
  if (waiting + bytes.length > outgoing.length) flush();
  if (bytes.length <= outgoing.length) {
    outgoing.set(bytes, waiting);
    waiting += bytes.length;
  } else for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at, bytes.length - at);
}

/** A message, to be sent by the next `flush`. */
function write(kind: number, number: number, body: Uint8Array = new Uint8Array(0)): void {
  const head = new DataView(new ArrayBuffer(12));
  head.setUint32(0, kind, true);
  head.setUint32(4, number, true);
  head.setUint32(8, body.length, true);
  put(new Uint8Array(head.buffer));
  put(body);
}

function send(kind: number, number: number, body?: Uint8Array): void {
  write(kind, number, body);
  flush();
}

function refuse(reason: string, text: string): never {
  send(MESSAGE.REFUSED, 0, encoder.encode(`${reason}\n${text.slice(0, 2000)}`));
  return end();
}

/** What the kit returns when there is no memory. */
const noMemory = -1;

const glue = `import * as submission from 'submission';
import { adopt } from 'kit';
export const isMonitor = adopt(submission.default);`;
const testing = `export { CAUSE, decode, LINE, PORT, PTE, SR, STATUS, systemRegisters } from 'kit';`;
const never = `throw new Error('a monitor imports at the top of its files; import() is not there');`;

/** Loads the kit and the submission into a realm of their own. Does not return if the submission is no monitor. */
async function load({ kit: kitText, strip, main }: Submission): Promise<Kit> {
  const context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  let nowhere: vm.Module | undefined;
  const make = (code: string, identifier: string) =>
    new vm.SourceTextModule(code, {
      context,
      identifier,
      importModuleDynamically: () => nowhere as vm.Module,
    });
  nowhere = make(never, 'import()');
  await nowhere.link(() => nowhere as vm.Module);
  const kitModule = make(kitText, 'kit');
  await kitModule.link(() => nowhere as vm.Module);
  await kitModule.evaluate();
  const kit = { ...(kitModule.namespace as unknown as Kit) };
  kit.furnish();
  /** What was thrown, told by the kit, for it may be the submission's. */
  const told = (error: unknown) => {
    try {
      const text = kit.said(error);
      return typeof text === 'string' ? text.slice(0, 2000) : '';
    } catch {
      return '';
    }
  };
  const made = new Map<string, vm.Module>();
  const toJavaScript = stripBy(strip);
  const source = (file: Source): vm.Module => {
    const { path } = file;
    const module = made.get(path) ?? make(toJavaScript(file), path);
    made.set(path, module);
    return module;
  };
  const find = (specifier: string, from: vm.Module): vm.Module => {
    if (specifier === 'ringlab/testing') return testingModule;
    if (from === root) return specifier === 'kit' ? kitModule : source(main);
    if (from === testingModule) return kitModule;
    send(MESSAGE.IMPORT, 0, encoder.encode(`${from.identifier}\n${specifier}`));
    return source(JSON.parse(receive().text) as Source);
  };
  const testingModule = make(testing, 'ringlab/testing');
  const root = make(glue, 'glue');
  try {
    await root.link(find);
    thisProcess.once('beforeExit', () => refuse('never-settles', 'a top-level await of it never settles'));
    await root.evaluate();
    thisProcess.removeAllListeners('beforeExit');
    if ((root.namespace as { isMonitor?: unknown }).isMonitor !== true)
      refuse('no-export', 'its default export must be a function (see examples/your-monitor)');
  } catch (error) {
    refuse(
      'load-error',
      `it cannot be loaded: ${
        told(error)
          .replace(/^threw /, '')
          .split('\n')[0]
      }`,
    );
  }
  return kit;
}

/** Carries out one order after another, until there are no more. An order alone is told of turn by turn. */
function serve({ sheet, begin, turn }: Kit): void {
  const bytes = new Uint8Array(sheet);
  for (;;) {
    const { number, text } = receive();
    const orders = JSON.parse(text) as string[];
    for (const [n, order] of orders.entries()) {
      const hand = (words: unknown) => {
        if (words === noMemory) write(MESSAGE.MEMORY, number + n);
        else if (typeof words === 'number') write(MESSAGE.TURN, number + n, bytes.subarray(0, 4 * words));
        if (orders.length === 1) flush();
      };
      hand(begin(order));
      for (let words: unknown = turn(); words !== 0; words = turn()) hand(words);
      write(MESSAGE.DONE, number + n);
    }
    flush();
  }
}

async function main(): Promise<void> {
  disarm();
  send(MESSAGE.READY, 0);
  const kit = await load(JSON.parse(receive().text) as Submission);
  send(MESSAGE.LOADED, 0);
  serve(kit);
}

void main();
