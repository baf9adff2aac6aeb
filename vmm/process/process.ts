/**
 * The process virtual machine: a static RV32IM program with Linux's system calls, or a
 * simulator's, instead of a machine. The program runs in ring 3 of a hosted Ring32 machine;
 * we answer its `ecall` in place, and every other trap ends it.
 *
 * System calls: calls/, environments/. Memory: space.ts. First stack: stack.ts.
 */
import { createEngine, type Engine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { Answers } from './environments/answers.ts';
import { endOfCode, entryOf, isEnd, setRegisters } from './environments/course.ts';
import type { Environment } from './environments/environment.ts';
import { linux } from './environments/environments.ts';
import { CallState } from './environments/session.ts';
import type { UnknownCall } from './environments/unknown.ts';
import { Descriptors } from './files/descriptors.ts';
import type { FileSystem } from './files/file-system.ts';
import { StandardStream, type Streams } from './files/pipe.ts';
import { MemoryFiles } from './files/memory-files.ts';
import { Tree } from './files/tree.ts';
import { rightMissing, type Signal, signalOf } from './signal.ts';
import { Signals } from './signal-actions.ts';
import { AddressSpace, RIGHT } from './space.ts';
import { writeStack } from './stack.ts';

export interface ProcessOptions {
  /** argv, the program's name first. */
  readonly argv: readonly string[];
  /** NAME=VALUE, default none. */
  readonly environment?: readonly string[];
  readonly streams: Streams;
  /** Whose calls it makes; default Linux's. */
  readonly callEnvironment?: Environment;
  /** Told the first call that the environment does not know but answers, before it is answered. */
  readonly onUnknownCall?: (call: UnknownCall) => void;
  /** Its files; default none. */
  readonly files?: FileSystem;
  /** Bytes, whole pages; default 64 MiB. */
  readonly memory?: number;
  readonly engine?: EngineName;
  /** The fast engine's own. */
  readonly fast?: FastOptions;
}

/**
 * How a run ended. `killed`: by a trap that is not a system call, `why` says of a page fault what is wrong with the page;
 * `refused`: by a call that the environment does not have, or cannot do, for that reason. pc is at the instruction.
 */
export type ProcessStop =
  | { readonly kind: 'limit' }
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'killed';
      readonly cause: number;
      readonly value: number;
      readonly signal: Signal;
      readonly why?: string;
    };

export class Process {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly streams: Streams;
  readonly space: AddressSpace;
  readonly tree: Tree;
  readonly descriptors: Descriptors;
  /** The first file that it wanted to open and that is in none of its folders, a byte string. */
  missedFile: string | undefined;
  /** Permission bits that new files do not get. */
  umask = 0o022;
  readonly signals = new Signals();
  readonly environment: Environment;
  readonly session = new CallState();
  /** Nanoseconds that it has slept: they pass at once. */
  slept = 0;
  /** Who answers its calls. */
  readonly answers: Answers;
  readonly #endOfCode: number;
  #random = 1;

  /** Loads the image. Throws ImageError when it does not fit, RangeError for too long arguments. */
  constructor(image: Image, options: ProcessOptions) {
    const memory = options.memory ?? 64 * 2 ** 20;
    const engine = options.engine ?? 'auto';
    const machine = new Machine({
      memory,
      hosted: true,
      answer: (pc) => this.answers.call(this, pc >>> 0),
      storage: storageFor(engine, memory),
    });
    loadImage(image, machine.memory.bytes);
    this.space = new AddressSpace(machine.memory, image);
    this.machine = machine;
    this.streams = options.streams;
    this.environment = options.callEnvironment ?? linux;
    this.answers = new Answers(this.environment, options.onUnknownCall);
    this.#endOfCode = endOfCode(image);
    this.tree = new Tree(options.files ?? new MemoryFiles());
    this.descriptors = new Descriptors(
      ([0, 1, 2] as const).map((fd) => new StandardStream(options.streams, fd)),
    );
    this.engine = createEngine(engine, machine, options.fast);
    const { size, stack, ptbr } = this.space;
    const stackBytes = machine.memory.bytes.subarray(0, size);
    machine.x[2] = writeStack(stackBytes, image, options.argv, options.environment ?? [], (size - stack) / 2);
    machine.writeSystem(SR.PTBR, ptbr);
    setRegisters(machine.x, this.environment, options.argv.length);
    this.#resume(entryOf(image, this.environment));
  }

  /** Runs until step `until` or until the program ends. */
  run(until: number): ProcessStop {
    const { machine } = this;
    const stop = this.engine.run(until);
    if (stop.kind === 'limit') return stop;
    if (stop.kind === 'power') return this.#ended(stop.status);
    if (stop.kind !== 'trap') throw new Error(`a process cannot stop by ${stop.kind}`);
    this.#resume(machine.readSystem(SR.EPC));
    const cause = machine.readSystem(SR.ECAUSE) >>> 0;
    if (isEnd(this.environment, cause, machine.pc, this.#endOfCode))
      return { kind: 'exit', status: this.exit(0) };
    return this.#killed(cause, machine.readSystem(SR.EVAL) >>> 0);
  }

  /** The end of a run whose machine is off: by the program's will, or its environment's. */
  #ended(status: number): ProcessStop {
    const { refusal } = this.answers;
    if (refusal === undefined) return { kind: 'exit', status };
    this.machine.pc = refusal.pc;
    return { kind: 'refused', reason: refusal.reason };
  }

  /** System calls made, by name. */
  get calls(): Map<string, number> {
    return this.answers.made;
  }

  /** The first call that its environment did not know; undefined if it knew all. */
  get unknownCall(): UnknownCall | undefined {
    return this.answers.unknown;
  }

  #killed(cause: number, value: number): ProcessStop {
    const right = rightMissing.get(cause);
    const why = right === undefined ? undefined : this.space.explain(value, right);
    return { kind: 'killed', cause, value, signal: signalOf(cause), ...(why === undefined ? {} : { why }) };
  }

  /** The bytes of the program's memory, as they are now; undefined if the program may not read all of them. */
  bytes(address: number, length: number): Uint8Array | undefined {
    if (!this.space.allows(address >>> 0, length >>> 0, RIGHT.READ)) return undefined;
    return this.machine.memory.readable(address >>> 0, length >>> 0);
  }

  /** Whether the program may write all of the range. */
  writable(address: number, length: number): boolean {
    return this.space.allows(address >>> 0, length >>> 0, RIGHT.WRITE);
  }

  /** Writes into the program's memory; false, with nothing written, if the program may not write all of it. */
  put(address: number, bytes: Uint8Array): boolean {
    if (!this.space.allows(address >>> 0, bytes.length, RIGHT.WRITE)) return false;
    return this.machine.memory.fill(address >>> 0, bytes);
  }

  /** Ends the program; the low byte is its status. */
  exit(status: number): number {
    this.machine.powerOff(status & 0xff);
    return 0;
  }

  nextRandom(): number {
    this.#random = (Math.imul(this.#random, 1103515245) + 12345) | 0;
    return (this.#random >>> 16) & 0xff;
  }

  /** Back to the program, in ring 3. */
  #resume(pc: number): void {
    this.machine.pc = pc >>> 0;
    this.machine.status = (this.machine.status & STATUS.UF) | 3;
  }
}
