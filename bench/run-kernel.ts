/**
 * Runs one kernel on one of ringlab's engines and measures it.
 *
 * The clock starts before the image is read and stops when the guest has ended. So the time includes reading,
 * allocating the machine's memory, and compiling, but not Node's own start.
 */
import { readFileSync } from 'node:fs';
import { createEngine, type Engine, storageFor } from '../isa/engines/engine.ts';
import { FastEngine, type FastOptions, type FastStatistics } from '../isa/engines/fast/fast.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { loadImage, readImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import { Process } from '../vmm/process/process.ts';
import { kernelFile, type Mode } from './catalogue.ts';
import { wrongResult } from './failure.ts';

export interface KernelRequest {
  readonly kernel: string;
  readonly mode: Mode;
  readonly engine: 'fast' | 'interpreter';
  readonly repeat: number;
  /** Stop after so many steps; undefined = run to the end. */
  readonly limit?: number;
  /** Options of the fast engine; default: none. */
  readonly fast?: FastOptions;
}

export interface KernelResult {
  readonly seconds: number;
  readonly steps: number;
  /** What the kernel printed, without line ends; undefined if it was stopped by the limit. */
  readonly prints: string | undefined;
  /** The statistics of the fast engine. */
  readonly statistics: FastStatistics | undefined;
}

/** Physical memory of the machine in system mode, in bytes. */
const machineMemory = 16 * 2 ** 20;
/** The address of the word with the repeat count (system/kernel.inc). */
const repeatAt = 0xfff000;

interface Prepared {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly run: (until: number) => { readonly kind: string };
  /** Bytes printed. */
  readonly output: number[];
}

/** Runs the kernel. Throws BenchFailure if it does not end as it should. */
export function runKernel(request: KernelRequest): KernelResult {
  const started = process.hrtime.bigint();
  const { machine, engine, run, output } = prepareKernel(request);
  const stop = run(request.limit ?? Number.POSITIVE_INFINITY);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const ended = stop.kind === 'exit' || stop.kind === 'power';
  if (!ended && stop.kind !== 'limit') {
    throw wrongResult(`${request.kernel} (${request.mode}, ${request.engine}): it stopped by "${stop.kind}"`);
  }
  return {
    seconds,
    steps: machine.steps,
    prints: ended ? String.fromCharCode(...output).trim() : undefined,
    statistics: engine instanceof FastEngine ? engine.statistics : undefined,
  };
}

/** Loads the kernel, ready to run. */
export function prepareKernel(request: KernelRequest): Prepared {
  return request.mode === 'process' ? prepareProcess(request) : prepareMachine(request);
}

function prepareProcess({ kernel, engine, repeat, fast = {} }: KernelRequest): Prepared {
  return openProcess(readFileSync(kernelFile(kernel, 'process')), [kernel, String(repeat)], engine, fast);
}

/** A process that is ready to run the image, with nothing to read. */
export function openProcess(
  image: Uint8Array,
  argv: readonly string[],
  engine: KernelRequest['engine'],
  fast: FastOptions,
): Prepared {
  const output: number[] = [];
  const guest = new Process(readImage(image), {
    argv,
    streams: { read: () => new Uint8Array(), write: (_fd, bytes) => output.push(...bytes) },
    engine,
    fast,
  });
  return { machine: guest.machine, engine: guest.engine, run: (until) => guest.run(until), output };
}

function prepareMachine({ kernel, engine: name, repeat, fast = {} }: KernelRequest): Prepared {
  const output: number[] = [];
  const image = readImage(readFileSync(kernelFile(kernel, 'ring32')));
  const machine = new Machine({
    console: new Console((byte) => output.push(byte)),
    memory: machineMemory,
    storage: storageFor(name, machineMemory),
  });
  loadImage(image, machine.memory.bytes);
  machine.memory.write(repeatAt, 4, repeat);
  machine.pc = image.entry;
  const engine = createEngine(name, machine, fast);
  return { machine, engine, run: (until) => engine.run(until), output };
}
