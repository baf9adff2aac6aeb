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
import { CAUSE } from '../../isa/table/traps.ts';
import type { SystemCall } from './calls/call.ts';
import { endOfCode, type Environment, entryOf, Refusal, RETURN } from './environments/environment.ts';
import { linux } from './environments/environments.ts';
import { Session } from './environments/session.ts';
import { describeUnknown, type UnknownCall } from './environments/unknown.ts';
import { CallError, ERRNO } from './errno.ts';
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
  /** Permission bits that new files do not get. */
  umask = 0o022;
  readonly signals = new Signals();
  /** System calls made, by name. */
  readonly calls = new Map<string, number>();
  readonly environment: Environment;
  readonly session = new Session();
  /** Nanoseconds that it has slept: they pass at once. */
  slept = 0;
  readonly #onUnknownCall: ((call: UnknownCall) => void) | undefined;
  readonly #endOfCode: number;
  #unknownCall: UnknownCall | undefined;
  #refusal: { readonly pc: number; readonly reason: string } | undefined;
  #random = 1;

  /** Loads the image. Throws ImageError when it does not fit, RangeError for too long arguments. */
  constructor(image: Image, options: ProcessOptions) {
    const memory = options.memory ?? 64 * 2 ** 20;
    const engine = options.engine ?? 'auto';
    const machine = new Machine({
      memory,
      hosted: true,
      answer: (pc) => this.#call(pc >>> 0),
      storage: storageFor(engine, memory),
    });
    loadImage(image, machine.memory.bytes);
    this.space = new AddressSpace(machine.memory, image);
    this.machine = machine;
    this.streams = options.streams;
    this.environment = options.callEnvironment ?? linux;
    this.#onUnknownCall = options.onUnknownCall;
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
    this.#setRegisters(options.argv.length);
    this.#resume(entryOf(image, this.environment));
  }

  /** What its environment puts into registers before it begins. */
  #setRegisters(argc: number): void {
    const { x } = this.machine;
    const { arguments: which, returns } = this.environment;
    if (returns) x[1] = RETURN | 0;
    if (which === 'none') return;
    const skipped = which === 'named' ? 0 : 1;
    x[10] = argc - skipped;
    x[11] = (x[2] as number) + 4 * (1 + skipped);
  }

  /** Runs until step `until` or until the program ends. */
  run(until: number): ProcessStop {
    const { machine } = this;
    const stop = this.engine.run(until);
    if (stop.kind === 'limit') return stop;
    if (stop.kind === 'power') return this.#refused() ?? { kind: 'exit', status: stop.status };
    if (stop.kind !== 'trap') throw new Error(`a process cannot stop by ${stop.kind}`);
    this.#resume(machine.readSystem(SR.EPC));
    const cause = machine.readSystem(SR.ECAUSE) >>> 0;
    const value = machine.readSystem(SR.EVAL) >>> 0;
    if (this.environment.returns && this.#isEnd(cause)) return { kind: 'exit', status: this.exit(0) };
    return this.#killed(cause, value);
  }

  /** Whether the program returned from where it began, or ran past its last instruction. */
  #isEnd(cause: number): boolean {
    const { pc } = this.machine;
    const isFetch = cause === CAUSE.FETCH_ACCESS || cause === CAUSE.FETCH_PAGE;
    if (pc === RETURN) return isFetch;
    return pc === this.#endOfCode && (isFetch || cause === CAUSE.ILLEGAL);
  }

  #refused(): ProcessStop | undefined {
    if (this.#refusal === undefined) return undefined;
    const { pc, reason } = this.#refusal;
    this.machine.pc = pc;
    return { kind: 'refused', reason };
  }

  /** The first call that its environment did not know; undefined if it knew all. */
  get unknownCall(): UnknownCall | undefined {
    return this.#unknownCall;
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

  #call(pc: number): void {
    const { x } = this.machine;
    const { numberIn, calls } = this.environment;
    const number = x[numberIn] as number;
    const call = calls.get(number);
    const name = call?.name ?? `system call ${number}`;
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    const first = numberIn === 10 ? 11 : 10;
    try {
      const result = call === undefined ? this.#answerUnknown(pc) : this.answer(call, x.subarray(first));
      if (result !== undefined) x[10] = result;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(pc, `${name} (${numberIn === 10 ? 'a0' : 'a7'} = ${number}): ${error.message}`);
    }
  }

  #refuse(pc: number, reason: string): undefined {
    this.#refusal = { pc, reason };
    this.exit(0);
    return undefined;
  }

  /** What the call answers, the number of an error included. Arguments that are missing are 0. */
  answer({ run }: SystemCall, args: ArrayLike<number>): number | undefined {
    const at = (n: number) => args[n] ?? 0;
    try {
      return run(this, at(0), at(1), at(2), at(3), at(4), at(5));
    } catch (error) {
      if (error instanceof CallError) return -error.errno;
      throw error;
    } finally {
      this.tree.sweep(() => this.descriptors.places());
    }
  }

  #answerUnknown(pc: number): number | undefined {
    const { machine, environment } = this;
    const [a7, a0] = [machine.x[17] as number, machine.x[10] as number];
    const call: UnknownCall = { pc, step: machine.steps, says: describeUnknown(a7, a0, environment) };
    if (environment.unknown === 'ends') return this.#refuse(pc, call.says);
    if (this.#unknownCall === undefined) this.#onUnknownCall?.(call);
    this.#unknownCall ??= call;
    return -ERRNO.ENOSYS;
  }

  /** Back to the program, in ring 3. */
  #resume(pc: number): void {
    this.machine.pc = pc >>> 0;
    this.machine.status = (this.machine.status & STATUS.UF) | 3;
  }
}
