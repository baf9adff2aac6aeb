/** `ringlab host`: runs guests, sends them to other hosts and receives them; or starts guests on a host that runs. */
import { rmSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { variantData } from '../../isa/table/variants.ts';
import type { Host } from '../../vmm/hosting/host.ts';
import type { PoolRules } from '../../vmm/hosting/house.ts';
import { FolderShelf } from '../../vmm/hosting/keep/folder-shelf.ts';
import { TcpNetwork } from '../../vmm/wire/tcp.ts';
import { FieldError } from '../../vmm/wire/schema.ts';
import type { HostRecord } from '../../vmm/pool/records.ts';
import { createCommand, exitWith } from '../command.ts';
import { Doze } from '../doze.ts';
import { badInput, EXIT, Failure, systemReason, usage } from '../failure.ts';
import { readCertificate } from '../hosting/certificate.ts';
import { serve } from '../hosting/daemon.ts';
import { FileDisks } from '../hosting/disks.ts';
import { askerOf } from '../hosting/find.ts';
import { listGuests } from '../hosting/guest-list.ts';
import { type GuestWish, loadGuest, type Startable, startGuest } from '../hosting/guests.ts';
import { freshAddress, type HostProcessOptions, makeHost } from '../hosting/make-host.ts';
import { type Plug, type PlugOptions, plugIn } from '../hosting/plug.ts';
import { startOn } from '../hosting/start-on.ts';
import { loadVariant } from '../files.ts';
import { PoolFolder } from '../pool/pool-folder.ts';
import { PoolMember } from '../pool/pool-member.ts';
import { checkAddress, claim, hostFolder, ownFiles, readKey } from '../hosting/state.ts';
import {
  addGuestOptions,
  addPlugOptions,
  defaulting,
  parseCount,
  parseMemory,
  PROCESS_OPTIONS,
  refuseOptions,
} from '../options.ts';
import { note } from '../output.ts';

interface HostVerbOptions extends HostProcessOptions, PlugOptions {
  readonly listen?: string;
  /** The running host on which the guests are started. */
  readonly on?: string;
  /** A file that lists the guests. */
  readonly guests?: string;
  readonly name?: string;
  readonly group?: string;
  /** Forget the guests stored by an earlier run. */
  readonly fresh?: boolean;
  /** The folder of the pool that the host is in. */
  readonly pool?: string;
  /** What ends a host of another machine. */
  readonly fence?: string;
  /** What its processor can do, in percent of one. */
  readonly cpu: number;
  /** The folder is a copy, and the host that it was copied from will not be started again. */
  readonly adopt?: boolean;
}

export const command = addPlugOptions(
  addGuestOptions(
    createCommand('host', 'Run guests, send them to other hosts and receive them, until Ctrl-C'),
  ),
)
  .argument('[file...]', 'guests to start: ELF files, assembly text, snapshots (NAME.snap)')
  .option('--listen <host:port>', 'Listen for other hosts at this address')
  .option('--on <host:port>', 'Start the guests on the host that runs at this address')
  .option('--guests <file>', 'Start the guests that this JSON file lists')
  .addOption(defaulting('--name <name>', "Set the guest's name", "the file's"))
  .option('--groups <list>', 'Name the port groups of this host: VLANs of its switch, like red=5,blue=6')
  .option('--group <name>', 'Plug the guests into this port group; they move only to hosts that have it')
  .addOption(
    new Option('--capacity <size>', 'Limit the memory of all guests together, like 512M')
      .argParser(parseMemory)
      .default(2 ** 30, '1G'),
  )
  .option(
    '--patience <ms>',
    'Give up on another host after this many milliseconds of silence',
    parseCount,
    10_000,
  )
  .addOption(
    new Option(
      '--console-size <size>',
      "Store this much of each guest's console; a guest that prints more waits",
    )
      .argParser(parseMemory)
      .default(2 ** 24, '16M'),
  )
  .option('--drop-oldest', 'Drop the oldest output instead')
  .option(
    '--save-every <seconds>',
    'Save each guest anew after this many seconds of running; a kill costs no more than that',
    parseCount,
    20,
  )
  .option(
    '--pool <pool>',
    'Be a host of the pool in this folder, or in etcd://HOST:PORT,…/FOLDER, which runs its machines here',
  )
  .option(
    '--fence <command>',
    'Have a lost host of another machine ended by this; its address is $RINGLAB_HOST',
  )
  .option('--cpu <percent>', "Count so much as this host's processor, in a pool", parseCount, 100)
  .option('--adopt', 'Use a folder that was copied from a host which will never be started again')
  .option('--fresh', 'Forget the guests that an earlier run of this host has stored')
  .action(exitWith(host));

refuseOptions(command, PROCESS_OPTIONS, 'a host runs machines, and a process has no machine');
refuseOptions(command, ['--guest', '--max-steps'], 'a host does not take it; run does');

async function host(files: readonly string[], options: HostVerbOptions, verb: Command): Promise<number> {
  const { listen, on } = options;
  if ((listen === undefined) === (on === undefined))
    throw usage(
      'give --listen HOST:PORT to begin a host, or --on HOST:PORT to start guests on one that runs',
    );
  const wishes = listGuests(files, options);
  if (options.pool !== undefined) checkPooled(wishes, options);
  else if (options.fence !== undefined) throw usage('--fence goes with --pool');
  return on === undefined ? serveAt(listen ?? '', wishes, options) : startAll(on, wishes, options, verb);
}

/** Options of a host, which one that runs already has. */
const ownOptions: readonly (keyof HostVerbOptions)[] = [
  'monitor',
  'translateUser',
  'engine',
  'network',
  'groups',
  'capacity',
  'patience',
  'consoleSize',
  'dropOldest',
  'saveEvery',
  'adopt',
  'fresh',
  'pool',
  'fence',
  'cpu',
];

/** Starts the guests on a host that runs. Those before one that cannot be started run. */
async function startAll(
  on: string,
  wishes: readonly GuestWish[],
  options: HostVerbOptions,
  verb: Command,
): Promise<number> {
  const address = checkAddress('--on', on);
  const own = ownOptions.find((option) => verb.getOptionValueSource(option) === 'cli');
  if (own !== undefined) {
    const flags = verb.options.find((option) => option.attributeName() === own)?.long ?? own;
    throw usage(`${flags}: the host on ${address} has its own, from when it was started; leave it out`);
  }
  if (wishes.length === 0) throw usage('name the guests to start: files, or --guests FILE');
  const asker = askerOf(address, options);
  for (const startable of await Promise.all(wishes.map(loadGuest))) await startOn(asker, address, startable);
  return EXIT.DONE;
}

/** Runs the host until Ctrl-C. */
async function serveAt(
  listenAt: string,
  wishes: readonly GuestWish[],
  options: HostVerbOptions,
): Promise<number> {
  const address = checkAddress('--listen', listenAt);
  const key = readKey(options.key, address);
  const release = claim(address, { isAdopted: (options.adopt ?? false) || (options.fresh ?? false) });
  const network = new TcpNetwork(readCertificate(options));
  const doze = new Doze();
  let plug: Plug | undefined;
  try {
    plug = await plugIn(options, true);
    if (plug) plug.switch.onFrame = () => doze.wake();
    if (options.fresh) forget(address);
    const disks = new FileDisks(hostFolder(address), address);
    const guests = await Promise.all(wishes.map(loadGuest));
    const pool = options.pool === undefined ? undefined : new PoolFolder(options.pool, true);
    await pool?.checkFolder();
    let member: PoolMember | undefined;
    // The host is made first, and asks nothing before it is a member.
    const pooled = pool && {
      shelf: pool.hostShelf(address),
      mayRun: () => member?.mayRun() ?? false,
      expects: (...asked: Parameters<PoolRules['expects']>) => member?.expects(...asked),
      decide: (...asked: Parameters<PoolRules['decide']>) => member?.decide(...asked),
    };
    const { made, control } = makeHost(address, key, network, disks, plug, options, pooled);
    // A guest that leaves is sent as soon as the network takes more; one that arrives needs no turns.
    network.onActivity = () => {
      if (made.sources.size > 0) doze.wake();
    };
    await listen(network, made, options);
    if (pool) member = new PoolMember(made, pool, offerOf(options), options.fence);
    else recover(made);
    for (const guest of guests) startGuest(made, await pluggedIn(guest, made, plug));
    await serve(made, control, doze, member);
    member?.leave();
    for (const { name, guest } of made.slots.values())
      note(
        `ringlab: ${name} is stored at step ${guest.machine.steps}; start this host again to continue it\n`,
      );
    return EXIT.DONE;
  } finally {
    plug?.close();
    network.close();
    release();
  }
}

/** What does not go together with a pool. Throws a Failure. */
function checkPooled(wishes: readonly GuestWish[], { fresh }: HostVerbOptions): void {
  if (wishes.length > 0)
    throw usage('--pool: name no files; ringlab vm create makes machines, and the pool chooses their hosts');
  if (fresh) throw usage("--pool: what is stored is the pool's; leave --fresh out");
}

/** What this host has for machines of a pool. */
function offerOf(options: HostVerbOptions): Omit<HostRecord, 'v' | 'instance'> {
  return {
    variant: variantData(loadVariant(options.isa)),
    monitor: options.monitor,
    translateUser: options.translateUser ?? false,
    memory: options.capacity,
    cpu: options.cpu,
    network: options.network !== undefined,
  };
}

/** On a host that is plugged in, a guest has an address. */
async function pluggedIn(guest: Startable, made: Host, plug: Plug | undefined): Promise<Startable> {
  if (plug === undefined || guest.spec.network !== null) return guest;
  return { ...guest, spec: { ...guest.spec, network: await freshAddress(made, plug) } };
}

/** Removes what a host has stored, except the file that says it runs. */
function forget(address: string): void {
  const shelf = new FolderShelf(hostFolder(address));
  for (const name of shelf.list())
    if (!ownFiles.includes(name)) rmSync(`${shelf.place}/${name}`, { force: true });
}

function recover(made: Host): void {
  try {
    made.recover();
  } catch (error) {
    if (error instanceof FieldError)
      throw badInput(`${hostFolder(made.address)}: ${error.message}; --fresh forgets what is stored there`);
    throw error;
  }
}

async function listen(network: TcpNetwork, made: Host, options: HostVerbOptions): Promise<void> {
  const { address } = made;
  try {
    await network.listen(address, (link) => made.accept(link));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there already' : systemReason(error);
    throw new Failure(EXIT.UNREACHABLE, `${address}: cannot listen: ${reason}`);
  }
  note(`ringlab: a host on ${address}: ${options.isa}, monitor ${options.monitor}\n`);
}
