/** The medians of measured programs, their ratios, and the geometric means of those. */
import { type Length, lengths } from './programs-catalogue.ts';
import type { ProgramRunner } from './programs-contenders.ts';
import { geometricMean, median } from './statistics.ts';

/** One program at one length. */
export interface ProgramResult {
  readonly program: string;
  readonly length: Length;
  /** The seconds of each run of each contender that is there. */
  readonly seconds: Readonly<Partial<Record<ProgramRunner, readonly number[]>>>;
}

/** A geometric mean over the programs of one length: the time of `of` is `ratio` times that of `to`. */
export interface ProgramMean {
  readonly length: Length;
  readonly of: ProgramRunner;
  readonly to: ProgramRunner;
  readonly programs: number;
  readonly ratio: number;
}

/** The ratios of the table. */
export const comparisons = [
  ['qemu-riscv32', 'native'],
  ['webassembly', 'qemu-riscv32'],
  ['fast', 'qemu-riscv32'],
  ['fast', 'webassembly'],
] as const satisfies readonly (readonly [ProgramRunner, ProgramRunner])[];

/** The median of a contender's runs; NaN if it was not there. */
export function timeOf({ seconds }: ProgramResult, contender: ProgramRunner): number {
  return median(seconds[contender] ?? []);
}

/** The geometric means, by length, of what could be compared. */
export function meansOf(results: readonly ProgramResult[]): readonly ProgramMean[] {
  return lengths.flatMap((length) => {
    const same = results.filter((result) => result.length === length);
    return comparisons.flatMap(([of, to]) => {
      const ratios = same.map((result) => timeOf(result, of) / timeOf(result, to)).filter(Number.isFinite);
      if (ratios.length === 0) return [];
      return [{ length, of, to, programs: ratios.length, ratio: geometricMean(ratios) }];
    });
  });
}
