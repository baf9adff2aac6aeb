/**
 * Nanobenchmarks in the spirit of Adams and Agesen (ASPLOS 2006, section 6.3, figure 4):
 * what one operation of a guest's supervisor code costs, by every way to run it; and whole
 * guests, which tell how much that matters.
 *
 * Guests run for ever and count their rounds. Each is warmed up, then measured in slices,
 * the ways in turn; of the slices' costs a round the median counts, less that of an empty
 * round run the same way. Processor time is measured, for the slices are short and other
 * programs' turns long. Report: nano-report.ts.
 */
import type { Image } from '../isa/machine/image.ts';
import { usage } from './failure.ts';
import { describeHost, type Host } from './host.ts';
import { operations, wholes } from './nano-catalogue.ts';
import { kernelImage, nanoImage, type Running, roundsOf, start } from './nano-guests.ts';
import { type Way, ways } from './nano-ways.ts';
import { median } from './statistics.ts';

/** The cost of one operation, one way. */
export interface Cost {
  /** Nanoseconds: the median, and the least and the most of the slices. */
  readonly ns: number;
  readonly range: readonly [least: number, most: number];
  /** Steps of the real machine, and exits to the monitor. */
  readonly steps: number;
  readonly exits: number;
}

export interface NanoReport {
  readonly format: 'ringlab-bench-nano';
  readonly version: 1;
  readonly host: Host;
  readonly runs: number;
  /** Costs by the way's name. */
  readonly operations: readonly {
    readonly name: string;
    readonly costs: Readonly<Record<string, Cost>>;
  }[];
  /** Nanoseconds a guest step, medians, by the way's name. */
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
  /** Slices and warming up a tenth as long. */
  readonly quick?: boolean;
  readonly progress: (text: string) => void;
}

/**
 * Seconds in which a guest that is warm gets no faster, and of a slice. While its regions are compiled, what
 * they save goes into compiling more.
 */
const lengths = { full: { warm: 2, slice: 0.02 }, quick: { warm: 0.05, slice: 0.004 } } as const;
type Length = (typeof lengths)['full' | 'quick'];

/** Measures. Throws BenchFailure for a name that there is not. */
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

/** What slices of one guest, one way, gave. */
interface Samples {
  /** Nanoseconds a round, and a guest step, of each slice. */
  readonly perRound: number[];
  readonly perStep: number[];
  /** Steps of the real machine and exits, a round, over all slices. */
  steps: number;
  exits: number;
}

/** Runs the guest by all ways at once, slice by slice in turn. */
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

/** Runs the guest until it has got no faster for as long as warming up is to take; returns how many steps make a slice. */
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

/** Processor time of `act`, in seconds: that of the whole process, compilers of its own among it, and of nobody else's. */
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
