/** What random guests do: which row was executed in which ring of which variant, and which trap came of it. Measured on the bare machine. */
import { peekWord } from '../../isa/machine/report.ts';
import { plainRows, rowOf } from '../../isa/table/table.ts';
import { causeName, trapCauses } from '../../isa/table/traps.ts';
import { type Variant, variants } from '../../isa/table/variants.ts';
import { oracleOf } from './bare.ts';
import { randomProgram } from './generate.ts';
import { stepsOf } from './judge.ts';
import type { Program } from './program.ts';

const rings = [0, 1, 2, 3] as const;

export interface Coverage {
  readonly cases: number;
  readonly steps: number;
  /** Times that a row was executed, by `row ring variant`. */
  readonly rows: ReadonlyMap<string, number>;
  /** Times that a trap was taken, by `cause ring variant`. */
  readonly traps: ReadonlyMap<string, number>;
  /** Times that a row ended in a trap, by `row cause`. */
  readonly pairs: ReadonlyMap<string, number>;
}

type Counts = Map<string, number>;

function count(counts: Counts, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Measures cases 0 to `cases` - 1 of `seed`, each on one variant after the other. */
export function measureCoverage(seed: number, cases: number): Coverage {
  const found = { rows: new Map(), traps: new Map(), pairs: new Map() } as const;
  let steps = 0;
  for (let n = 0; n < cases; n++) {
    steps += observe(randomProgram(seed, n), variants[n % variants.length] as Variant, found);
  }
  return { cases, steps, ...found };
}

/** Runs the guest step by step; the set-up is not counted. Returns its steps. */
function observe(
  program: Program,
  variant: Variant,
  { rows, traps, pairs }: { readonly rows: Counts; readonly traps: Counts; readonly pairs: Counts },
): number {
  const { machine, run } = oracleOf(program, variant);
  const ends = stepsOf(program);
  const end = ends.at(-1) as number;
  const start = (ends[0] as number) - (program.slices[0] as number);
  run(start);
  let cause: number | undefined;
  machine.onTrap = (taken) => {
    cause = taken >>> 0;
  };
  while (machine.steps < end) {
    const { ring } = machine;
    const fetched = peekWord(machine, machine.pc);
    const row = fetched === undefined ? undefined : rowOf(fetched);
    cause = undefined;
    const stop = run(machine.steps + 1);
    if (stop.kind === 'unhandled') cause = stop.cause;
    const isInterrupt = cause !== undefined && cause >= 0x80000000;
    if (row !== undefined && !isInterrupt) count(rows, `${row.name} ${ring} ${variant.name}`);
    if (cause !== undefined) count(traps, `${cause} ${ring} ${variant.name}`);
    if (cause !== undefined && row !== undefined && !isInterrupt) count(pairs, `${row.name} ${cause}`);
    if (stop.kind !== 'limit') break;
  }
  return machine.steps - start;
}

/** Rows in rings of variants that were never executed, as `row ring variant`. */
export function missingRows({ rows }: Coverage): string[] {
  return plainRows.flatMap(({ name }) =>
    variants.flatMap((variant) =>
      rings.map((ring) => `${name} ${ring} ${variant.name}`).filter((key) => !rows.has(key)),
    ),
  );
}

/** The measure as text: how much of the table, what is missing, and every trap by ring and variant. */
export function formatCoverage(coverage: Coverage): string {
  const all = plainRows.length * rings.length * variants.length;
  const missing = missingRows(coverage);
  const lines = [
    `${coverage.cases} guests, ${coverage.steps} steps beside their set-up`,
    `${all - missing.length} of ${all} rows x rings x variants executed, ${coverage.pairs.size} pairs of a row and a trap`,
    ...missing.map((key) => `  never: ${key}`),
  ];
  for (const { name } of variants) {
    lines.push('', `traps on ${name}`.padEnd(35) + rings.map((ring) => `ring ${ring}`.padStart(9)).join(''));
    for (const { cause } of trapCauses) {
      const cells = rings.map((ring) =>
        String(coverage.traps.get(`${cause} ${ring} ${name}`) ?? 0).padStart(9),
      );
      lines.push(`  ${causeName(cause).padEnd(33)}${cells.join('')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
