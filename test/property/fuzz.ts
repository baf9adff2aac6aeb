/**
 * `npm run fuzz -- [TARGET] [--property P] [--seed S] [--cases N] [--from N] [--jobs N] [--shard K/M] [--out FOLDER]`: random
 * guests on a target (fuzz-part.ts), by one of the three properties. The campaign is done in parts, whose results are stored: the
 * same command goes on where it was interrupted.
 *
 * `--coverage` measures what so many guests do, instead.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatCoverage, measureCoverage } from './coverage.ts';
import { type Part, type PartResult, targetNamed } from './fuzz-part.ts';
import { bundled, repositoryPath } from './grade/bundled.ts';
import { hashOf } from './grade/folder.ts';
import { doJobs, progressText } from './grade/jobs.ts';
import { Pool, type Runner } from './grade/pool.ts';
import { ResultStore } from './grade/store.ts';
import { propertyNames } from './properties.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: 'string' },
    property: { type: 'string', default: 'equivalence' },
    seed: { type: 'string' },
    cases: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: '1' },
    shard: { type: 'string', default: '1/1' },
    out: { type: 'string', default: repositoryPath('dist/fuzz') },
    coverage: { type: 'boolean', default: false },
  },
});

/** Cases of one part. */
const together = 250;

function usage(message: string): never {
  process.stderr.write(`fuzz: ${message}\n`);
  process.exit(2);
}

const target = positionals[0] ?? values.target ?? 'fast';
const property =
  propertyNames.find((name) => name === values.property) ?? usage(`no property "${values.property}"`);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const [cases, from, jobs] = [Number(values.cases), Number(values.from), Number(values.jobs)];
const [nth = 0, of = 0] = values.shard.split('/').map(Number);
if (![seed, cases, from, jobs, nth, of].every(Number.isSafeInteger)) usage('numbers are whole');
if (!(nth >= 1 && nth <= of)) usage('--shard takes K/M with K from 1 to M');
if (jobs < 1) usage('--jobs 0 would do nothing');
try {
  targetNamed(target);
} catch (error) {
  usage((error as Error).message);
}

if (values.coverage) {
  process.stdout.write(formatCoverage(measureCoverage(seed, cases)));
  process.exit(0);
}

/** The parts of this shard, in order. */
function partsOf(): Part[] {
  const version = hashOf(bundled('testing.js'));
  return Array.from({ length: Math.ceil(cases / together) }, (_, n) => {
    const first = from + n * together;
    const part = { target, property, seed, from: first, cases: Math.min(together, from + cases - first) };
    return { hash: hashOf([version, part]), ...part } as Part;
  }).filter((_, n) => n % of === nth - 1);
}

/** The first case of the first part that failed. */
let failedAt = Number.POSITIVE_INFINITY;

/** Threads that begin the parts in order. After one that fails, those behind it are left out. */
function runner(most: number): Runner<Part, PartResult> {
  const worker = fileURLToPath(new URL('./fuzz-worker.js', import.meta.url));
  const pool = new Pool<Part, PartResult>(worker, Math.min(jobs, most), (part) => part.from < failedAt);
  return {
    run: async (part) => {
      const result = await pool.run(part);
      if (result.failure !== undefined) failedAt = Math.min(failedAt, part.from);
      return result;
    },
    close: () => pool.close(),
  };
}

process.stdout.write(
  `${property} of ${target}: seed ${seed}, cases ${from} to ${from + cases - 1}, shard ${values.shard}\n`,
);
const parts = partsOf();
const { results } = await doJobs<Part, PartResult>({
  jobs: parts,
  store: new ResultStore(values.out),
  runner,
  progress: process.stderr.isTTY
    ? (progress) => process.stderr.write(`\r\x1b[K${progressText(progress)}`)
    : undefined,
});
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

let [done, steps, direct, failed] = [0, 0, 0, 0];
for (const { hash } of parts) {
  const result = results.get(hash);
  if (result === undefined || result instanceof Error) throw result ?? new Error('lost');
  done += result.cases;
  steps += result.steps;
  direct += result.direct;
  if (result.failure === undefined) continue;
  process.stdout.write(result.failure);
  failed = 1;
  break;
}
const share = ((100 * direct) / Math.max(1, steps)).toFixed(1);
process.stdout.write(`${steps} steps, ${share} % of them ${target === 'fast' ? 'compiled' : 'direct'}\n`);
process.stdout.write(`${done - failed} passed, ${failed} failed\n`);
process.exitCode = failed;
