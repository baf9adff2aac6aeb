/**
 * `npm run zoo`: kills every mutant with random guests, and records what killed it in killed.jsonl and ../README.md.
 * `npm run zoo -- NAME…`: hunts these alone, shows how they were killed, and renews their records.
 * With `--seed`, which asks other guests, nothing is recorded.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sizeOf } from '../print.ts';
import { type Counterexample, propertyNames } from '../properties.ts';
import { describeCounterexample } from '../report.ts';
import { ask, candidateOf, hunt } from './kill.ts';
import type { Mutant } from './mutant.ts';
import { formatKills, guestDigest, type Kill, killsFile, readKills } from './records.ts';
import { formatTable, tableFile, withTable } from './table.ts';
import { mutants } from './zoo.ts';

/** The guests that records are made with. */
const usualSeed = 1974;
const usualCases = 10_000;
/** Cases for the properties that a mutant is not made for. */
const otherCases = 100;
/** A guest of so many instructions is small; until there is one, so many that catch the bug are made small. */
const small = 10;
const patience = 10;

const { values, positionals } = parseArgs({
  options: {
    seed: { type: 'string' },
    cases: { type: 'string', default: String(usualCases) },
  },
  allowPositionals: true,
});

function usage(message: string): never {
  process.stderr.write(`zoo: ${message}\n`);
  process.exit(2);
}

const [seed, cases] = [Number(values.seed ?? usualSeed), Number(values.cases)];
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
  const guest = guestDigest(property, seed, first.case);
  const kill = {
    name,
    property,
    seed,
    case: first.case,
    guest,
    also,
    smallestFrom: found.case,
    reason,
    program,
  };
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
const known = new Map(readKills().map((kill) => [kill.name, kill]));
let killed = 0;
for (const mutant of wanted) {
  const caught = await huntDown(mutant);
  if (caught === undefined) continue;
  killed += 1;
  known.set(mutant.name, caught.kill);
  if (positionals.length > 0) show(mutant, caught.found);
}
process.stdout.write(`${killed} killed, ${wanted.length - killed} alive\n`);
if (killed < wanted.length) process.exitCode = 1;
if (values.seed === undefined) {
  const kills = mutants.flatMap(({ name }) => known.get(name) ?? []);
  writeFileSync(killsFile, formatKills(kills));
  writeFileSync(tableFile, withTable(readFileSync(tableFile, 'utf8'), formatTable(mutants, kills)));
}
