/**
 * Nanobenchmarks like those of Adams and Agesen (ASPLOS 2006, section 6.3, figure 4). They measure
 * what one operation of a guest's supervisor code costs, for each way to run it, and how much that matters for whole
 * guests.
 *
 * Guests run forever and count their rounds. Each guest is warmed up and then measured in slices, which take
 * the ways in turn. The result is the median cost of a round over the slices, minus the cost of an empty
 * round that ran in the same way. Processor time is measured, because a slice is shorter than the time for which
 * another program may use the processor. nano-report.ts formats the results.
 */
import type { Image } from '../isa/machine/image.ts';
import { usage } from './failure.ts';
import { describeHost, type Host } from './host.ts';
import { operations, wholes } from './nano-catalogue.ts';
import { kernelImage, nanoImage, type Running, roundsOf, start } from './nano-guests.ts';
import { type Way, ways } from './nano-ways.ts';
import { median } from './statistics.ts';

/** The cost of one operation, run in one way. */
export interface Cost {
  /** Nanoseconds: the median of the slices. */
  readonly ns: number;
  /** Nanoseconds of the fastest and the slowest slice. */
  readonly range: readonly [least: number, most: number];
  /** Steps of the real machine. */
  readonly steps: number;
  /** Exits to the monitor. */
  readonly exits: number;
}

export interface NanoReport {
  readonly format: 'ringlab-bench-nano';
  readonly version: 1;
  readonly host: Host;
  readonly runs: number;
  /** Costs by the name of the way. */
  readonly operations: readonly {
    readonly name: string;
    readonly costs: Readonly<Record<string, Cost>>;
  }[];
  /** Nanoseconds per guest step, as medians, by the name of the way. */
  readonly wholes: readonly {
    readonly name: string;
    readonly ring: number;
    readonly ns: Readonly<Record<string, number>>;
  }[];
}

export interface NanoOptions {
  /** Operations and whole guests to measure; default all. */
  readonly only?: readonly string[];
  /** Slices of each; default 7. */
  readonly runs?: number;
  /** Use much shorter slices and warm-ups. */
  readonly quick?: boolean;
  readonly progress: (text: string) => void;
}

/**
 * Seconds. `warm`: a guest is warm if it did not get faster for so long. (While regions are compiled, the time that they
 * save is spent on compiling more of them.) `slice`: the length of a slice.
 */
const lengths = { full: { warm: 2, slice: 0.02 }, quick: { warm: 0.05, slice: 0.004 } } as const;
type Length = (typeof lengths)['full' | 'quick'];

/** Makes all measurements. Throws BenchFailure for an unknown name. */
export function benchNano({ only, runs = 7, quick, progress }: NanoOptions): NanoReport {
  const length = quick ? lengths.quick : lengths.full;
  const names = [...operations, ...wholes].map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw usage(`${unknown}: no such nanobenchmark; there are ${names.join(', ')}`);
  const wanted = ({ name }: { readonly name: string }) => only?.includes(name) ?? true;
  const chosen = operations.filter(wanted);
  const empties = new Map<string, ReadonlyMap<Way, Samples>>();
  for (const name of new Set(chosen.map(({ empty }) => empty))) {
    progress(`the empty loop (${name})`);
    empties.set(name, sample(nanoImage(name), Object.values(ways), runs, length));
  }
  return {
    format: 'ringlab-bench-nano',
    version: 1,
    host: describeHost(),
    runs,
    operations: chosen.map(({ name, empty }) => {
      progress(name);
      const taken = sample(nanoImage(name), Object.values(ways), runs, length);
      return { name, costs: costsOf(taken, empties.get(empty) as ReadonlyMap<Way, Samples>) };
    }),
    wholes: wholes.filter(wanted).map(({ name, ring }) => {
      progress(name);
      const image = ring === 0 ? nanoImage(name) : kernelImage(name);
      const taken = sample(
        image,
        [ways.bare, ways.trapping, ways.translatedX, ways.translatedV],
        runs,
        length,
      );
      return {
        name,
        ring,
        ns: Object.fromEntries([...taken].map(([way, { perStep }]) => [way.name, median(perStep)])),
      };
    }),
  };
}

/** The measurements of one guest, run in one way. */
interface Samples {
  /** Nanoseconds per round, for each slice. */
  readonly perRound: number[];
  /** Nanoseconds per guest step, for each slice. */
  readonly perStep: number[];
  /** Steps of the real machine, and exits, per round over all slices. */
  steps: number;
  exits: number;
}

/** Runs the guest in all ways, slice by slice in turn. */
function sample(image: Image, by: readonly Way[], runs: number, length: Length): ReadonlyMap<Way, Samples> {
  const field = by.map((way) => {
    const running = start(image, way);
    return { way, running, steps: warmUp(running, length) };
  });
  const samples = new Map(
    by.map((way) => [way, { perRound: [], perStep: [], steps: 0, exits: 0 } as Samples]),
  );
  const before = field.map(({ running }) => countsOf(running));
  for (let n = 0; n < runs; n++) {
    for (const { way, running, steps } of field) {
      const from = roundsOf(running);
      const ns = seconds(() => running.run(steps)) * 1e9;
      samples.get(way)?.perRound.push(ns / ((roundsOf(running) - from) >>> 0));
      samples.get(way)?.perStep.push(ns / steps);
    }
  }
  for (const [n, { way, running }] of field.entries()) {
    const [was, is] = [before[n] as Counts, countsOf(running)];
    const rounds = (is.rounds - was.rounds) >>> 0;
    Object.assign(samples.get(way) as Samples, {
      steps: (is.real - was.real) / rounds,
      exits: (is.exits - was.exits) / rounds,
    });
  }
  return samples;
}

interface Counts {
  readonly rounds: number;
  readonly real: number;
  readonly exits: number;
}

function countsOf(running: Running): Counts {
  return { rounds: roundsOf(running), real: running.real.steps, exits: running.exits() };
}

/** Runs the guest until it is warm; returns the number of steps of a slice. */
function warmUp(running: Running, { warm, slice }: Length): number {
  let steps = 4096;
  let perStep = Number.POSITIVE_INFINITY;
  for (let steady = 0; steady < warm; ) {
    const took = Math.max(
      seconds(() => running.run(steps)),
      1e-6,
    );
    steady = took / steps < 0.95 * perStep ? 0 : steady + took;
    perStep = Math.min(perStep, took / steps);
    if (took < slice / 2) steps *= 2;
  }
  return Math.ceil(slice / perStep);
}

/**
 * Processor time of `act` in seconds. It includes other threads of this process, such as the compiler, but not other
 * processes.
 */
function seconds(act: () => void): number {
  const started = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

function costsOf(
  taken: ReadonlyMap<Way, Samples>,
  empty: ReadonlyMap<Way, Samples>,
): Readonly<Record<string, Cost>> {
  return Object.fromEntries(
    [...taken].map(([way, { perRound, steps, exits }]): [string, Cost] => {
      const base = empty.get(way) as Samples;
      const floor = median(base.perRound);
      const cost = {
        ns: median(perRound) - floor,
        range: [Math.min(...perRound) - floor, Math.max(...perRound) - floor],
        steps: steps - base.steps,
        exits: exits - base.exits,
      } as const;
      return [way.name, cost];
    }),
  );
}
