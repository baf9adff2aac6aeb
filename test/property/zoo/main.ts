/**
 * `npm run zoo`: kills every mutant with random guests, and writes what killed it to
 * killed.jsonl and ../README.md. `npm run zoo -- NAME…`: kills these, shows how, writes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sizeOf } from '../print.ts';
import { type Counterexample, propertyNames } from '../properties.ts';
import { describeCounterexample } from '../report.ts';
import { ask, candidateOf, hunt, huntCases, huntSeed } from './kill.ts';
import type { Mutant } from './mutant.ts';
import { formatKills, type Kill, killsFile } from './records.ts';
import { formatTable, tableFile, withTable } from './table.ts';
import { mutants } from './zoo.ts';

/** Cases for the properties that a mutant is not made for. */
const otherCases = 100;
/** A guest of so many instructions is small; until there is one, so many that catch the bug are made small. */
const small = 10;
const patience = 10;

const { values, positionals } = parseArgs({
  options: {
    seed: { type: 'string', default: String(huntSeed) },
    cases: { type: 'string', default: String(huntCases) },
  },
  allowPositionals: true,
});

function usage(message: string): never {
  process.stderr.write(`zoo: ${message}\n`);
  process.exit(2);
}

const [seed, cases] = [Number(values.seed), Number(values.cases)];
if (![seed, cases].every(Number.isSafeInteger)) usage('--seed and --cases are whole numbers');
const unknown = positionals.find((name) => !mutants.some((mutant) => mutant.name === name));
if (unknown !== undefined)
  usage(`no mutant "${unknown}"; there are: ${mutants.map(({ name }) => name).join(', ')}`);

/** Hunts one mutant and says so in a line; undefined if it survives. */
async function huntDown(
  mutant: Mutant,
): Promise<{ readonly kill: Kill; readonly found: Counterexample } | undefined> {
  const { name, property } = mutant;
  const candidate = await candidateOf(mutant);
  const first = await hunt(mutant, { seed, cases });
  if (first === undefined) {
    process.stdout.write(`${name.padEnd(26)} SURVIVES ${cases} cases of ${property}\n`);
    return undefined;
  }
  let found = first;
  for (let [tried, last] = [1, first]; tried < patience && sizeOf(found.program) > small; tried++) {
    const next = await hunt(mutant, { seed, cases, from: last.case + 1 });
    if (next === undefined) break;
    if (sizeOf(next.program) < sizeOf(found.program)) found = next;
    last = next;
  }
  const also = propertyNames.filter(
    (other) =>
      other !== property &&
      ask(other, candidate, mutant, { seed, cases: otherCases, shrinks: 0 }) !== undefined,
  );
  const size = sizeOf(found.program);
  const others = also.length > 0 ? `; ${also.join(', ')} too` : '';
  const text = `${property}, case ${first.case + 1}, ${size} instruction${size === 1 ? '' : 's'}${others}`;
  process.stdout.write(`${name.padEnd(26)} ${text}\n`);
  const { reason, program } = found;
  const kill = { name, property, seed, case: first.case, also, smallestFrom: found.case, reason, program };
  return { kill, found };
}

/** The bug as a difference of sources, and the smallest guest that shows it. */
function show({ name, bug, changes }: Mutant, found: Counterexample): void {
  const lines = (mark: string, text: string) =>
    text
      .split('\n')
      .map((line) => `${mark} ${line.trim()}\n`)
      .join('');
  process.stdout.write(`\n${bug}\n\n`);
  for (const { file, from, to } of changes)
    process.stdout.write(`${file}\n${lines('-', from)}${lines('+', to)}\n`);
  process.stdout.write(`${describeCounterexample(found, name)}\n`);
}

const wanted = mutants.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const kills: Kill[] = [];
for (const mutant of wanted) {
  const caught = await huntDown(mutant);
  if (caught === undefined) continue;
  kills.push(caught.kill);
  if (positionals.length > 0) show(mutant, caught.found);
}
process.stdout.write(`${kills.length} killed, ${wanted.length - kills.length} alive\n`);
if (kills.length < wanted.length) process.exitCode = 1;
else if (positionals.length === 0) {
  writeFileSync(killsFile, formatKills(kills));
  writeFileSync(tableFile, withTable(readFileSync(tableFile, 'utf8'), formatTable(mutants, kills)));
}
