/** A disk in a file. Every sector is written to the file at once, so a run that is stopped loses none. */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { type DiskStore, SECTOR } from './disk.ts';

/** Opens `path` for reading and writing, or only for reading. A last partial sector is filled with zeros when read. Throws the system's error. */
export class FileDisk implements DiskStore {
  /** How many sectors the file has, counting a last partial one. */
  readonly sectors: number;
  readonly #file: number;

  constructor(path: string, mode: 'r+' | 'r' = 'r+') {
    this.#file = openSync(path, mode);
    const found = fstatSync(this.#file);
    if (found.isDirectory()) {
      closeSync(this.#file);
      // The system opens folders too, if only for reading.
      throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    }
    this.sectors = Math.ceil(found.size / SECTOR);
  }

  /** Fills `into` (one sector long) from sector `n`. Throws the system's error. */
  read(n: number, into: Uint8Array): void {
    into.fill(0);
    readSync(this.#file, into, 0, SECTOR, n * SECTOR);
  }

  /** Writes `from` (one sector long) to sector `n` in the file. Throws the system's error. */
  write(n: number, from: Uint8Array): void {
    writeSync(this.#file, from, 0, SECTOR, n * SECTOR);
  }

  /** Closes the file. After that the disk cannot be read or written. */
  close(): void {
    closeSync(this.#file);
  }

  /** Does the same as `close`, so that `using` closes the disk. */
  [Symbol.dispose](): void {
    this.close();
  }
}
