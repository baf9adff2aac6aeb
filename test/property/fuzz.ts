/** `npm run fuzz -- --seed S --cases N [--from N]`: random programs on both engines in lockstep. */
import { parseArgs } from 'node:util';
import { compareEngines, formatProgram, shrink } from './lockstep.ts';
import { randomProgram } from './program.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, cases: { type: 'string' }, from: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const cases = Number(values.cases ?? 10_000);
const from = Number(values.from ?? 0);
if (![seed, cases, from].every(Number.isSafeInteger)) {
  process.stderr.write('fuzz: --seed, --cases and --from take whole numbers\n');
  process.exit(2);
}

process.stdout.write(`seed ${seed}, cases ${from} to ${from + cases - 1}\n`);
let [steps, compiled, regions] = [0, 0, 0];
for (let n = from; n < from + cases; n++) {
  const program = randomProgram(seed, n);
  const variant = n % 3;
  const outcome = compareEngines(program, variant);
  if (outcome.difference !== undefined) {
    const small = shrink(program, (candidate) => compareEngines(candidate, variant).difference !== undefined);
    process.stdout.write(
      `seed ${seed}, case ${n}, variant ${variant}: ${compareEngines(small, variant).difference}\n`,
    );
    process.stdout.write(`${formatProgram(small)}\n0 passed, 1 failed\n`);
    process.exit(1);
  }
  steps += outcome.steps;
  compiled += outcome.compiled;
  regions += outcome.regions;
  if (process.stdout.isTTY && n % 1000 === 0) process.stdout.write(`\r${n - from} cases`);
}
process.stdout.write(
  `${steps} steps, ${((100 * compiled) / steps).toFixed(1)} % of them compiled, ${regions} regions\n`,
);
process.stdout.write(`${cases} passed, 0 failed\n`);
