/** A host's disks: files, under the names given; copies that arrive with guests are in the host's folder. */
import { closeSync, ftruncateSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { SECTOR } from '../../isa/machine/devices/disk.ts';
import { FileDisk } from '../../isa/machine/devices/file-disk.ts';
import type { Disks, OpenDisk } from '../../vmm/hosting/slot.ts';
import { systemReason } from '../failure.ts';

export class FileDisks implements Disks {
  readonly #folder: string;

  /** `folder`: where copies go. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  open(name: string): OpenDisk {
    try {
      const store = new FileDisk(name);
      return { store, identity: identityOf(name), close: () => store.close() };
    } catch (error) {
      throw new Error(`its disk ${name} cannot be used here: ${systemReason(error)}`, { cause: error });
    }
  }

  create(guest: string, sectors: number): string {
    const name = join(this.#folder, `${guest}-${randomBytes(4).toString('hex')}.disk`);
    const file = openSync(name, 'wx', 0o600);
    try {
      ftruncateSync(file, sectors * SECTOR);
    } finally {
      closeSync(file);
    }
    return name;
  }

  remove(name: string): void {
    rmSync(name, { force: true });
  }
}

/** The full name of a disk, as every host on this machine has it. Throws the system's error. */
export function diskName(path: string): string {
  return realpathSync(resolve(path));
}

/** Distinguishes a file from another one of the same name, even on a shared file system. */
function identityOf(path: string): string {
  const { ino, size } = statSync(path);
  return `${ino}-${size}`;
}
