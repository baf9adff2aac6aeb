/**
 * `ringlab snapshot take NAME --of GUEST`: a snapshot of a guest that runs on a host. It is copied as for a migration,
 * round after round while it runs; when all of it is here, the migration is called off, and the guest goes on where it is.
 * So it stands still no longer than for a migration.
 */
import { variantFrom } from '../../isa/table/variants.ts';
import { MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import { HostedGuest } from '../../vmm/hosting/hosted-guest.ts';
import { GuestDisk } from '../../vmm/hosting/keep/guest-disk.ts';
import type { GuestStore, MovingLog } from '../../vmm/migration/moving-guest.ts';
import { presets } from '../../vmm/migration/policy.ts';
import { MigrationTarget } from '../../vmm/migration/target.ts';
import { captureAll } from '../../vmm/snapshot/guest.ts';
import { decodeState } from '../../vmm/snapshot/state.ts';
import { ThinDisk } from '../../vmm/snapshot/thin-disk.ts';
import { Channel } from '../../vmm/wire/channel.ts';
import { decodeAs } from '../../vmm/wire/codec.ts';
import type { Connection } from '../../vmm/wire/connection.ts';
import { MESSAGE, type Reserve, shapes } from '../../vmm/wire/messages.ts';
import { gmac } from '../../vmm/wire/node-seal.ts';
import { TcpNetwork } from '../../vmm/wire/tcp.ts';
import { EXIT, Failure } from '../failure.ts';
import { type Asker, ask, refusalOf } from '../hosting/ask.ts';
import type { SecretOptions } from '../hosting/certificate.ts';
import { askerOf, hostOf } from '../hosting/find.ts';
import { checkAddress } from '../hosting/state.ts';
import { note } from '../output.ts';
import { formatTaken } from './format.ts';
import { exclusively } from './lock.ts';
import { mustBeNew, mustHold, openStore, type StoreOptions } from './store.ts';

export interface HostedOptions extends StoreOptions, SecretOptions {
  /** The guest's host; undefined = it is found. */
  readonly on?: string;
  readonly compress?: boolean;
}

/** Milliseconds without a sign of the host after which it is given up, and between two looks. */
const patience = 10_000;
const tickMs = 100;

/** Why the host gets its guest back. */
const done = 'a snapshot was taken';

export async function takeHosted(name: string, guest: string, options: HostedOptions): Promise<number> {
  const store = openStore(options);
  mustBeNew(store, name);
  mustHold(store, name);
  const on = options.on === undefined ? undefined : checkAddress('--on', options.on);
  const asker = askerOf(on ?? '127.0.0.1:0', options);
  const { copy, disk } = await copyOf(asker, guest, on ?? (await hostOf(guest, asker)));
  const state = { save: () => decodeState(copy.save()), restore: () => {} };
  const { sha256 } = store.files;
  const content = captureAll(
    { machine: copy.machine, state, disk },
    { name, program: '', symbols: [] },
    sha256,
  );
  const taken = exclusively(store, () => {
    const made = store.add(content, { packing: options.compress ? 'deflate' : 'plain' });
    store.setCurrent(name);
    return made;
  });
  note(formatTaken(taken));
  return EXIT.DONE;
}

/** A guest as it was in one moment, and its disk. */
interface Copy {
  readonly copy: HostedGuest;
  readonly disk: ThinDisk | undefined;
}

/** Copies the guest from its host. Rejects with a Failure. */
async function copyOf(asker: Asker, guest: string, host: string): Promise<Copy> {
  const network = new TcpNetwork(asker.certificate);
  const receiver = new Receiver(asker.key);
  try {
    const to = await network.listen('127.0.0.1:0', (connection) => receiver.accept(connection));
    const policy = { ...presets.ringlab, withStorage: true };
    let isTold = false;
    const reply = await ask(asker, host, { kind: 'migrate', guest, to, policy }, (progress) => {
      if (isTold || progress.kind !== 'report' || progress.report.repeated === null) return;
      isTold = true;
      note(
        `ringlab: ${guest} is repeating what it did before its host's process ended; it is copied after that\n`,
      );
    });
    if (reply.kind !== 'report') throw refusalOf(reply);
    if (receiver.copy === undefined)
      throw new Failure(EXIT.CHECK_FAILED, `${guest} could not be copied: ${reply.report.reason}`);
    return receiver.copy;
  } finally {
    receiver.close();
    network.close();
  }
}

/** The side that a guest comes to, and that gives it back. */
class Receiver {
  /** The guest, once all of it is here. */
  copy: Copy | undefined;
  readonly #key: Uint8Array;
  #timer: NodeJS.Timeout | undefined;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  accept(connection: Connection): void {
    const clock = () => performance.now();
    const channel = new Channel({ connection, role: 'listener', key: this.#key, sealMaker: gmac, clock });
    channel.begin({
      message: (type, payload) => {
        if (type === MESSAGE.RESERVE) this.#receive(channel, decodeAs(shapes.reserve, payload));
        else channel.close();
      },
    });
  }

  #receive(channel: Channel, reserve: Reserve): void {
    const { guest: spec, withStorage } = reserve;
    const disk = withStorage
      ? new GuestDisk(new MemoryDisk(new Uint8Array(spec.sectors * SECTOR)))
      : undefined;
    const machinery = {
      variant: variantFrom(spec.variant),
      monitor: 'none',
      engine: 'interpreter',
    } as const;
    const copy = new HostedGuest(spec, machinery, disk);
    const target: MigrationTarget = new MigrationTarget({
      reserve,
      guest: copy,
      store: nowhere(),
      log: anyLog(),
      clock: () => performance.now(),
      patience,
      events: {
        changed: () => {},
        failed: () => this.close(),
        prepared: () => {
          this.copy = { copy, disk: disk && ThinDisk.over(disk) };
          target.cancel(done);
        },
        committed: () => {},
        whole: () => {},
      },
    });
    target.asked(channel);
    target.begin();
    this.#timer = setInterval(() => target.turn(), tickMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Saves nothing: the copy is in memory. */
function nowhere(): GuestStore {
  return {
    state: undefined,
    writeUnits: () => {},
    writeUnitsLater: (_first, _contents, saved) => setImmediate(saved),
    notePresent: () => {},
  };
}

/** Takes what was printed, and forgets it. */
function anyLog(): MovingLog {
  let end = 0;
  return {
    start: 0,
    get end() {
      return end;
    },
    read: () => new Uint8Array(),
    follow: (offset, bytes) => {
      end = offset + bytes.length;
      return true;
    },
  };
}
