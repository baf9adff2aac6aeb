/** What a machine of a pool is created with beside its program: a disk, input for its console, an address on the network. */
import { randomBytes } from 'node:crypto';
import { formatAddress, parseAddress } from '../../vmm/network/frame.ts';
import type { PoolView, WantRecord } from '../../vmm/pool/records.ts';
import { usage } from '../failure.ts';
import { readInput } from '../files.ts';
import { openable } from '../hosting/guests.ts';
import type { PoolFolder } from './pool-folder.ts';

export interface AttachmentOptions {
  readonly disk?: string;
  readonly input?: string;
  /** It is on the network of its host. */
  readonly plugged?: boolean;
  readonly address?: string;
}

type Attachments = Pick<WantRecord, 'disk' | 'input' | 'network'>;

/** Throws a Failure. */
export function attachments(
  pool: PoolFolder,
  { disk, input, plugged, address }: AttachmentOptions,
): Attachments {
  if (address !== undefined && parseAddress(address) === undefined)
    throw usage(`--address ${address}: expected the address of one station, like 02:00:00:00:00:07`);
  return {
    disk: disk === undefined ? null : openable(disk),
    input: input === undefined ? null : pool.putImage(readInput(input)),
    network: address?.toLowerCase() ?? (plugged ? freshAddress() : null),
  };
}

/** An address that nobody has: locally administered, and apart from those that a switch counts up. */
export function freshAddress(): string {
  return formatAddress(Uint8Array.of(2, 0x70, ...randomBytes(4)));
}

/** Throws a Failure when another machine has that disk or that address. */
export function checkAttachments(view: PoolView, { disk, network }: Attachments): void {
  for (const [name, { data }] of view.want) {
    if (view.vm.get(name)?.data.state === 'DONE') continue;
    if (disk !== null && data.disk?.name === disk.name) throw usage(`${disk.name} is the disk of ${name}`);
    if (network !== null && data.network === network) throw usage(`${network} is the address of ${name}`);
  }
}
