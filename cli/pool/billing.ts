/** `ringlab pool usage`: what machines have used, and what it costs. */
import { type Command, Option } from 'commander';
import { bill, formatCsv, type Prices, readPrices, totalCost } from '../../vmm/pool/bill.ts';
import { sumUsage, type UsageKey, type UsageLine, usageKeys } from '../../vmm/pool/usage.ts';
import { exitWith } from '../command.ts';
import { badInput, EXIT, usage } from '../failure.ts';
import { readInput } from '../files.ts';
import { JSON_OPTION } from '../options.ts';
import { print } from '../output.ts';
import { formatColumns } from './columns.ts';
import { PoolFolder } from './pool-folder.ts';

interface UsageOptions {
  readonly pool?: string;
  readonly by: UsageKey;
  readonly prices?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

/** `add` begins a verb of the group. */
export function addUsage(add: (name: string, summary: string) => Command): void {
  add('usage', 'Print the time, memory and instructions that machines have used, and what that costs')
    .addOption(new Option('--by <what>', 'Sum it up by this').choices([...usageKeys]).default('vm'))
    .option('--prices <file>', 'Add what it costs at the prices in this JSON file')
    .option('--csv', 'Print comma-separated values')
    .option(...JSON_OPTION)
    .action(exitWith(showUsage));
}

async function showUsage({ pool, by, prices: file, csv, json }: UsageOptions): Promise<number> {
  if (csv && json) throw usage('--csv, --json: choose one of them');
  const prices = file === undefined ? undefined : pricesIn(file);
  const used = sumUsage(await new PoolFolder(pool).view(), by);
  const billed = prices && bill(used, prices);
  const lines = billed ?? used;
  if (json) {
    const sum = prices && billed && { currency: prices.currency, total: totalCost(billed) };
    print(`${JSON.stringify({ format: 'ringlab-pool-usage', version: 1, by, lines, ...sum })}\n`);
  } else if (csv) print(formatCsv(by, lines, prices?.currency));
  else {
    const costs = billed?.map(({ cost }) => cost.toFixed(6));
    print(formatTable(by, used, prices?.currency, costs));
    if (prices && billed) print(`total: ${totalCost(billed).toFixed(6)} ${prices.currency}\n`);
  }
  return EXIT.DONE;
}

/** Throws a Failure. */
function pricesIn(file: string): Prices {
  const bytes = readInput(file);
  try {
    return readPrices(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw badInput(
      `${file}: no prices: ${(error as Error).message}; expected something like { "currency": "EUR", "hour": 0.02, "gibibyteHour": 0.01, "gigastep": 0.5, "migration": 0.1 }`,
    );
  }
}

function formatTable(
  by: UsageKey,
  lines: readonly UsageLine[],
  currency: string | undefined,
  costs: readonly string[] | undefined,
): string {
  const heads = [by.toUpperCase(), 'SECONDS', 'MiB x SECONDS', 'STEPS', 'PLACEMENTS', 'MIGRATIONS'];
  const rows = lines.map(({ name, ms, memoryByteSeconds, steps, placements, migrations }, n) => [
    name,
    (ms / 1000).toFixed(1),
    (memoryByteSeconds / 2 ** 20).toFixed(1),
    String(steps),
    String(placements),
    String(migrations),
    ...(costs === undefined ? [] : [costs[n] as string]),
  ]);
  return formatColumns(currency === undefined ? heads : [...heads, currency], rows);
}
