/**
 * Compares a guest on the bare machine with the same guest under a monitor, step by step. Both are made from one
 * description.
 */
import { CollectingConsole } from '../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import type { Image } from '../../isa/machine/image.ts';
import { watchLockup } from '../../isa/machine/lockup.ts';
import { compareSides, type Comparison, type Side } from './compare.ts';
import { createGuest, type CreateGuestOptions } from './create-guest.ts';

/** What `compareGuest` compares. Both sides have the same processor, memory, input and disk. */
export interface CompareGuestOptions
  extends Pick<
    CreateGuestOptions,
    'variant' | 'memory' | 'engine' | 'fast' | 'translateUser' | 'paravirtual'
  > {
  /** The program that is loaded into memory. */
  readonly image: Image;
  /** A strategy's name. */
  readonly monitor: string;
  /** Console input, bytes or a text that is taken as UTF-8; default nothing. */
  readonly input?: string | Uint8Array | undefined;
  /** The disk's contents, of which each side gets a copy; default no disk. */
  readonly disk?: Uint8Array | undefined;
  /** The comparison ends after so many guest steps, even if the guest has not ended; default 10,000,000. */
  readonly limit?: number | undefined;
}

const defaultLimit = 10_000_000;

/**
 * Runs the guest on the bare machine and under the monitor until it ends, and finds the first step after which they
 * differ: first with a stop after every step, then, if nothing differed, in long turns. Throws what `createGuest` throws.
 */
export function compareGuest(options: CompareGuestOptions): Comparison {
  const { monitor, limit = defaultLimit } = options;
  const bare = () => sideOf(options, 'none');
  const monitored = () => sideOf(options, monitor);
  const closely = compareSides(bare, monitored, limit, 'closely');
  return closely.equal ? compareSides(bare, monitored, limit, 'at large') : closely;
}

function sideOf({ input, disk, ...options }: CompareGuestOptions, monitor: string): Side {
  const console = new CollectingConsole(input);
  const guest = createGuest({ ...options, monitor, console, disk: disk && new MemoryDisk(disk) });
  // A guest whose trap handler traps forever has ended.
  watchLockup(guest.machine);
  return { machine: guest.machine, run: guest.run, printed: console.printed };
}
