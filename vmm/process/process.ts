/**
 * The process virtual machine: a static RV32IM program with Linux's system calls
 * instead of a machine. The program runs in ring 3 of a hosted Ring32 machine; we answer
 * its `ecall` in place, and every other trap ends it.
 *
 * System calls: calls/. Memory: space.ts. First stack: stack.ts.
 */
import { createEngine, type Engine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import { type Image, ImageError, loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import type { CallTable } from './calls/call.ts';
import { linuxCalls } from './calls/linux.ts';
import { ERRNO } from './errno.ts';
import { AddressSpace, stackSize } from './space.ts';
import { writeStack } from './stack.ts';

/** The standard streams. */
export interface Streams {
  /** At most `length` bytes of standard input; none at its end. May wait for them. */
  read(length: number): Uint8Array;
  /** Writes to standard output (1) or standard error (2). */
  write(fd: 1 | 2, bytes: Uint8Array): void;
}

export interface ProcessOptions {
  /** argv, the program's name first. */
  readonly argv: readonly string[];
  /** NAME=VALUE, default none. */
  readonly environment?: readonly string[];
  readonly streams: Streams;
  /** The system calls that it may make; default Linux's. */
  readonly calls?: CallTable;
  /** Bytes, whole pages; default 64 MiB. */
  readonly memory?: number;
  readonly engine?: EngineName;
  /** The fast engine's own. */
  readonly fast?: FastOptions;
}

/** How a run ended. `killed`: a trap that is not a system call; pc is at the instruction. */
export type ProcessStop =
  | { readonly kind: 'limit' }
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'killed'; readonly cause: number; readonly value: number };

export class Process {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly streams: Streams;
  readonly space: AddressSpace;
  /** Standard streams that the program has closed. */
  readonly closed = new Set<number>();
  /** System calls made, by name. */
  readonly calls = new Map<string, number>();
  readonly #table: CallTable;
  #random = 1;

  /** Loads the image. Throws ImageError when it does not fit, RangeError for too long arguments. */
  constructor(image: Image, options: ProcessOptions) {
    const memory = options.memory ?? 64 * 2 ** 20;
    const engine = options.engine ?? 'auto';
    const machine = new Machine({
      memory,
      hosted: true,
      answer: () => this.#call(),
      storage: storageFor(engine, memory),
    });
    const { bytes } = machine.memory;
    const end = Math.max(...image.segments.map(({ address, size }) => address + size));
    loadImage(image, bytes);
    if (end > bytes.length - stackSize(bytes.length)) {
      throw new ImageError('the image leaves no room for the stack: give the process more with --memory');
    }
    this.machine = machine;
    this.streams = options.streams;
    this.#table = options.calls ?? linuxCalls;
    this.space = new AddressSpace(bytes.length, end, (from, to) =>
      machine.memory.fill(from, new Uint8Array(to - from)),
    );
    this.engine = createEngine(engine, machine, options.fast);
    machine.x[2] = writeStack(
      bytes,
      image,
      options.argv,
      options.environment ?? [],
      stackSize(bytes.length) / 2,
    );
    this.#resume(image.entry);
  }

  /** Runs until step `until` or until the program ends. */
  run(until: number): ProcessStop {
    const { machine } = this;
    const stop = this.engine.run(until);
    if (stop.kind === 'limit') return stop;
    if (stop.kind === 'power') return { kind: 'exit', status: stop.status };
    if (stop.kind !== 'trap') throw new Error(`a process cannot stop by ${stop.kind}`);
    this.#resume(machine.readSystem(SR.EPC));
    const cause = machine.readSystem(SR.ECAUSE) >>> 0;
    return { kind: 'killed', cause, value: machine.readSystem(SR.EVAL) >>> 0 };
  }

  /** The bytes of the program's memory, or undefined if the range is not in it. */
  bytes(address: number, length: number): Uint8Array | undefined {
    return this.machine.memory.readable(address >>> 0, length >>> 0);
  }

  /** Writes into the program's memory; false if the range is not in it. */
  put(address: number, bytes: Uint8Array): boolean {
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

  #call(): void {
    const { x } = this.machine;
    const number = x[17] as number;
    const call = this.#table.get(number);
    const name = call?.name ?? `system call ${number}`;
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    const argument = (n: number) => x[10 + n] as number;
    x[10] =
      call?.run(this, argument(0), argument(1), argument(2), argument(3), argument(4), argument(5)) ??
      -ERRNO.ENOSYS;
  }

  /** Back to the program, in ring 3. */
  #resume(pc: number): void {
    this.machine.pc = pc >>> 0;
    this.machine.status = (this.machine.status & STATUS.UF) | 3;
  }
}
