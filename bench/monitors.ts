/**
 * Measures the cost of a monitor. Kernels run in ring 3 under their own small operating system, on the
 * bare machine and under trap-and-emulate in turn, both with the fast engine, in one process.
 */
import { readFileSync } from 'node:fs';
import { createEngine, storageFor } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { type Image, loadImage, readImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import { variantNamed, type Variant } from '../isa/table/variants.ts';
import { Monitor } from '../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../vmm/monitor/virtual-machine.ts';
import { chooseKernels, type Kernel, kernelFile } from './catalogue.ts';
import { median } from './statistics.ts';
import { formatCount, formatRatio, formatTable } from './table.ts';

const memory = 16 * 2 ** 20;
/** The address of the word with the repeat count (kernels/system/kernel.inc). */
const repeatAt = 0xfff000;
const variant = variantNamed('ring32-v') as Variant;

/** One kernel's result; times are medians in seconds. */
export interface MonitorResult {
  readonly kernel: string;
  readonly bare: number;
  readonly monitored: number;
  /** Traps to the monitor. */
  readonly exits: number;
  /** The fraction of the guest's steps that ran directly. */
  readonly direct: number;
}

export interface MonitorBenchOptions {
  readonly only?: readonly string[];
  readonly runs?: number;
  readonly quick?: boolean;
  readonly progress: (text: string) => void;
}

/** Measures every kernel bare and under the monitor, in turn. */
export function benchMonitors(options: MonitorBenchOptions): readonly MonitorResult[] {
  const { runs = 5, progress } = options;
  return chooseKernels(options.only)
    .filter(({ modes }) => modes.includes('system'))
    .map((kernel) => {
      progress(`${kernel.name}, bare and under the monitor`);
      return measureKernel(kernel, options.quick ? kernel.quick.repeat : kernel.full.repeat, runs);
    });
}

function measureKernel(kernel: Kernel, repeat: number, runs: number): MonitorResult {
  const image = readImage(readFileSync(kernelFile(kernel.name, 'ring32')));
  const bare: number[] = [];
  const monitored: number[] = [];
  let last = { exits: 0, direct: 0 };
  for (let n = 0; n < runs; n++) {
    bare.push(seconds(() => runBare(image, repeat)));
    monitored.push(
      seconds(() => {
        last = runMonitored(image, repeat);
      }),
    );
  }
  return { kernel: kernel.name, bare: median(bare), monitored: median(monitored), ...last };
}

function seconds(act: () => void): number {
  const started = process.hrtime.bigint();
  act();
  return Number(process.hrtime.bigint() - started) / 1e9;
}

function runBare(image: Image, repeat: number): void {
  const machine = new Machine({ variant, memory, storage: storageFor('fast', memory) });
  loadImage(image, machine.memory.bytes);
  machine.memory.write(repeatAt, 4, repeat);
  machine.pc = image.entry;
  createEngine('fast', machine).run(Number.POSITIVE_INFINITY);
}

function runMonitored(image: Image, repeat: number): { exits: number; direct: number } {
  const guests = [{ image, memory }];
  const strategy = 'trap-and-emulate';
  const monitor = new Monitor({ guests, variant, strategy, engine: 'fast', console: new Console(() => {}) });
  const guest = monitor.guests[0] as VirtualMachine;
  guest.cpu.memory.write(repeatAt, 4, repeat);
  monitor.runGuest(guest, Number.POSITIVE_INFINITY);
  const { exits, direct } = guest.ledger;
  return { exits: [...exits.values()].reduce((sum, n) => sum + n, 0), direct: direct / guest.cpu.steps };
}

/** The results as a table of at most 80 columns. */
export function formatMonitors(results: readonly MonitorResult[]): string {
  const head = ['kernel', 'bare s', 'monitor s', 'ratio', 'exits', 'direct', 'ns an exit'];
  const rows = results.map(({ kernel, bare, monitored, exits, direct }) => [
    kernel,
    bare.toFixed(3),
    monitored.toFixed(3),
    formatRatio(monitored / bare),
    formatCount(exits),
    `${(direct * 100).toFixed(1)} %`,
    // With few exits, their cost is less than the noise.
    exits < 10_000 ? '–' : (((monitored - bare) / exits) * 1e9).toFixed(0),
  ]);
  return formatTable([head, ...rows]);
}
