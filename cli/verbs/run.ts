/** `ringlab run FILE [ARG…]`: runs a guest to its end and exits with its status. */
import type { Stop } from '../../isa/machine/stop.ts';
import type { ProcessStop } from '../../vmm/process/process.ts';
import { type Guest, prepareGuest } from '../guest.ts';
import { tellOutcome } from '../outcome.ts';
import type { GuestOptions } from '../options.ts';

export interface RunOptions extends GuestOptions {
  readonly stats?: boolean;
  readonly json?: boolean;
}

/** Steps between two looks at the terminal. */
const slice = 2 ** 22;

export async function run(file: string, args: readonly string[], options: RunOptions): Promise<number> {
  const guest = await prepareGuest(file, args, options);
  const started = process.hrtime.bigint();
  const limit = options.maxSteps ?? Number.POSITIVE_INFINITY;
  const stop =
    guest.typed === undefined ? runThrough(guest, limit) : await runTyped(guest, guest.typed, limit);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  guest.flush();
  const status = tellOutcome(guest, stop);
  if (options.stats) process.stderr.write(formatStatistics(guest, options, status, seconds));
  return status;
}

/** Runs in slices, so that output appears while the guest runs on. */
function runThrough(guest: Guest, limit: number): Stop | ProcessStop {
  for (;;) {
    const until = Math.min(limit, guest.machine.steps + slice);
    const stop = guest.run(until);
    if (stop.kind !== 'limit' || until === limit) return stop;
    guest.flush();
  }
}

/** As `runThrough`, feeding the console what is typed meanwhile. Ctrl-C ends ringlab, Ctrl-D the input. */
async function runTyped(
  guest: Guest,
  console: NonNullable<Guest['typed']>,
  limit: number,
): Promise<Stop | ProcessStop> {
  let wake = () => {};
  process.stdin.on('data', (bytes: Buffer) => {
    console.feed(bytes);
    wake();
  });
  process.stdin.on('end', () => {
    console.close();
    wake();
  });
  try {
    for (;;) {
      const until = Math.min(limit, guest.machine.steps + slice);
      const stop = guest.run(until);
      guest.flush();
      if (stop.kind === 'input') {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (stop.kind !== 'limit' || until === limit) return stop;
      else await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    process.stdin.destroy();
  }
}

function formatStatistics(guest: Guest, options: RunOptions, status: number, seconds: number): string {
  const { steps } = guest.machine;
  const exits = Object.fromEntries([...guest.exits].sort(([a], [b]) => (a < b ? -1 : 1)));
  const statistics = {
    format: 'ringlab-run',
    version: 1,
    steps,
    engine: guest.engine.name,
    monitor: options.monitor,
    isa: guest.isa,
    status,
    exits,
    direct: steps,
    seconds,
  };
  if (options.json) return `${JSON.stringify(statistics)}\n`;
  const rate = seconds > 0 ? `${(steps / seconds / 1e6).toFixed(1)} million a second` : '';
  return [
    `steps    ${steps} in ${seconds.toFixed(3)} s, ${rate}`,
    `engine   ${guest.engine.name}, ${guest.isa}, monitor ${options.monitor}`,
    `status   ${status}`,
    ...Object.entries(exits).map(
      ([name, count], n) => `${n === 0 ? 'exits' : ''}`.padEnd(9) + `${count} × ${name}`,
    ),
    '',
  ].join('\n');
}
