/** `ringlab snapshot take` and `restore`: start a guest from a file or a snapshot, and run it. */
import type { Command } from 'commander';
import { type Chain, last, loadDisk } from '../../vmm/snapshot/chain.ts';
import { type SnapshotParts, variantOf } from '../../vmm/snapshot/guest.ts';
import { Snapshotter } from '../../vmm/snapshot/snapshotter.ts';
import type { Store } from '../../vmm/snapshot/store.ts';
import { ThinDisk } from '../../vmm/snapshot/thin-disk.ts';
import { contextOf } from '../context.ts';
import { EXIT, usage } from '../failure.ts';
import type { SecretOptions } from '../hosting/certificate.ts';
import { readInput } from '../files.ts';
import { type PreparedGuest, type GuestUse, openDisk, prepareBlank, prepareGuest } from '../guest.ts';
import type { GuestVerbOptions } from '../options.ts';
import { tellOutcome } from '../outcome.ts';
import { note } from '../output.ts';
import { type RunStop, runUntil } from '../running.ts';
import { formatTaken } from './format.ts';
import { withInput } from './input.ts';
import { exclusively } from './lock.ts';
import { mustBeNew, mustHold, mustRun, nameOrCurrent, openStore, type StoreOptions } from './store.ts';
import { restoreTogether } from './together.ts';

export interface RestoreOptions extends StoreOptions {
  readonly monitor: string;
  readonly engine: GuestVerbOptions['engine'];
  readonly input?: string;
  readonly context?: readonly string[];
  readonly maxSteps?: number;
}

export interface TakeOptions extends GuestVerbOptions, StoreOptions, SecretOptions {
  readonly at?: { readonly steps: number; readonly relative: boolean };
  /** A hosted guest. */
  readonly of?: string;
  /** Its host. */
  readonly on?: string;
  readonly from?: string;
  readonly compress?: boolean;
}

/** A guest, and the session that takes its snapshots. */
interface Begun {
  readonly guest: PreparedGuest;
  readonly session: Snapshotter;
}

/** Runs a guest from a file, or on from a snapshot, to a step, and takes a snapshot there. */
export async function take(
  name: string,
  file: string | undefined,
  options: TakeOptions,
  command: Command,
): Promise<number> {
  const { at, of } = options;
  if (of !== undefined) {
    if (file !== undefined || at !== undefined || options.from !== undefined)
      throw usage('--of takes the guest as it is now; leave out the file, --at and --from');
    return (await import('./hosted.ts')).takeHosted(name, of, options);
  }
  const forHosts = ['on', 'key', 'tlsCert', 'tlsKey'].find(
    (option) => command.getOptionValueSource(option) === 'cli',
  );
  if (forHosts !== undefined)
    throw usage('--on, --key, --tls-cert and --tls-key lead to a host; they need --of GUEST');
  if (at === undefined)
    throw usage('give --at STEP to say when, or --of GUEST to save a guest that a host runs');
  const store = openStore(options);
  mustBeNew(store, name);
  if (file !== undefined && options.from !== undefined)
    throw usage('begin from a file, or with --from, not both');
  if (file === undefined) refuseHardware(command);
  const begun =
    file === undefined
      ? restoreFrom(store, nameOrCurrent(store, options.from), options)
      : await beginFrom(store, file, options);
  const { guest, session } = begun;
  const { steps } = guest.machine;
  const until = at.relative ? steps + at.steps : at.steps;
  if (until < steps) throw usage(`--at ${until}: the guest is at step ${steps} already, and cannot go back`);
  if (options.maxSteps !== undefined && options.maxSteps < until)
    throw usage(
      `--max-steps ${options.maxSteps}: that is before step ${until}, at which the snapshot is to be taken`,
    );
  mustHold(store, name);
  const stop = await runUntil(guest, until);
  guest.flush();
  const packing = options.compress ? 'deflate' : 'plain';
  const taken = exclusively(store, () => {
    const made =
      session.parent === undefined
        ? session.takeAll({ name, program: file ?? '', symbols: guest.listed }, { packing })
        : session.takeChanges(name, { packing });
    store.setCurrent(name);
    return made;
  });
  tellEarly(name, stop, guest.machine.steps, until);
  note(formatTaken(taken));
  return EXIT.DONE;
}

/** Throws a usage Failure for options that describe the machine: a snapshot contains that description. */
function refuseHardware(command: Command): void {
  for (const option of ['isa', 'memory', 'disk', 'paravirtual']) {
    if (command.getOptionValueSource(option) === 'cli')
      throw usage(`--${option}: the snapshot has its own; the option needs a FILE`);
  }
}

function tellEarly(name: string, stop: RunStop, step: number, until: number): void {
  if (stop.kind === 'limit' || step >= until) return;
  const how = {
    power: 'powered off',
    unhandled: 'was stopped by a trap',
    input: 'waits for input',
    interrupted: 'was interrupted by Ctrl-C',
    lockup: 'takes the same trap for ever',
  };
  const what = how[stop.kind as keyof typeof how] ?? 'waits for nothing';
  note(`ringlab: ${name}: the guest ${what} at step ${step}, before step ${until}\n`);
}

async function beginFrom(store: Store, file: string, options: TakeOptions): Promise<Begun> {
  const disk = options.disk === undefined ? undefined : ThinDisk.over(openDisk(options.disk, 'r'));
  const guest = await prepareGuest(file, [], options, {
    interactive: true,
    ...(disk ? { store: disk } : {}),
  });
  return { guest, session: new Snapshotter(store, subjectOf(guest, disk)) };
}

/** A guest in the state of a snapshot, ready to run. Throws Failures and SnapshotErrors. */
function restoreFrom(store: Store, name: string, options: RestoreOptions): Begun {
  const chain = store.chain(name);
  mustRun(last(chain), store.folder);
  return restoreChain(store, chain, options, { interactive: true });
}

function restoreChain(store: Store, chain: Chain, options: RestoreOptions, use: GuestUse): Begun {
  const { configuration, state } = last(chain).description;
  const { memory, sectors } = configuration;
  const paravirtual = state.paravirtual !== undefined;
  const disk = sectors === 0 ? undefined : ThinDisk.overBlocks(sectors, loadDisk(store.files, chain));
  const { monitor, engine } = options;
  const guest = prepareBlank(
    last(chain).description.name,
    chain[0].description.symbols,
    variantOf(configuration),
    { isa: configuration.variant.name, monitor, engine, memory, paravirtual, env: [] },
    { ...use, ...(disk ? { store: disk } : {}) },
  );
  const session = new Snapshotter(store, subjectOf(guest, disk));
  session.restore(chain);
  if (options.input !== undefined) {
    guest.state?.restore(withInput(last(chain).description.state, readInput(options.input)));
  }
  const context = contextOf(options.context);
  if (context !== undefined) guest.machine.context.give(context);
  return { guest, session };
}

function subjectOf({ machine, state }: PreparedGuest, disk: ThinDisk | undefined): SnapshotParts {
  if (state === undefined) throw new Error('a process has no snapshots');
  return { machine, state, disk };
}

/** Runs a guest on from a snapshot, which does not change. The exit status is the guest's own. */
export async function restore(names: readonly string[], options: RestoreOptions): Promise<number> {
  const store = openStore(options);
  if (names.length > 1) return restoreTogether(store, names, options);
  const [name] = names;
  const { guest } = restoreFrom(store, nameOrCurrent(store, name), options);
  const stop = await runUntil(guest, options.maxSteps ?? Number.POSITIVE_INFINITY);
  guest.flush();
  return tellOutcome(guest, stop);
}
