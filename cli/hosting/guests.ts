/** Guests to be started on a host: from programs, and from snapshots. */
import { basename, dirname } from 'node:path';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { defaultMemory } from '../../isa/machine/storage.ts';
import { type Variant, variantData } from '../../isa/table/variants.ts';
import { type Host, HostError } from '../../vmm/hosting/host.ts';
import type { HostedGuest } from '../../vmm/hosting/hosted-guest.ts';
import { last, loadDisk, restoreMemory } from '../../vmm/snapshot/chain.ts';
import { SnapshotError } from '../../vmm/snapshot/failure.ts';
import { variantOf } from '../../vmm/snapshot/guest.ts';
import { encodeState } from '../../vmm/snapshot/state.ts';
import { Store } from '../../vmm/snapshot/store.ts';
import { ThinDisk } from '../../vmm/snapshot/thin-disk.ts';
import { SECTOR } from '../../isa/machine/devices/disk.ts';
import type { GuestSpec } from '../../vmm/wire/messages.ts';
import { contextOf } from '../context.ts';
import { badInput, Failure, systemReason, usage } from '../failure.ts';
import { loadFile, loadVariant, readInput, withName } from '../files.ts';
import type { GuestVerbOptions } from '../options.ts';
import { diskName, FileDisks } from './disks.ts';

export interface StartOptions
  extends Pick<GuestVerbOptions, 'isa' | 'memory' | 'disk' | 'input' | 'paravirtual' | 'context'> {
  /** The guest's name; default: the file's. */
  readonly name?: string;
  /** The port group that it is plugged into. */
  readonly group?: string;
}

/** A guest that is to be started. */
export interface GuestWish {
  readonly file: string;
  readonly options: StartOptions;
  /** Its address on the network; undefined = it has none. */
  readonly address: Uint8Array | undefined;
}

/** A guest that can be started. */
export interface Startable {
  readonly file: string;
  readonly spec: GuestSpec;
  /** Puts it where it begins. */
  fill(guest: HostedGuest): void;
  /** It gets a disk of its own, which `fill` fills. */
  readonly withStorage: boolean;
}

const ending = '.snap';
const groupPattern = /^[A-Za-z][\w.-]{0,63}$/;

/** What the file holds, ready to be started; `address` is the guest's on the network. Rejects with a Failure. */
export async function loadGuest({ file, options, address }: GuestWish): Promise<Startable> {
  return file.endsWith(ending)
    ? fromSnapshot(file, address, options)
    : fromImage(file, await loadFile(file), address, options);
}

/** Starts a guest. Throws a Failure. */
export function startGuest(host: Host, guest: Startable): void {
  const { file, spec, fill, withStorage } = guest;
  try {
    withName(file, () => host.start(spec, fill, withStorage));
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error instanceof HostError && host.slots.has(spec.name))
      throw usage(
        `${error.message}, stored by an earlier run; leave ${file} out to continue it, or add --fresh`,
      );
    throw error instanceof HostError || error instanceof RangeError ? usage(error.message) : error;
  }
}

/** The name of a guest from that file. Throws a usage Failure. */
export function nameOf(
  file: string,
  { name = basename(file).replace(/\.(s|elf|snap)$/, '') }: Pick<StartOptions, 'name'>,
): string {
  if (/^\w[\w.-]{0,63}$/.test(name)) return name;
  throw usage(`--name ${name}: expected letters, digits and _, after the first one also . and -, at most 64`);
}

