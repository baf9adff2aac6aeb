/**
 * Programs of real size, at four lengths: the whole command, Node's start included, beside qemu-riscv32, the host's own
 * code, and the same C compiled by Clang to WebAssembly, in turn. What is lost until code is compiled is seen here.
 */
import { moduleFile } from './contenders.ts';
import { wrongResult } from './failure.ts';
import { describeHost, type Host } from './host.ts';
import type { Profile, ProfileRequest } from './profile.ts';
import { type BenchProgram, choosePrograms, type Length, lengths } from './programs-catalogue.ts';
import {
  openProgramField,
  type ProgramContender,
  type ProgramField,
  type ProgramRunner,
  timeStart,
} from './programs-contenders.ts';
import { meansOf, type ProgramMean, type ProgramResult } from './programs-means.ts';
import { runProgram } from './spawn.ts';
import { median } from './statistics.ts';
import { withFolder } from './temporary.ts';

export interface ProgramsOptions {
  /** Programs to measure; default all. */
  readonly only?: readonly string[];
  /** Runs of each; default 5. */
  readonly runs?: number;
  /** Only the two short lengths. */
  readonly quick?: boolean;
  /** Whether to say where the time goes. */
  readonly stats?: boolean;
  readonly progress: (text: string) => void;
}

export interface ProfileResult extends Profile {
  readonly program: string;
  readonly length: Length;
}

export interface ProgramsBench extends Omit<ProgramField, 'contenders'> {
  readonly format: 'ringlab-bench-programs';
  readonly version: 1;
  readonly host: Host;
  readonly runs: number;
  /** Medians, in seconds: our command for a process that ends at once, and Node for an empty program. */
  readonly start: { readonly ours: number; readonly node: number };
  readonly results: readonly ProgramResult[];
  readonly means: readonly ProgramMean[];
  /** One run of each on the fast engine; empty without `stats`. */
  readonly profiles: readonly ProfileResult[];
}

interface Series {
  readonly program: BenchProgram;
  readonly length: Length;
  readonly seconds: Partial<Record<ProgramRunner, number[]>>;
}

/** Measures programs. Throws BenchFailure. */
export async function benchPrograms(options: ProgramsOptions): Promise<ProgramsBench> {
  const { runs = 5, progress } = options;
  const chosen = choosePrograms(options.only);
  const all = lengths
    .filter((length) => !options.quick || length < 1)
    .flatMap((length) => chosen.map((program): Series => ({ program, length, seconds: {} })));
  return await withFolder(async (folder) => {
    progress('building the programs');
    const { contenders, absent, versions } = await openProgramField(folder);
    const starts = await measure(all, contenders, runs, progress);
    const profiles = options.stats ? await profileAll(all, progress) : [];
    const results = all.map(({ program, length, seconds }) => ({ program: program.name, length, seconds }));
    const start = {
      ours: median(starts.map(({ ours }) => ours)),
      node: median(starts.map(({ node }) => node)),
    };
    const facts = { host: describeHost(), runs, versions, absent, start };
    return {
      format: 'ringlab-bench-programs',
      version: 1,
      ...facts,
      results,
      means: meansOf(results),
      profiles,
    };
  });
}

/** Fills the series; returns what starting took in each round. */
async function measure(
  all: readonly Series[],
  contenders: readonly ProgramContender[],
  runs: number,
  progress: ProgramsOptions['progress'],
) {
  const starts: Awaited<ReturnType<typeof timeStart>>[] = [];
  for (let round = 1; round <= runs; round++) {
    starts.push(await timeStart());
    for (const { program, length, seconds } of all) {
      const { repeat, prints } = program.works[length];
      for (const { name, run } of contenders) {
        progress(`round ${round} of ${runs}: ${program.name}, ${length} s, ${name}`);
        seconds[name] = [...(seconds[name] ?? []), await run(program.name, repeat, prints)];
      }
    }
  }
  return starts;
}

async function profileAll(
  all: readonly Series[],
  progress: ProgramsOptions['progress'],
): Promise<readonly ProfileResult[]> {
  const profiles: ProfileResult[] = [];
  for (const { program, length } of all) {
    progress(`profile: ${program.name}, ${length} s`);
    const { repeat: rounds, prints } = program.works[length];
    const request: ProfileRequest = { program: program.name, rounds };
    const ended = await runProgram(process.execPath, [moduleFile('profile-child'), JSON.stringify(request)]);
    if (ended?.status !== 0)
      throw wrongResult(`${program.name} was not profiled: ${ended?.errors.trim() ?? ''}`);
    const profile = JSON.parse(ended.output) as Profile;
    if (profile.prints !== prints)
      throw wrongResult(`${program.name}, profiled, printed "${profile.prints}", not "${prints}"`);
    profiles.push({ program: program.name, length, ...profile });
  }
  return profiles;
}
