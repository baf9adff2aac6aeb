/** A host's disks: files, under the names given; copies that arrive with guests are in the host's folder. */
import { closeSync, ftruncateSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { SECTOR } from '../../isa/machine/devices/disk.ts';
import { FileDisk } from '../../isa/machine/devices/file-disk.ts';
import { DiskInUse, type Disks, type OpenDisk } from '../../vmm/hosting/slot.ts';
import { systemReason } from '../failure.ts';
import { lock, Locked, unlock } from './lock-file.ts';

export class FileDisks implements Disks {
  readonly #folder: string;
  readonly #address: string;
  /** Disks that are locked here. */
  readonly #locked = new Set<string>();

  /** `folder`: where copies go; `address`: of the host, for those who find a disk locked. */
  constructor(folder: string, address: string) {
    this.#folder = folder;
    this.#address = address;
  }

  open(name: string): OpenDisk {
    try {
      const store = new FileDisk(name);
      return {
        store,
        identity: identityOf(name),
        lock: (guest) => this.#lock(name, guest),
        unlock: () => this.#unlock(name),
        close: () => store.close(),
      };
    } catch (error) {
      throw new Error(`its disk ${name} cannot be used here: ${systemReason(error)}`, { cause: error });
    }
  }

  /** The lock is beside the disk, where every host that reaches the disk finds it. */
  #lock(name: string, guest: string): void {
    try {
      lock(`${name}.lock`, `guest ${guest} of the host on ${this.#address}`);
      this.#locked.add(name);
    } catch (error) {
      const why = error instanceof Locked ? error.message : `it cannot be locked: ${systemReason(error)}`;
      throw new DiskInUse(`its disk ${name} is not free: ${why}`);
    }
  }

  #unlock(name: string): void {
    if (this.#locked.delete(name)) unlock(`${name}.lock`);
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
