/**
 * A submission in a realm of its own (node:vm): no process, no files, no network, no
 * import but its own files and `ringlab/testing`, and globals that are its own. It sees
 * the real machine through functions without prototypes that take and return numbers and
 * texts (kit.ts). This keeps honest mistakes and ordinary tricks from a grade; against
 * an attacker, run the grader in a container, as with any program of a stranger.
 */
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { dirname, extname, resolve, sep } from 'node:path';
import vm from 'node:vm';
import type { Stop } from '../../../isa/machine/stop.ts';
import { plainStorage, type Storage } from '../../../isa/machine/storage.ts';
import type { Variant } from '../../../isa/table/variants.ts';
import type { GuestState } from '../contract.ts';
import { allocationFor, guestRange, Hardware, realSize } from '../hosted.ts';
import type { Program } from '../program.ts';
import type { Candidate, Setting, Subject } from '../subject.ts';
import type { Boxed, HostCalls, MachineCalls, makeMonitor } from './kit.ts';

/** The submission is no monitor, and what to do, in a line. */
export class SubmissionError extends Error {}

interface Kit {
  readonly makeMonitor: typeof makeMonitor;
  readonly giveConsole: (host: Pick<HostCalls, 'printed'>) => void;
}

/** This Node cannot read the submission's language: no fault of the submission's. */
export class UnreadableError extends Error {}

/** Characters that a monitor may print for one guest. */
const mostPrinted = 2 ** 16;

/** A function of ours that leads nowhere: without a prototype, it has no constructor. */
function bare<F extends object>(call: F): F {
  return Object.setPrototypeOf(call, null) as F;
}

export interface Submission {
  readonly candidate: Candidate;
  /** Characters that it printed. */
  readonly printed: () => number;
}

/** JavaScript of a submission's file. Throws UnreadableError when it is TypeScript and nothing here reads that. */
async function toJavaScript(path: string, text: string): Promise<string> {
  if (!/\.[cm]?ts$/.test(path)) return text;
  const { stripTypeScriptTypes } = module as { stripTypeScriptTypes?: (text: string) => string };
  try {
    const { transform, stop } = await import('esbuild');
    const { code } = await transform(text, { loader: 'ts', target: 'node20' });
    await stop();
    return code;
  } catch (error) {
    if (stripTypeScriptTypes !== undefined) return stripTypeScriptTypes(text);
    const { errors } = error as { errors?: readonly { text: string; location?: { line: number } }[] };
    const [first] = errors ?? [];
    if (first !== undefined) throw new SubmissionError(`${path}:${first.location?.line ?? 0}: ${first.text}`);
    throw new UnreadableError(
      `${path}: this Node reads no TypeScript; compile it to JavaScript first, or use Node 22.18`,
    );
  }
}

/** The file that `specifier` names, seen from `from`. */
function fileOf(specifier: string, from: string, root: string): string {
  const path = resolve(dirname(from), specifier);
  const isOwn = /^\.\.?\//.test(specifier) && path.startsWith(root + sep);
  if (!isOwn) {
    throw new SubmissionError(
      `${from} imports "${specifier}": a monitor imports its own files and ringlab/testing, nothing else`,
    );
  }
  return path;
}

/** Reads a file, or the TypeScript that it is compiled from. */
function readSource(path: string): { path: string; text: string } {
  const candidates = extname(path) === '.js' ? [path, path.replace(/\.js$/, '.ts')] : [path];
  for (const candidate of candidates) {
    try {
      return { path: candidate, text: readFileSync(candidate, 'utf8') };
    } catch {}
  }
  throw new SubmissionError(`${path}: no such file`);
}

/**
 * Loads the submission at `path`, and everything it imports from its own folder or, with `root`, from there. `kitText`:
 * the bundle of kit.ts. Throws SubmissionError, also for what the submission throws as it loads.
 */
export async function loadSubmission(
  path: string,
  kitText: string,
  root = dirname(path),
): Promise<Submission> {
  const context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  const modules = new Map<string, vm.Module>();
  const kit = new vm.SourceTextModule(kitText, { context, identifier: 'ringlab/testing' });
  const load = async (file: string): Promise<vm.Module> => {
    const known = modules.get(file);
    if (known !== undefined) return known;
    const source = readSource(file);
    const code = await toJavaScript(source.path, source.text);
    const made = new vm.SourceTextModule(code, { context, identifier: source.path });
    modules.set(file, made);
    return made;
  };
  const link = (specifier: string, from: vm.Module) =>
    specifier === 'ringlab/testing' ? kit : load(fileOf(specifier, from.identifier, root));
  let printed = 0;
  await kit.link(() => Promise.reject(new Error('the kit imports nothing')));
  await kit.evaluate();
  const { makeMonitor: make, giveConsole } = kit.namespace as unknown as Kit;
  let sinceCase = 0;
  const count = (characters: number) => {
    printed += Number(characters) || 1;
    sinceCase += Number(characters) || 1;
    return sinceCase > mostPrinted ? undefined : 0;
  };
  giveConsole(bare({ printed: bare(count) }));
  let factory: unknown;
  try {
    const main = await load(path);
    await main.link(link);
    await main.evaluate();
    factory = (main.namespace as { default?: unknown }).default;
  } catch (error) {
    throw error instanceof SubmissionError || error instanceof UnreadableError
      ? error
      : new SubmissionError(`it cannot be loaded: ${foreignText(error)}`);
  }
  if (typeof factory !== 'function') {
    throw new SubmissionError(
      'it exports no monitor: its default export must be a function (see examples/your-monitor)',
    );
  }
  const storage = sharedStorage();
  const candidate: Candidate = {
    name: path.split(sep).at(-1) as string,
    make: (program, variant, setting) => {
      sinceCase = 0;
      return new BoxedSubject({ make, factory, storage }, program, variant, setting);
    },
  };
  return { candidate, printed: () => printed };
}

