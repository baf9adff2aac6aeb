/**
 * Runs one kernel on one of our engines and measures it.
 *
 * The clock starts before the image is read and stops when the guest has ended: reading,
 * the machine's memory, compilation and all are in it; Node's own start is not.
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
  /** Steps to stop after; none = run to the end. */
  readonly limit?: number;
  /** The fast engine's own options; none = as it is shipped. */
  readonly fast?: FastOptions;
}

export interface KernelResult {
  readonly seconds: number;
  readonly steps: number;
  /** What the kernel printed, without line ends; undefined when the limit came first. */
  readonly prints: string | undefined;
  /** The fast engine's own counts. */
  readonly statistics: FastStatistics | undefined;
}

/** Physical memory of the machine in system mode, and the word in it that holds the repeat count (system/kernel.inc). */
const machineMemory = 16 * 2 ** 20;
const repeatAt = 0xfff000;

interface Prepared {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly run: (until: number) => { readonly kind: string };
  /** Bytes printed. */
  readonly output: number[];
}

/** Runs the kernel. Throws BenchFailure when it ends otherwise than it should. */
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
  const output: number[] = [];
  const image = readImage(readFileSync(kernelFile(kernel, 'process')));
  const guest = new Process(image, {
    argv: [kernel, String(repeat)],
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
