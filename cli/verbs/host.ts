/** `ringlab host --listen HOST:PORT [FILE…]`: runs guests, sends them to other hosts and receives them. */
import { rmSync } from 'node:fs';
import { Option } from 'commander';
import { Control } from '../../vmm/hosting/control.ts';
import { Host } from '../../vmm/hosting/host.ts';
import { FolderShelf } from '../../vmm/hosting/keep/folder-shelf.ts';
import { stageNumber } from '../../vmm/migration/stages.ts';
import { gmac } from '../../vmm/wire/node-seal.ts';
import { TcpNetwork } from '../../vmm/wire/tcp.ts';
import { HostNetwork } from '../../vmm/hosting/host-network.ts';
import { FieldError } from '../../vmm/wire/schema.ts';
import { createCommand, exitWith } from '../command.ts';
import { Doze } from '../doze.ts';
import { badInput, EXIT, Failure, systemReason, usage } from '../failure.ts';
import { loadVariant } from '../files.ts';
import { readCertificate } from '../hosting/certificate.ts';
import { serve } from '../hosting/daemon.ts';
import { FileDisks } from '../hosting/disks.ts';
import { loadGuests, startGuest } from '../hosting/guests.ts';
import { type Plug, plugIn, type PlugOptions } from '../hosting/plug.ts';
import { GuestPrinter } from '../hosting/printer.ts';
import { checkAddress, claim, hostFolder, ownFiles, readKey } from '../hosting/state.ts';
import {
  addGuestOptions,
  addPlugOptions,
  type GuestVerbOptions,
  parseCount,
  parseMemory,
} from '../options.ts';
import { note } from '../output.ts';

interface HostVerbOptions extends GuestVerbOptions, PlugOptions {
  readonly listen: string;
  readonly name?: string;
  /** Bytes of memory for all guests. */
  readonly capacity: number;
  /** Forget the guests stored by an earlier run. */
  readonly fresh?: boolean;
  /** Bytes of a guest's console that are stored. */
  readonly consoleSize: number;
  readonly dropOldest?: boolean;
  /** The folder is a copy, and the host that it was copied from will not be started again. */
  readonly adopt?: boolean;
  /** Seconds of running after which a guest is saved anew. */
  readonly saveEvery: number;
  /** Milliseconds of silence after which another host is given up. */
  readonly patience: number;
}

export const command = addPlugOptions(
  addGuestOptions(
    createCommand('host', 'Run guests, send them to other hosts and receive them, until Ctrl-C'),
  ),
)
  .argument('[file...]', 'guests to start: ELF files, assembly text, snapshots (NAME.snap)')
  .requiredOption('--listen <host:port>', 'Listen for other hosts at this address')
  .option('--name <name>', "Set the guest's name (default: the file's)")
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
  .option('--adopt', 'Use a folder that was copied from a host which will never be started again')
  .option('--fresh', 'Forget the guests that an earlier run of this host has stored')
  .action(exitWith(host));

async function host(files: readonly string[], options: HostVerbOptions): Promise<number> {
  if (options.process) throw usage('--process: a host runs machines, and a process has no machine');
  const address = checkAddress('--listen', options.listen);
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
    const guests = await loadGuests(files, disks, plug?.address, options);
    const { made, control } = makeHost(address, key, network, disks, plug, options);
    // A guest that leaves is sent as soon as the network takes more; one that arrives needs no turns.
    network.onActivity = () => {
      if (made.sources.size > 0) doze.wake();
    };
    await listen(network, made, options);
    recover(made);
    for (const guest of guests) startGuest(made, guest);
    await serve(made, control, doze);
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

/** Removes what a host has stored, except the file that says it runs. */
function forget(address: string): void {
  const shelf = new FolderShelf(hostFolder(address));
  for (const name of shelf.list())
    if (!ownFiles.includes(name)) rmSync(`${shelf.place}/${name}`, { force: true });
}

function makeHost(
  address: string,
  key: Uint8Array,
  network: TcpNetwork,
  disks: FileDisks,
  plug: Plug | undefined,
  options: HostVerbOptions,
): { readonly made: Host; readonly control: Control } {
  const clock = () => performance.now();
  const hostNetwork = plug && new HostNetwork(plug.switch);
  const guestNetwork = hostNetwork?.events;
  if (plug) {
    plug.onEnd = (reason) => note(`ringlab: the switch is gone: ${reason}\n`);
    plug.onBack = () => {
      hostNetwork?.announce();
      note('ringlab: the switch is back\n');
    };
  }
  const folder = hostFolder(address);
  const printer = new GuestPrinter(() => made.slots.size === 1);
  const tell = (name: string, text: string) => note(`ringlab: ${name}: ${text}\n`);
  const told = new Map<string, string>();
  const stage = (name: string, at: Parameters<typeof stageNumber>[0], rest: string) => {
    const text = `stage ${stageNumber(at)}, ${at}${rest}`;
    if (told.get(name) !== text) tell(name, text);
    told.set(name, text);
  };
  const made: Host = new Host({
    address,
    shelf: new FolderShelf(folder),
    network,
    key,
    sealMaker: gmac,
    clock,
    machinery: {
      variant: loadVariant(options.isa),
      monitor: options.monitor,
      engine: options.engine,
      translateUser: options.translateUser ?? false,
    },
    disks,
    capacity: options.capacity,
    patience: options.patience,
    rebaseMs: options.saveEvery * 1000,
    console: { size: options.consoleSize, dropOldest: options.dropOldest ?? false },
    refuse: (spec) =>
      spec.network !== null && plug === undefined
        ? `it is on a network, and ${address} is not plugged into a switch (--network)`
        : undefined,
    events: {
      printed: (name, bytes) => printer.print(name, bytes),
      source: (source) => {
        guestNetwork?.source(source);
        const { name } = source.guest.spec;
        if (source.state === 'failed') tell(name, `stays here: ${source.reason}`);
        else if (source.isWaiting) stage(name, source.stage, ': handed over, waiting for the target');
        else if (source.state === 'under way') stage(name, source.stage, ' (going)');
        control.changed(name);
      },
      target: (target) => {
        const { name } = target.guest.spec;
        if (target.state === 'failed') tell(name, `does not come: ${target.reason}`);
        else stage(name, target.stage, ` (coming from ${target.reserve.from})`);
      },
      arrived: (guest) => {
        guestNetwork?.arrived(guest);
        const { steps } = guest.machine;
        tell(
          guest.spec.name,
          guest.repeats ? 'repeats here what it did before' : `runs here, from step ${steps}`,
        );
      },
      repeated: (guest) => tell(guest.spec.name, `has repeated what it did, to step ${guest.machine.steps}`),
      ended: (guest, how) => {
        printer.end(guest.spec.name);
        tell(guest.spec.name, `${how}, at step ${guest.machine.steps}`);
      },
      trouble: (text) => note(`ringlab: ${text}\n`),
      left: (guest) => {
        guestNetwork?.left(guest);
        printer.end(guest.spec.name);
        tell(guest.spec.name, `has left, at step ${guest.machine.steps}`);
      },
      control: (session, payload) => control.take(session, payload),
    },
  });
  const control: Control = new Control(made, clock);
  return { made, control };
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