/** An error of the submission's realm, in words. */
function foreignText(error: unknown): string {
  try {
    return String(error).split('\n')[0] ?? '';
  } catch {
    return 'it throws something that cannot be told';
  }
}

/** Storage that both realms can see. */
function sharedStorage(): Storage {
  const plain = plainStorage(realSize);
  const buffer = new SharedArrayBuffer(plain.buffer.byteLength);
  return { ...plain, buffer: buffer as unknown as ArrayBuffer };
}

interface Box {
  readonly make: Kit['makeMonitor'];
  readonly factory: unknown;
  readonly storage: Storage;
}

const stopKinds: ReadonlySet<string> = new Set(['limit', 'power', 'unhandled', 'forever', 'input']);

class BoxedSubject implements Subject {
  readonly printed: readonly number[];
  readonly disk: Uint8Array;
  readonly memory: Uint8Array;
  guest: GuestState;
  readonly #hardware: Hardware;
  readonly #boxed: Boxed;
  /** What was thrown on our side: it ends the case, whatever the submission makes of it. */
  #failure: Error | undefined;

  constructor({ make, factory, storage }: Box, program: Program, variant: Variant, { guarded }: Setting) {
    new Uint8Array(storage.buffer).fill(0);
    this.#hardware = new Hardware(program, variant, guarded, storage);
    this.printed = this.#hardware.printed;
    this.disk = this.#hardware.disk;
    this.memory = this.#hardware.machine.memory.bytes.subarray(
      guestRange.at,
      guestRange.at + guestRange.size,
    );
    this.#hardware.watch.begin(0);
    const { unprivileged, ...rest } = allocationFor(program, variant);
    const allocation = JSON.stringify({ ...rest, unprivileged: [...unprivileged] });
    this.guest = { pc: rest.entry, status: 0, steps: 0, waiting: false, readSystem: () => 0 };
    const shared = Object.setPrototypeOf(storage.buffer, null) as SharedArrayBuffer;
    const boxed = make(factory, this.#calls(), shared, allocation);
    if (this.#failure !== undefined) throw this.#failure;
    if (typeof boxed === 'string') throw new Error(boxed);
    this.#boxed = boxed;
  }

  /** The machine's calls, none of which throws into the submission's realm. */
  #calls(): MachineCalls {
    const hardware = this.#hardware;
    let trap = { value: 0, steps: 0 };
    const guard =
      <A extends number[]>(act: (...args: A) => unknown) =>
      (...args: A): number | undefined => {
        if (this.#failure !== undefined) return undefined;
        try {
          return Number(act(...args) ?? 0);
        } catch (error) {
          this.#failure = error as Error;
          return undefined;
        }
      };
    const calls = {
      readSystem: guard((number: number) => hardware.readSystem(number)),
      writeSystem: guard((number: number, value: number) => hardware.writeSystem(number, value)),
      read: guard((address: number, width: number) => hardware.read(address, width)),
      write: guard((address: number, width: number, value: number) => hardware.write(address, width, value)),
      input: guard((port: number) => hardware.input(port)),
      output: guard((port: number, value: number) => hardware.output(port, value)),
      wait: guard(() => hardware.wait()),
      run: guard(() => {
        const { cause, ...rest } = hardware.run();
        trap = rest;
        return cause;
      }),
      trapValue: () => trap.value,
      trapSteps: () => trap.steps,
    };
    for (const call of Object.values(calls)) bare(call);
    return bare(calls);
  }

  get x() {
    return this.#hardware.x;
  }

  get counts() {
    return { ...this.#hardware.watch.counts, entries: this.#hardware.entries };
  }

  run(until: number): Stop {
    this.#hardware.watch.begin(until - this.guest.steps);
    const text = this.#boxed.run(until);
    if (this.#failure !== undefined) throw this.#failure;
    const answer = parseAnswer(text);
    this.guest = answer.guest;
    return answer.stop;
  }

  trespass() {
    return this.#hardware.watch.trespass();
  }

  close(): void {}
}

/** What the submission answered, checked. Throws Error in words. */
function parseAnswer(text: unknown): { stop: Stop; guest: GuestState } {
  const answer = JSON.parse(String(text)) as Record<string, unknown>;
  if (typeof answer.thrown === 'string') throw new Error(answer.thrown);
  const { stop, pc, status, steps, waiting, system } = answer;
  const kind = (stop as { kind?: unknown } | undefined)?.kind;
  if (typeof kind !== 'string' || !stopKinds.has(kind)) throw new Error('run returned no Stop');
  const isState =
    [pc, status, steps].every((value) => typeof value === 'number') && typeof waiting === 'boolean';
  if (!isState || !Array.isArray(system))
    throw new Error("the monitor's guest has no pc, status, steps or waiting");
  const registers = system as readonly number[];
  return {
    stop: { ...(stop as Stop) },
    guest: {
      pc: pc as number,
      status: status as number,
      steps: steps as number,
      waiting: waiting as boolean,
      readSystem: (number) => registers[number] ?? 0,
    },
  };
}
