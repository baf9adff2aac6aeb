/** `ringlab host --on HOST:PORT FILE…`: starts guests on a host that runs already. */
import { variantFrom } from '../../isa/table/variants.ts';
import { MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import type { ControlReply } from '../../vmm/hosting/control.ts';
import { decodeReply } from '../../vmm/hosting/control.ts';
import { HostedGuest } from '../../vmm/hosting/hosted-guest.ts';
import { GuestDisk } from '../../vmm/hosting/keep/guest-disk.ts';
import { BatchWriter } from '../../vmm/migration/image/batch.ts';
import type { Channel } from '../../vmm/wire/channel.ts';
import { LONGEST, MESSAGE } from '../../vmm/wire/messages.ts';
import { withName } from '../files.ts';
import { print } from '../output.ts';
import { type Asker, converse, refusalOf } from './ask.ts';
import type { Startable } from './guests.ts';

const stateChunk = LONGEST.FRIEND / 2;

/** Starts a guest on that host, and says so. Rejects with a Failure. */
export async function startOn(asker: Asker, host: string, startable: Startable): Promise<void> {
  const { file, spec, withStorage } = startable;
  // What is wrong with the file is found before the host is asked.
  const unplugged = withName(file, () => filled(startable));
  let channel: Channel | undefined;
  const last = await converse(
    asker,
    host,
    { kind: 'start', guest: spec, withStorage },
    {
      open: (opened) => {
        channel = opened;
      },
      event: (payload) => {
        const reply = decodeReply(payload);
        if (channel === undefined || reply.kind !== 'ready') return;
        const { network } = reply;
        const guest = network === null ? unplugged : filled({ ...startable, spec: { ...spec, network } });
        void send(channel, guest, withStorage);
      },
    },
  );
  const reply: ControlReply = decodeReply(last);
  if (reply.kind !== 'done') throw refusalOf(reply);
  print(`${reply.what}\n`);
}

/** The guest where it begins, in this process. */
function filled({ spec, fill, withStorage }: Startable): HostedGuest {
  const disk = withStorage ? new GuestDisk(new MemoryDisk(new Uint8Array(spec.sectors * SECTOR))) : undefined;
  const guest = new HostedGuest(
    spec,
    {
      variant: variantFrom(spec.variant),
      monitor: 'none',
      engine: 'interpreter',
    },
    disk,
  );
  fill(guest);
  return guest;
}

/** Sends what of the guest is not zero, as fast as the host takes it, and then its state. */
async function send(channel: Channel, guest: HostedGuest, withStorage: boolean): Promise<void> {
  const units = guest.units(withStorage);
  const batch = new BatchWriter();
  const flush = () =>
    new Promise<void>((resolve) => {
      const { frame, length, release } = batch.take();
      channel.sendFrom(frame, length, MESSAGE.PAGES, () => {
        release();
        resolve();
      });
    });
  for (let unit = 0; unit < units.count; unit++) {
    const contents = units.read(unit);
    if (contents.every((byte) => byte === 0)) continue;
    batch.raw(unit, contents);
    if (batch.isFull) await flush();
  }
  if (!batch.isEmpty) await flush();
  const state = guest.save();
  for (let at = 0; at < state.length; at += stateChunk)
    channel.send(MESSAGE.STATE, state.subarray(at, at + stateChunk));
  channel.send(MESSAGE.END);
}
