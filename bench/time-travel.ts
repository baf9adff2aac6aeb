/**
 * Measures the cost of time travel: runs that are recorded with checkpoints, in comparison with the same runs without; and then
 * the time to go to random places in the run and to step back there. Also measures what a breakpoint that is
 * never reached, and a watchpoint next to a word that is often written, cost a run.
 */
import { readFileSync } from 'node:fs';
import { readImage } from '../isa/machine/image.ts';
import { variantNamed, type Variant } from '../isa/table/variants.ts';
import { RecordedDevices } from '../vmm/replay/devices.ts';
import { stepBack } from '../vmm/replay/stepping.ts';
import { createSubject, type Subject } from '../vmm/replay/subject.ts';
import { finish, Timeline } from '../vmm/replay/timeline.ts';
import { chooseKernels, kernelFile } from './catalogue.ts';
import { describeHost, type Host } from './host.ts';
import { median } from './statistics.ts';
import { formatRatio, formatTable } from './table.ts';

const memory = 16 * 2 ** 20;
/** The address of the word with the repeat count (kernels/system/kernel.inc). */
const repeatAt = 0xfff000;
/** A repeat count that is never reached. */
const endless = 100_000_000;
const variant = variantNamed('ring32-v') as Variant;

/** The number of random places in a run, and of steps back at each one. */
const places = 20;
const back = 5;

/**
 * The results for one kernel, bare or monitored. Times are processor time, in seconds, or in milliseconds for names
 * with Ms.
 */
export interface TravelResult {
  readonly kernel: string;
  readonly monitor: string;
  readonly steps: number;
  readonly plain: number;
  readonly recorded: number;
  readonly checkpoints: number;
  readonly bytes: number;
  readonly seekMs: number;
  readonly worstSeekMs: number;
  readonly backMs: number;
  readonly worstBackMs: number;
  /** The recorded run with a breakpoint that is never reached. */
  readonly breakpoint: number;
  /** The recorded run with a watchpoint on the stack's page. */
  readonly watchpoint: number;
}

export interface TravelBench {
  readonly format: 'ringlab-bench-time-travel';
  readonly version: 1;
  readonly host: Host;
  readonly results: readonly TravelResult[];
}

export interface TravelBenchOptions {
  /** Steps of a run; default 10^9, a tenth if quick. */
  readonly steps?: number;
  readonly only?: readonly string[];
  readonly quick?: boolean;
  readonly progress: (text: string) => void;
}

const usual = ['mixed', 'sort', 'sieve', 'switches'];

/** Measures runs of 10^9 steps (a tenth if quick), bare and monitored. */
export function benchTimeTravel(options: TravelBenchOptions): TravelBench {
  const { only = usual, quick = false, steps = quick ? 1e8 : 1e9, progress } = options;
  const results = chooseKernels(only).flatMap(({ name }) =>
    ['none', 'trap-and-emulate'].map((monitor) => {
      progress(`${name}, monitor ${monitor}`);
      return measure(name, monitor, steps);
    }),
  );
  return { format: 'ringlab-bench-time-travel', version: 1, host: describeHost(), results };
}

function subjectOf(kernel: string, monitor: string): Subject {
  const image = readImage(readFileSync(kernelFile(kernel, 'ring32')));
  const devices = new RecordedDevices({ print: () => {} });
  const subject = createSubject({ image, variant, memory, engine: 'fast', monitor, devices });
  subject.machine.memory.write(repeatAt, 4, endless);
  return subject;
}

function measure(kernel: string, monitor: string, steps: number): TravelResult {
  // One run before the measurement, because the first run pays for compiling ringlab's own code.
  subjectOf(kernel, monitor).run(steps / 20);
  const alone = subjectOf(kernel, monitor);
  const plain = seconds(() => alone.run(steps));
  const timeline = new Timeline(subjectOf(kernel, monitor));
  const recorded = seconds(() => finish(timeline.forward(steps)));
  const [checkpoints, bytes] = [timeline.checkpointSteps.length, timeline.checkpointBytes];
  const [seeks, backs] = travel(timeline, steps);
  return {
    kernel,
    monitor,
    steps,
    plain,
    recorded,
    checkpoints,
    bytes,
    seekMs: median(seeks),
    worstSeekMs: Math.max(...seeks),
    backMs: median(backs),
    worstBackMs: Math.max(...backs),
    breakpoint: withPoints(kernel, monitor, steps, 'breakpoint'),
    watchpoint: withPoints(kernel, monitor, steps, 'watchpoint'),
  };
}

/** The milliseconds to go to each place, and of each step back there. */
function travel(timeline: Timeline, steps: number): [seeks: number[], backs: number[]] {
  const [seeks, backs]: [number[], number[]] = [[], []];
  for (let n = 1; n <= places; n++) {
    // Multiples of the golden ratio are spread over the run, but not in order.
    const place = Math.floor(((n * 0.618033988749895) % 1) * steps);
    seeks.push(1000 * seconds(() => finish(timeline.seek(place))));
    for (let count = 0; count < back; count++) backs.push(1000 * seconds(() => finish(stepBack(timeline))));
  }
  return [seeks, backs];
}

/** Seconds of the recorded run with a breakpoint or watchpoint that never stops it. */
function withPoints(
  kernel: string,
  monitor: string,
  steps: number,
  kind: 'breakpoint' | 'watchpoint',
): number {
  const subject = subjectOf(kernel, monitor);
  const timeline = new Timeline(subject);
  finish(timeline.forward(1e6));
  const { machine } = subject;
  // A word at the begin of the stack's page: the page is written most often, but not this word.
  const { physical } = machine.probe(((machine.x[2] as number) & ~0xfff) >>> 0);
  const watched = { at: physical, length: 4 };
  timeline.points.set({
    addresses: new Set([0xfffffffc]),
    watchpoints: kind === 'watchpoint' ? [watched] : [],
  });
  return seconds(() => finish(timeline.forward(steps, 'all')));
}

/** Seconds of processor time. A step back is so short that the time of other programs would be most of it. */
function seconds(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The results as tables of at most 80 columns. */
export function formatTimeTravel({ results, host }: TravelBench): string {
  const name = ({ kernel, monitor }: TravelResult) => (monitor === 'none' ? kernel : `${kernel}, monitored`);
  const runs = results.map((one) => [
    name(one),
    one.plain.toFixed(2),
    formatRatio(one.recorded / one.plain),
    formatRatio(one.breakpoint / one.plain),
    formatRatio(one.watchpoint / one.plain),
    String(one.checkpoints),
    (one.bytes / 2 ** 20).toFixed(1),
  ]);
  const travels = results.map((one) =>
    [name(one)].concat(
      [one.backMs, one.worstBackMs, one.seekMs, one.worstSeekMs].map((value) => value.toFixed(1)),
    ),
  );
  const steps = Math.max(...results.map((one) => one.steps));
  return [
    `${host.cpu}, ${host.cores} cores; Node ${host.node}; ${host.system}\n`,
    `Runs of ${steps} steps; processor seconds, and times the plain run's:`,
    formatTable([['', 'plain s', 'recorded', 'breakpoint', 'watchpoint', 'checkpoints', 'MiB'], ...runs]),
    `Milliseconds at ${places} places, ${back} steps back at each:`,
    formatTable([['', 'back', 'worst', 'get there', 'worst'], ...travels]),
  ].join('\n');
}
