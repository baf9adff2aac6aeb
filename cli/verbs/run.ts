/** `ringlab run FILE [ARG…]`: runs a guest to its end and exits with its status. */
import type { Stop } from '../../isa/machine/stop.ts';
import type { ProcessStop } from '../../vmm/process/process.ts';
import { GuestPort } from '../../vmm/network/guest-port.ts';
import { usage } from '../failure.ts';
import { type Guest, prepareGuest } from '../guest.ts';
import type { NetworkOptions, Plug } from '../hosting/plug.ts';
import { tellOutcome } from '../outcome.ts';
import type { GuestOptions } from '../options.ts';
import { note } from '../output.ts';
import { readTyped } from '../streams.ts';
import { formatStatistics, statisticsOf } from '../statistics.ts';

export interface RunOptions extends GuestOptions, NetworkOptions {
  readonly stats?: boolean;
  readonly json?: boolean;
}

/** Steps between two looks at the terminal. */
const slice = 2 ** 22;

export async function run(file: string, args: readonly string[], options: RunOptions): Promise<number> {
  if (options.process && options.network !== undefined)
    throw usage('--network needs a machine; a process has none');
  const plug = await join(options);
  try {
    return await runIn(plug, file, args, options);
  } finally {
    plug?.close();
  }
}

/** The plug in the network that the options name. What it needs takes time to load, and most guests have none. */
async function join(options: RunOptions): Promise<Plug | undefined> {
  if (options.network === undefined && options.address === undefined) return undefined;
  return (await import('../hosting/plug.ts')).plugIn(options);
}

async function runIn(
  plug: Plug | undefined,
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<number> {
  const port = plug && new GuestPort(plug.switch, plug.address);
  const guest = await prepareGuest(file, args, options, {
    interactive: true,
    countSaved: (options.stats ?? false) || (options.json ?? false),
    ...(port ? { network: port } : {}),
  });
  const started = process.hrtime.bigint();
  const limit = options.maxSteps ?? Number.POSITIVE_INFINITY;
  const stop = await (plug && port
    ? (await import('../plugged.ts')).runPlugged(guest, limit, plug, port)
    : runUntil(guest, limit));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  guest.flush();
  const status = tellOutcome(guest, stop);
  if (options.stats || options.json) {
    const statistics = statisticsOf(guest, options.monitor, status, seconds);
    note(options.json ? `${JSON.stringify(statistics)}\n` : formatStatistics(statistics));
  }
  return status;
}

/** Runs to step `limit` or the guest's end, with what is typed meanwhile. */
export async function runUntil(guest: Guest, limit: number): Promise<Stop | ProcessStop> {
  return guest.typed === undefined ? runThrough(guest, limit) : runTyped(guest, guest.typed, limit);
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
  const stopReading = readTyped(console, () => wake());
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
    stopReading();
  }
}
