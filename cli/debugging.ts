/** A guest made ready to be debugged: recorded from its first step, its input and output connected. */
import { setImmediate as nextTick } from 'node:timers/promises';
import type { Command } from 'commander';
import { FileDisk } from '../isa/machine/devices/file-disk.ts';
import type { Machine } from '../isa/machine/machine.ts';
import { ProgramMap } from '../isa/machine/program-map.ts';
import { defaultMemory } from '../isa/machine/storage.ts';
import type { SymbolTable } from '../isa/machine/symbols.ts';
import { type Halt, Session } from '../vmm/debug/session.ts';
import { RecordedDevices } from '../vmm/replay/devices.ts';
import { RecordingError } from '../vmm/replay/container.ts';
import {
  checkIdentity,
  decodeRecording,
  type Identity,
  identityOf,
  type Recording,
} from '../vmm/replay/recording.ts';
import { createSubject, type Subject } from '../vmm/replay/subject.ts';
import { Timeline } from '../vmm/replay/timeline.ts';
import { contextOf } from './context.ts';
import { badInput, EXIT, systemReason, usage } from './failure.ts';
import { loadFile, loadVariant, readInput, withName } from './files.ts';
import { addGuestOptions, type GuestVerbOptions, PROCESS_OPTIONS, refuseOptions } from './options.ts';
import { tellOutcome } from './outcome.ts';
import { Output } from './output.ts';
import { sha256 } from './sha256.ts';

export interface DebuggedGuest {
  readonly file: string;
  readonly machine: Machine;
  readonly subject: Subject;
  readonly program: ProgramMap;
  readonly symbols: SymbolTable;
  readonly session: Session;
  /** The recording of its run, as far as it went. */
  readonly recorded: (ended: boolean) => Recording;
  /** The recording that is repeated, if one is. */
  readonly recording: Recording | undefined;
  /** Writes out what the guest has printed so far. */
  readonly flush: () => void;
}

/** Adds the options of who debugs a guest, at a prompt or in an editor. */
export function addDebugOptions(command: Command): Command {
  addGuestOptions(command).option(
    '--replay <recording>',
    'Debug the run of a recording instead of a new one',
  );
  refuseOptions(
    command,
    PROCESS_OPTIONS,
    'a process cannot be debugged; trace shows its steps, record and replay repeat its run',
  );
  refuseOptions(command, ['--max-steps'], 'the commands of the debugger decide when to stop');
  return refuseOptions(
    command,
    ['--guest'],
    'run, trace and compare can give a monitor its guest, debug cannot',
  );
}

/**
 * Loads and sets up the guest of `file`. Its disk is read, and written in memory only; its
 * output goes to `printTo`: a descriptor, or a function. With a recording, the recorded run is repeated. Throws Failures.
 */
export async function prepareDebugged(
  file: string,
  options: GuestVerbOptions,
  printTo: 1 | 2 | GuestListener,
  recordingFile?: string,
): Promise<DebuggedGuest> {
  const refused = refusal(options);
  if (refused !== undefined) throw usage(refused);
  const variant = loadVariant(options.isa);
  const image = await loadFile(file);
  const output = new SoonOutput(typeof printTo === 'number' ? new Output(printTo) : new Collected(printTo));
  const { memory = defaultMemory, engine, monitor, translateUser, paravirtual = false } = options;
  const disk = options.disk === undefined ? undefined : openDisk(options.disk);
  const context = contextOf(options.context);
  const identity: Identity = {
    ...identityOf(image, variant, memory, disk, sha256),
    ...(paravirtual ? { paravirtual } : {}),
    ...(context === undefined ? {} : { context }),
  };
  const recording = recordingFile === undefined ? undefined : readRecording(recordingFile, identity);
  const given = options.input === undefined ? undefined : readInput(options.input);
  const prepared = recording === undefined ? given : (recording.prepared ?? undefined);
  const devices = new RecordedDevices({ print: (byte) => output.put(byte), input: prepared, disk });
  const processor = { variant, memory, engine, monitor, translateUser, paravirtual };
  const subject = withName(file, () => createSubject({ ...processor, image, devices }));
  const settings = recording?.identity.context ?? context;
  if (settings !== undefined) subject.machine.context.give(settings);
  const timeline = new Timeline(subject);
  const program = new ProgramMap(image);
  if (recording !== undefined) timeline.replay(recording.inputs, recording.end);
  return {
    file,
    machine: subject.machine,
    subject,
    program,
    symbols: program.symbols,
    session: new Session(timeline, nextTick),
    recording,
    recorded: (ended) => ({
      identity: recording?.identity ?? identity,
      prepared: prepared ?? null,
      inputs: timeline.inputs.all,
      end: timeline.edge,
      ended,
    }),
    flush: () => output.flush(),
  };
}

/** Tells how a run ended; returns the exit status. */
export function tellHalt(guest: DebuggedGuest, halt: Halt): number {
  guest.flush();
  if (halt.kind === 'stopped') return tellOutcome(guest, halt.stop);
  // Ctrl-C ends a recording as well as anything does.
  return halt.kind === 'asked' ? EXIT.DONE : EXIT.LIMIT;
}

/** Hands what is typed to the guest's console; returns how to stop that. */
export function typeInto(session: Session): () => void {
  process.stdin.on('data', (bytes: Buffer) => session.type(bytes));
  process.stdin.on('end', () => session.type(undefined));
  return () => process.stdin.destroy();
}

function refusal({ process: isProcess, env }: GuestVerbOptions): string | undefined {
  if (isProcess)
    return '--process cannot be debugged; trace shows its steps, record and replay repeat its run';
  if (env.length > 0) return '--env needs --process';
  return undefined;
}

/** Reads a recording of a guest like this one. Throws a Failure that names the file. */
function readRecording(path: string, identity: Identity): Recording {
  const bytes = readInput(path);
  try {
    const recording = decodeRecording(bytes, sha256);
    checkIdentity(recording.identity, identity);
    return recording;
  } catch (error) {
    if (error instanceof RecordingError) throw badInput(`${path}: ${error.message}`);
    throw error;
  }
}

function openDisk(path: string): FileDisk {
  try {
    return new FileDisk(path);
  } catch (error) {
    throw badInput(`${path}: cannot use it as a disk: ${systemReason(error)}`);
  }
}

/** Gets what the guest has printed, in pieces. */
export type GuestListener = (bytes: Uint8Array) => void;

/** Output that a function gets. */
class Collected {
  readonly #print: GuestListener;
  #bytes: number[] = [];

  constructor(print: GuestListener) {
    this.#print = print;
  }

  put(byte: number): void {
    this.#bytes.push(byte);
    if (this.#bytes.length === longestPiece) this.flush();
  }

  flush(): void {
    const bytes = this.#bytes;
    this.#bytes = [];
    if (bytes.length > 0) this.#print(Uint8Array.from(bytes));
  }
}

/** Bytes that a function gets at once. */
const longestPiece = 16384;

/** Output that is written whenever the guest pauses, even if it pauses only for the debugger to listen. */
class SoonOutput {
  readonly #output: Pick<Output, 'put' | 'flush'>;
  #planned = false;

  constructor(output: Pick<Output, 'put' | 'flush'>) {
    this.#output = output;
  }

  put(byte: number): void {
    this.#output.put(byte);
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.flush();
    });
  }

  flush(): void {
    this.#output.flush();
  }
}
