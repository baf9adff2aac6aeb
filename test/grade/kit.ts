/** Grading in this process, as the command line does it; the submission's process is a process all the same. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../cli/kit.ts';
import { availableLayers, type Grade, type GradeOptions, grade } from '../property/grade/index.ts';

/** The layers of this machine. */
export const layers = availableLayers();

const usual = { seed: 1, cases: 3, seconds: 20, megabytes: 256, layers };

/** The grade of a monitor. */
export function gradeOf(monitor: string, options: Partial<GradeOptions> = {}): Promise<Grade> {
  return grade({ ...usual, monitor, ...options });
}

/** Bundles the solution of all nine stages, as one file that a student hands in. */
export async function buildSolution(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'test', 'grade', 'solution', 'index.ts')],
    bundle: true,
    format: 'esm',
    external: ['ringlab/testing'],
    outfile,
  });
}

/** A submission in test/grade/submissions. */
export const submission = (name: string) => join(root, 'test', 'grade', 'submissions', name);
