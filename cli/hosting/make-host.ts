/** Makes the host of `ringlab host`: what it stores where, and what it says. */
import { Control } from '../../vmm/hosting/control.ts';
import { HostNetwork } from '../../vmm/hosting/host-network.ts';
import { Host } from '../../vmm/hosting/host.ts';
import type { PoolRules } from '../../vmm/hosting/house.ts';
import { FolderShelf } from '../../vmm/hosting/keep/folder-shelf.ts';
import type { Shelf } from '../../vmm/hosting/keep/shelf.ts';
import { stageNumber } from '../../vmm/migration/stages.ts';
import { gmac } from '../../vmm/wire/node-seal.ts';
import type { TcpNetwork } from '../../vmm/wire/tcp.ts';
import { loadVariant } from '../files.ts';
import type { GuestVerbOptions } from '../options.ts';
import { note } from '../output.ts';
import { groupsOf } from '../port-groups.ts';
import type { FileDisks } from './disks.ts';
import type { Plug } from './plug.ts';
import { GuestPrinter } from './printer.ts';
import { hostFolder, reclaim } from './state.ts';

/** The options that describe the host, not its guests. */
export interface HostProcessOptions extends GuestVerbOptions {
  /** Its port groups, like `red=5,blue=6`. */
  readonly groups?: string;
  /** Bytes of memory for all guests. */
  readonly capacity: number;
  /** Bytes of a guest's console that are stored. */
  readonly consoleSize: number;
  readonly dropOldest?: boolean;
  /** Seconds of running after which a guest is saved anew. */
  readonly saveEvery: number;
  /** Milliseconds of silence after which another host is given up. */
  readonly patience: number;
}

/** The host at `address`, which tells on stderr what happens to its guests; and what answers requests to it. */
export function makeHost(
  address: string,
  key: Uint8Array,
  network: TcpNetwork,
  disks: FileDisks,
  plug: Plug | undefined,
  options: HostProcessOptions,
  pool?: PoolRules & { readonly shelf: Shelf },
): { readonly made: Host; readonly control: Control } {
  const clock = () => performance.now();
  const groups = groupsOf(options.groups);
  const hostNetwork = plug && new HostNetwork(plug.switch, groups);
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
    shelf: pool?.shelf ?? new FolderShelf(folder),
    ...(pool ? { pool } : {}),
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
    groups,
    capacity: options.capacity,
    patience: options.patience,
    rebaseMs: options.saveEvery * 1000,
    console: { size: options.consoleSize, dropOldest: options.dropOldest ?? false },
    ...(plug
      ? {
          newAddress: (done) =>
            void freshAddress(made, plug).then(
              (found) => done(found, ''),
              (error: Error) => done(undefined, error.message),
            ),
        }
      : {}),
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
      restored: (guest, text) => {
        reclaim(address);
        tell(guest.spec.name, text);
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

/** An address that no guest of the host has. Rejects with a Failure when there is no switch. */
export async function freshAddress(made: Host, plug: Plug): Promise<Uint8Array> {
  for (;;) {
    const address = await plug.newAddress();
    const isTaken = [...made.slots.values()].some(({ guest }) =>
      guest.spec.network?.every((byte, n) => byte === address[n]),
    );
    if (!isTaken) return address;
  }
}
