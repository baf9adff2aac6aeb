/**
 * The benchmarks' modules, as far as the tests call them. bench/ is a project that the
 * tests are not compiled with, so they are loaded by address and typed here.
 */

import { readFileSync } from 'node:fs';

export interface Work {
  readonly repeat: number;
  readonly prints: string;
}

export interface Kernel {
  readonly name: string;
  readonly modes: readonly ('process' | 'system')[];
  readonly short: Work;
  readonly quick: Work;
  readonly full: Work;
}

export interface Entry {
  readonly kernel: string;
  readonly mode: 'process' | 'system';
  readonly contender: string;
  readonly seconds: readonly number[];
  readonly median: number | null;
  readonly steps: number | null;
  readonly scaled: boolean;
  readonly statistics: null;
}

interface Result {
  readonly seconds: number;
  readonly steps: number;
  readonly prints: string | undefined;
  readonly statistics?: { readonly compiledSteps: number; readonly entries: number } | undefined;
}

interface Request {
  readonly kernel: string;
  readonly mode: 'process' | 'system';
  readonly engine: 'fast' | 'interpreter';
  readonly repeat: number;
  readonly limit?: number;
  readonly fast?: { readonly hot: number };
}

interface Contender {
  readonly name: string;
  readonly mode: 'process' | 'system';
  readonly peer: boolean;
  readonly run: (kernel: string, repeat: number, limit?: number) => Promise<Result>;
}

interface Plan {
  readonly kernels: readonly Kernel[];
  readonly contenders: readonly Contender[];
  readonly runs: number;
  readonly size: 'quick' | 'full';
  readonly progress: (text: string) => void;
}

interface Mean {
  readonly mode: string;
  readonly contender: string;
  readonly against: string;
  readonly kernels: number;
  readonly ratio: number;
}

export interface Way {
  readonly name: string;
  readonly strategy: string | undefined;
}

export interface Running {
  readonly guest: { readonly pc: number; readonly steps: number; readonly x: Int32Array };
  readonly run: (steps: number) => void;
  readonly exits: () => number;
}

/** Exits by depth, of one guest under one kind of outermost monitor. */
export interface NestingCounts {
  readonly guest: string;
  readonly monitor: string;
  readonly exits: readonly number[];
}

interface Modules {
  statistics: {
    median(values: readonly number[]): number;
    geometricMean(values: readonly number[]): number;
  };
  table: {
    formatTable(rows: readonly (readonly string[])[]): string;
    formatRatio(value: number): string;
    formatCount(value: number): string;
  };
  catalogue: {
    startUp: string;
    chooseKernels(names?: readonly string[]): readonly Kernel[];
    kernelFile(name: string, flavour: 'process' | 'ring32' | 'virt' | 'pc'): string;
    kernelFolder(): string;
  };
  spawn: {
    runProgram(
      command: string,
      args: readonly string[],
    ): Promise<{ seconds: number; status: number | undefined; output: string; errors: string } | undefined>;
  };
  'run-kernel': {
    runKernel(request: Request): Result;
    openProcess(
      image: Uint8Array,
      argv: readonly string[],
      engine: 'fast' | 'interpreter',
      fast: object,
    ): {
      readonly machine: { readonly steps: number };
      readonly run: (until: number) => { readonly kind: string };
      readonly output: readonly number[];
    };
  };
  'programs-catalogue': {
    lengths: readonly (0.1 | 0.3 | 1 | 5)[];
    choosePrograms(names?: readonly string[]): readonly {
      readonly name: string;
      readonly tiny: Work;
      readonly works: Readonly<Record<0.1 | 0.3 | 1 | 5, Work>>;
    }[];
    programFile(name: string): string;
    programFolder(): string;
  };
  'programs-means': {
    meansOf(results: readonly object[]): readonly {
      readonly length: number;
      readonly of: string;
      readonly to: string;
      readonly programs: number;
      readonly ratio: number;
    }[];
  };
  'programs-report': { formatPrograms(bench: object): string };
  profile: {
    profile(request: {
      readonly program: string;
      readonly rounds: number;
      readonly fast?: { readonly hot: number; readonly early: number };
    }): Readonly<
      Record<
        'whole' | 'interpreting' | 'ours' | 'v8' | 'inside' | 'steps' | 'interpretedSteps' | 'entries',
        number
      >
    > & { readonly prints: string };
  };
  measure: {
    measure(plan: Plan): Promise<{ entries: readonly Entry[]; startUp: Readonly<Record<string, number>> }>;
  };
  'nano-ways': { ways: Readonly<Record<'bare' | 'trapping' | 'translatedX' | 'translatedV', Way>> };
  'nano-guests': {
    nanoImage(name: string): object;
    kernelImage(name: string): object;
    start(image: object, way: Way): Running;
    roundsOf(running: Running): number;
  };
  'nano-catalogue': {
    operations: readonly { readonly name: string; readonly empty: string }[];
    wholes: readonly { readonly name: string; readonly ring: number }[];
  };
  nano: { benchNano(options: object): object };
  timeline: {
    benchTimeline(options: object): readonly {
      readonly guest: string;
      readonly technique: string;
      readonly exits: Readonly<Record<string, number>>;
    }[];
  };
  'timeline-report': {
    formatTimeline(results: readonly object[]): string;
    formatTimelineSvg(results: readonly object[]): string;
  };
  nesting: { benchNesting(options: object): readonly NestingCounts[] };
  'nesting-report': {
    formatNesting(results: readonly NestingCounts[]): string;
    formatNestingSvg(results: readonly NestingCounts[]): string;
  };
  'nano-report': { formatNano(report: object): string };
  report: {
    meansOf(entries: readonly Entry[]): readonly Mean[];
    formatReport(report: object): string;
  };
  temporary: {
    withFolder<T>(act: (folder: string, before: (end: () => void) => void) => Promise<T>): Promise<T>;
  };
  snapshots: { formatSnapshots(report: object): string };
  short: {
    benchShort(options: {
      readonly only: readonly string[];
      readonly runs: number;
      readonly progress: (text: string) => void;
    }): Promise<{ readonly results: readonly { readonly program: string; readonly fast: number }[] }>;
    formatShort(report: object): string;
  };
  'time-travel': {
    benchTimeTravel(options: object): { readonly results: readonly Readonly<Record<string, unknown>>[] };
    formatTimeTravel(report: object): string;
  };
}

/** Loads bench/NAME.ts. */
export async function load<Name extends keyof Modules>(name: Name): Promise<Modules[Name]> {
  const address = new URL(`../../bench/${name}.ts`, import.meta.url).href;
  return (await import(/* @vite-ignore */ address)) as Modules[Name];
}

/** Exit multiplication as bench/README.md has it. */
export function recordedNesting(): readonly NestingCounts[] {
  const page = readFileSync(new URL('../../bench/README.md', import.meta.url), 'utf8');
  const [, table = ''] = page.split('<!-- nesting -->');
  return [...table.matchAll(/^(\S+\.s), (\S+) +(\d[\d ]*)$/gm)].map(
    ([, guest = '', monitor = '', counts = '']) => ({
      guest,
      monitor,
      exits: counts.split(/ +/).map(Number),
    }),
  );
}
