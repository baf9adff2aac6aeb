/**
 * `npm run fuzz -- [--target T] [--property P] --seed S --cases N [--from N] [--shard K/M]`: random guests
 * on a target, by one of the three properties.
 *
 * `--coverage` measures what so many guests do, instead.
 *
 * Targets: fast (the engine on the bare machine), or a monitor's strategy, or several with / between them for a stack of
 * monitors, the outermost first; with `+fast`, the fast engine is under it.
 */
import { parseArgs } from 'node:util';
import { variants } from '../../isa/table/variants.ts';
import { fastEngine } from './bare.ts';
import { formatCoverage, measureCoverage } from './coverage.ts';
import { ownMonitor } from './own.ts';
import {
  efficiency,
  equivalence,
  propertyNames,
  type PropertyOptions,
  resourceControl,
} from './properties.ts';
import { describeCounterexample } from './report.ts';
import { soundStack, variantsNamed } from './sound.ts';
import type { Candidate } from './subject.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'fast' },
    property: { type: 'string', default: 'equivalence' },
    seed: { type: 'string' },
    cases: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    shard: { type: 'string', default: '1/1' },
    coverage: { type: 'boolean', default: false },
  },
});

function usage(message: string): never {
  process.stderr.write(`fuzz: ${message}\n`);
  process.exit(2);
}

function candidateNamed(target: string): { candidate: Candidate; rest: Partial<PropertyOptions> } {
  if (target === 'fast') return { candidate: fastEngine(), rest: { variants } };
  const [strategy = '', engine = ''] = target.split('+');
  const row = soundStack(strategy);
  if (row === undefined || (engine !== '' && engine !== 'fast')) usage(`no target "${target}"`);
  if (row.variants.length === 0) usage(`"${target}" is right on no variant: its levels have none in common`);
  const candidate = ownMonitor({ strategy, engine: engine === 'fast' ? 'fast' : 'interpreter' });
  return {
    candidate,
    rest: { variants: variantsNamed(row.variants), ...(row.direct === 'user' ? { direct: 'user' } : {}) },
  };
}

const property =
  propertyNames.find((name) => name === values.property) ?? usage(`no property "${values.property}"`);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const cases = Number(values.cases);
const from = Number(values.from);
const [nth = 0, of = 0] = values.shard.split('/').map(Number);
if (![seed, cases, from, nth, of].every(Number.isSafeInteger)) usage('numbers are whole');
if (!(nth >= 1 && nth <= of)) usage('--shard takes K/M with K from 1 to M');

if (values.coverage) {
  process.stdout.write(formatCoverage(measureCoverage(seed, cases)));
  process.exit(0);
}

const { candidate, rest } = candidateNamed(values.target);
process.stdout.write(
  `${property} of ${candidate.name}: seed ${seed}, cases ${from} to ${from + cases - 1}, shard ${values.shard}\n`,
);
const check = { equivalence, resourceControl, efficiency }[property];
const result = check(candidate, { seed, cases, from, shard: { nth: nth - 1, of }, ...rest });
const { counterexample, steps, counts } = result;
if (counterexample !== undefined)
  process.stdout.write(`${describeCounterexample(counterexample, candidate.name)}`);
const share = ((100 * counts.direct) / Math.max(1, steps)).toFixed(1);
process.stdout.write(
  `${steps} steps, ${share} % of them ${values.target === 'fast' ? 'compiled' : 'direct'}\n`,
);
const failed = counterexample === undefined ? 0 : 1;
process.stdout.write(`${result.cases - failed} passed, ${failed} failed\n`);
process.exitCode = failed;
