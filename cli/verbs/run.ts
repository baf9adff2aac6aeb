/** `ringlab run FILE [ARG…]`: runs a guest to its end and exits with its status. */
import { GuestPort } from '../../vmm/network/guest-port.ts';
import { withArguments } from '../arguments.ts';
import { createCommand, exitWith } from '../command.ts';
import { usage } from '../failure.ts';
import { prepareGuest } from '../guest.ts';
import type { Plug, PlugOptions } from '../hosting/plug.ts';
import { tellOutcome } from '../outcome.ts';
import { addGuestOptions, addPlugOptions, ARGUMENT, type GuestVerbOptions } from '../options.ts';
import { note } from '../output.ts';
import { runUntil } from '../running.ts';
import { formatStatistics, statisticsOf } from '../statistics.ts';

interface RunOptions extends GuestVerbOptions, PlugOptions {
  readonly stats?: boolean;
  readonly json?: boolean;
}

export const command = addPlugOptions(
  addGuestOptions(createCommand('run', 'Run a guest; exit with its status'))
    .argument('<file>', ARGUMENT.PROGRAM)
    .argument('[arg...]', ARGUMENT.PROCESS)
    .allowUnknownOption(),
)
  .option('--stats', 'Print steps, exits by cause and time on stderr')
  .option('--json', 'Print them as JSON')
  .action(withArguments(exitWith(run)));

async function run(file: string, args: readonly string[], options: RunOptions): Promise<number> {
  if (options.process && options.network !== undefined)
    throw usage('--network needs a machine; a process has none');
  const plug = await join(options);
  try {
    return await runIn(plug, file, args, options);
  } finally {
    plug?.close();
  }
}

/** Plugs into the network that the options name. Loaded only when needed: it takes time, and most guests have no network. */
async function join(options: RunOptions): Promise<Plug | undefined> {
  if (options.network === undefined && options.address === undefined) return undefined;
  return (await import('../hosting/plug.ts')).plugIn(options, true);
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