function specOf(
  name: string,
  variant: Variant,
  memory: number,
  disk: { readonly name: string; readonly sectors: number } | null,
  address: Uint8Array | undefined,
  extras: { readonly paravirtual: boolean; readonly context: boolean; readonly group: string | undefined },
): GuestSpec {
  if (extras.group !== undefined && !groupPattern.test(extras.group))
    throw usage(`--group ${extras.group}: expected the name of a port group of the host, like red`);
  return {
    name,
    variant: variantData(variant),
    memory,
    sectors: disk?.sectors ?? 0,
    disk: disk?.name ?? null,
    diskIdentity: null,
    network: address ?? null,
    ...(extras.group !== undefined && { group: extras.group }),
    devices: [
      'console',
      'disk',
      'network',
      ...(extras.paravirtual ? ['paravirtual'] : []),
      ...(extras.context ? ['context'] : []),
    ],
  };
}

function feed(guest: HostedGuest, input: Uint8Array | undefined): void {
  if (input === undefined) return;
  if (input.length > 0) guest.feed(input);
  guest.feed(new Uint8Array());
}

function fromImage(
  file: string,
  image: Image,
  address: Uint8Array | undefined,
  options: StartOptions,
): Startable {
  const input = options.input === undefined ? undefined : readInput(options.input);
  const disk = options.disk === undefined ? null : openable(options.disk);
  const context = contextOf(options.context);
  const memory = options.memory ?? defaultMemory;
  return {
    file,
    spec: specOf(nameOf(file, options), loadVariant(options.isa), memory, disk, address, {
      paravirtual: options.paravirtual ?? false,
      context: context !== undefined,
      group: options.group,
    }),
    fill: (guest) => {
      loadImage(image, guest.machine.memory.bytes);
      guest.machine.pc = image.entry;
      if (context !== undefined) guest.machine.context.give(context);
      feed(guest, input);
    },
    withStorage: false,
  };
}

/** A guest that goes on from a snapshot. Its disk is a copy, because the snapshot stays as it is. */
function fromSnapshot(file: string, address: Uint8Array | undefined, options: StartOptions): Startable {
  for (const option of ['memory', 'disk'] as const)
    if (options[option] !== undefined) throw usage(`--${option}: ${file} has its own`);
  const input = options.input === undefined ? undefined : readInput(options.input);
  const context = contextOf(options.context);
  const store = new Store(dirname(file));
  try {
    const chain = store.chain(basename(file, ending));
    const { configuration, state, template } = last(chain).description;
    if (template) throw usage(`${file} is a template; clone it first (ringlab snapshot clone)`);
    const name = nameOf(file, options);
    const { memory, sectors } = configuration;
    const disk = sectors === 0 ? null : { name: `${name}.disk`, sectors };
    const blocks = loadDisk(store.files, chain);
    return {
      file,
      spec: specOf(name, variantOf(configuration), memory, disk, address, {
        paravirtual: state.paravirtual !== undefined,
        context: (context ?? state.devices.context) !== undefined,
        group: options.group,
      }),
      fill: (guest) => {
        restoreMemory(store.files, chain, guest.machine.memory);
        if (guest.disk) copySectors(ThinDisk.overBlocks(sectors, blocks), guest.disk);
        guest.restore(encodeState(state));
        if (context !== undefined) guest.machine.context.give(context);
        feed(guest, input);
      },
      withStorage: disk !== null,
    };
  } catch (error) {
    if (error instanceof SnapshotError) throw badInput(error.message);
    throw error;
  }
}

function copySectors(from: ThinDisk, to: NonNullable<HostedGuest['disk']>): void {
  const sector = new Uint8Array(SECTOR);
  for (let n = 0; n < from.sectors; n++) {
    from.read(n, sector);
    to.write(n, sector);
  }
}

/** The disk's full name and its size. */
/** The disk in that file. Throws a Failure. */
export function openable(path: string): { readonly name: string; readonly sectors: number } {
  try {
    const name = diskName(path);
    const { store, close } = new FileDisks('', '').open(name);
    close();
    return { name, sectors: store.sectors };
  } catch (error) {
    // The system's own reason, without the sentence that is meant for other hosts.
    const { cause = error } = error as Error;
    throw badInput(`${path}: cannot use it as a disk: ${systemReason(cause)}`);
  }
}
