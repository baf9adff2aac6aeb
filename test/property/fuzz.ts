/**
 * `npm run fuzz -- [--target T] --seed S --cases N [--from N] [--shard K/M]`: random programs in
 * lockstep with the oracle, the interpreter on the bare machine.
 *
 * Targets: fast (the engine), or a monitor's strategy, with `+fast` for the fast engine
 * under it: trap-and-emulate, hybrid, interpret, trap-and-emulate+fast, hybrid+fast.
 */
import { parseArgs } from 'node:util';
import { compareEngines, compareMonitor, formatProgram, type Outcome, shrink } from './lockstep.ts';
import { type Program, randomProgram } from './program.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'fast' },
    seed: { type: 'string' },
    cases: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    shard: { type: 'string', default: '1/1' },
  },
});

/** Variants on which a monitor must be right: trap-and-emulate needs every sensitive instruction to trap. */
const sound: Readonly<Record<string, readonly number[]>> = {
  'trap-and-emulate': [0],
  hybrid: [0, 2],
  interpret: [0, 1, 2],
};

function usage(message: string): never {
  process.stderr.write(`fuzz: ${message}\n`);
  process.exit(2);
}

/** Visits before a place is compiled, case by case: early, and after the interpreter has been there. */
const visits = [2, 8, 8, 40];

function comparison(target: string): (program: Program, n: number) => Outcome {
  if (target === 'fast') return (program, n) => compareEngines(program, n % 3, visits[n % visits.length]);
  const [strategy = '', engine] = target.split('+');
  const variants = sound[strategy] ?? usage(`no target "${target}"`);
  const name = engine === 'fast' ? 'fast' : 'interpreter';
  return (program, n) => compareMonitor(program, variants[n % variants.length] as number, strategy, name);
}

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const cases = Number(values.cases);
const from = Number(values.from);
const [shard = 0, shards = 0] = values.shard.split('/').map(Number);
if (![seed, cases, from, shard, shards].every(Number.isSafeInteger)) usage('numbers are whole');
if (!(shard >= 1 && shard <= shards)) usage('--shard takes K/M with K from 1 to M');

const compare = comparison(values.target);
process.stdout.write(
  `${values.target}: seed ${seed}, cases ${from} to ${from + cases - 1}, shard ${values.shard}\n`,
);
let [done, steps, compiled] = [0, 0, 0];
for (let n = from; n < from + cases; n++) {
  if (n % shards !== shard - 1) continue;
  const program = randomProgram(seed, n);
  const outcome = compare(program, n);
  if (outcome.difference !== undefined) {
    const small = shrink(program, (candidate) => compare(candidate, n).difference !== undefined);
    process.stdout.write(
      `seed ${seed}, case ${n}: ${compare(small, n).difference}\n${formatProgram(small)}\n`,
    );
    process.stdout.write(`${done} passed, 1 failed\n`);
    process.exit(1);
  }
  done += 1;
  steps += outcome.steps;
  compiled += outcome.compiled;
}
const share = ((100 * compiled) / Math.max(1, steps)).toFixed(1);
process.stdout.write(
  `${steps} steps, ${share} % of them ${values.target === 'fast' ? 'compiled' : 'direct'}\n`,
);
process.stdout.write(`${done} passed, 0 failed\n`);
