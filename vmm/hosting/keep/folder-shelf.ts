/** A shelf in a folder of the file system. Throws the system's errors. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  write,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../snapshot/node-files.ts';
import type { Shelf } from './shelf.ts';

/** Most files that are kept open. */
const mostOpen = 32;

export class FolderShelf implements Shelf {
  /** The folder. */
  readonly place: string;
  /** Files that are written bit by bit, open. */
  readonly #open = new Map<string, number>();
  /** How many writes are under way to each open file; it is closed after the last of them. */
  readonly #writes = new Map<number, number>();
  readonly #unwanted = new Set<number>();

  /** Makes the folder if there is none; only its owner may look into it. */
  constructor(folder: string) {
    this.place = folder;
    makeFolder(folder, 0o700);
  }

  list(): readonly string[] {
    return readdirSync(this.place).filter((name) => !name.endsWith('.tmp'));
  }

  read(name: string): Uint8Array | undefined {
    try {
      return readFileSync(join(this.place, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  size(name: string): number {
    return statSync(join(this.place, name), { throwIfNoEntry: false })?.size ?? 0;
  }

  put(name: string, bytes: Uint8Array, forGood = false): void {
    this.#close(name);
    const path = join(this.place, name);
    const temporary = `${path}.tmp`;
    naming(name, () => {
      try {
        const file = openSync(temporary, 'w', 0o600);
        try {
          writeAll(file, bytes, 0);
          if (forGood) fsyncSync(file);
        } finally {
          closeSync(file);
        }
        renameSync(temporary, path);
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
      if (forGood) this.#syncFolder();
    });
  }

  append(name: string, bytes: Uint8Array): void {
    naming(name, () => {
      const file = this.#file(name);
      const { size, nlink } = fstatSync(file);
      if (nlink === 0) {
        // If its folder is there again, so is the file the next time.
        this.#close(name);
        throw gone(name);
      }
      try {
        writeAll(file, bytes, size);
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
    });
  }

  writeAt(name: string, at: number, bytes: Uint8Array): void {
    naming(name, () => writeAll(this.#file(name), bytes, at));
  }

  writeLater(name: string, at: number, bytes: Uint8Array, done: (error?: Error) => void): void {
    const file = naming(name, () => this.#file(name));
    this.#writes.set(file, (this.#writes.get(file) ?? 0) + 1);
    const finish = (error?: Error) => {
      this.#wrote(file);
      done(error);
    };
    const go = (from: number) =>
      write(file, bytes, from, bytes.length - from, at + from, (error, count) => {
        if (error) finish(Object.assign(error, { file: name }));
        else if (from + count < bytes.length) go(from + count);
        else finish();
      });
    go(0);
  }

  #wrote(file: number): void {
    const left = (this.#writes.get(file) ?? 0) - 1;
    if (left > 0) this.#writes.set(file, left);
    else {
      this.#writes.delete(file);
      if (this.#unwanted.delete(file)) closeSync(file);
    }
  }

  readAt(name: string, at: number, into: Uint8Array): void {
    into.fill(0);
    const file = this.#file(name);
    for (let done = 0; done < into.length; ) {
      const count = readSync(file, into, done, into.length - done, at + done);
      if (count === 0) return;
      done += count;
    }
  }

  remove(name: string): void {
    this.#close(name);
    naming(name, () => rmSync(join(this.place, name), { force: true }));
  }

  #file(name: string): number {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.#open.keys();
    if (this.#open.size >= mostOpen && oldest !== undefined) this.#close(oldest);
    const file = openSync(join(this.place, name), constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#open.set(name, file);
    return file;
  }

  #close(name: string): void {
    const file = this.#open.get(name);
    if (file === undefined) return;
    this.#open.delete(name);
    if (this.#writes.has(file)) this.#unwanted.add(file);
    else closeSync(file);
  }

  /** Has the folder's new entry survive the machine too. */
  #syncFolder(): void {
    const folder = openSync(this.place, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}

/** Does it; an error says of which file on the shelf it is (trouble.ts). */
function naming<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw Object.assign(error as Error, { file });
  }
}

/** The error for a file that somebody has deleted, and that is open still. */
function gone(file: string): Error {
  return Object.assign(new Error(`${file} was deleted`), { code: 'ENOENT', syscall: 'append' });
}

function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
}
