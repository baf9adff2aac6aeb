/**
 * What the grader is asked, described once: `grade` reads it from the command line, test/property/grade does it. The command
 * line imports no tests, so the description stands here, and the grader imports it.
 */
import type { Image } from '../isa/machine/image.ts';

/** The layers that can be around a submission's process (test/property/grade/layers.ts). */
export const layerNames = ['permission', 'limits', 'user', 'namespace'] as const;
export type Layer = (typeof layerNames)[number];

/** What `--sandbox` asks for. */
export type SandboxChoice =
  | { readonly kind: 'auto' }
  | { readonly kind: 'strict' }
  | { readonly kind: 'only'; readonly layers: readonly Layer[] };

/** What is the same for one submission and for a class. */
export interface GradingOptions {
  /** Stages 1 to this one; default all. */
  readonly stage?: number;
  /** One stage alone. */
  readonly only?: number;
  readonly seed: number;
  /** A word that makes the guests of one class others than those of every other class. */
  readonly salt?: string;
  /** Cases of each property of each stage. */
  readonly cases: number;
  readonly from?: number;
  /** Seconds of its processor time that a submission may use for 100 guests. */
  readonly seconds: number;
  /** Megabytes that it may use. */
  readonly megabytes: number;
  /** What is around its process. */
  readonly layers: ReadonlySet<Layer>;
}

/** One submission. */
export interface SubmissionOptions extends GradingOptions {
  /** A strategy of ours, or a file or folder. */
  readonly monitor: string;
  /** The image of a monitor that is ring-0 software of Ring32: it runs on our machine, so nothing is around it. */
  readonly ring?: Image;
  /** The file that a report tells to grade a counterexample's guest from; default guest.s. */
  readonly guestFile?: string;
  /** A guest that somebody wrote, to be asked about instead of random ones: one stage, and whether the guest is equal and stays in. */
  readonly guest?: Image;
  readonly progress?: (text: string) => void;
}

/** Of every `of` submissions the `nth`, from 1: their results are stored, and no tables are written. */
export interface Shard {
  readonly nth: number;
  readonly of: number;
}

export interface QueueOptions {
  /** `redis://[user:password@]host[:port][/database]` */
  readonly url: string;
  /** Where the package is looked for first, before the place where ringlab is: the folder that the command is run in. */
  readonly from: string;
}

/** A class: a folder of submissions. */
export interface ClassFolder {
  readonly folder: string;
  /** Where tables, feedback and results go. */
  readonly out: string;
  /** Threads. */
  readonly jobs: number;
  readonly shard?: Shard;
  /** Jobs go to whoever works on this queue, instead of threads. */
  readonly queue?: QueueOptions;
}
