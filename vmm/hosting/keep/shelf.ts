/**
 * Where a host stores what must survive its process: named files, in a folder (folder-shelf.ts)
 * or, for tests, in memory.
 *
 * What is written here survives the death of the process. It need not survive a power failure,
 * except what is put for good: that a guest belongs to another host by now. So a power failure
 * can lose guests, but cannot make two of one.
 */
export interface Shelf {
  /** What it is called in messages. */
  readonly place: string;
  /** Names of all files, in no order. */
  list(): readonly string[];
  /** The whole file, or undefined. */
  read(name: string): Uint8Array | undefined;
  /** Bytes of the file; 0 if there is none. */
  size(name: string): number;
  /** Replaces the file, whole or not at all; for good: even if the machine dies the next moment. */
  put(name: string, bytes: Uint8Array, forGood?: boolean): void;
  /**
   * Adds to the end, and makes the file if there is none. When that fails, the file is as it was; a death can leave a
   * part, which a reader has to bear.
   */
  append(name: string, bytes: Uint8Array): void;
  /** Writes at an offset; what was never written reads as zeros. */
  writeAt(name: string, at: number, bytes: Uint8Array): void;
  /**
   * As `writeAt`, while others go on: the bytes are written as they are some time before `done`
   * is called, which is told the error if there was one. Two writes under way are in no order.
   */
  writeLater(name: string, at: number, bytes: Uint8Array, done: (error?: Error) => void): void;
  /** Fills `into` from an offset; zeros past the end. */
  readAt(name: string, at: number, into: Uint8Array): void;
  remove(name: string): void;
}

/** A file in memory: its bytes, and room for more. */
interface MemoryFile {
  bytes: Uint8Array;
  length: number;
}

/** A shelf in memory. */
export class MemoryShelf implements Shelf {
  readonly place = 'memory';
  readonly #files = new Map<string, MemoryFile>();

  list(): readonly string[] {
    return [...this.#files.keys()];
  }

  read(name: string): Uint8Array | undefined {
    const file = this.#files.get(name);
    return file?.bytes.slice(0, file.length);
  }

  size(name: string): number {
    return this.#files.get(name)?.length ?? 0;
  }

  put(name: string, bytes: Uint8Array): void {
    this.#files.set(name, { bytes: Uint8Array.from(bytes), length: bytes.length });
  }

  append(name: string, bytes: Uint8Array): void {
    this.writeAt(name, this.size(name), bytes);
  }

  writeAt(name: string, at: number, bytes: Uint8Array): void {
    const file = this.#files.get(name) ?? { bytes: new Uint8Array(), length: 0 };
    const length = Math.max(file.length, at + bytes.length);
    if (length > file.bytes.length) {
      const longer = new Uint8Array(Math.max(length, 2 * file.bytes.length));
      longer.set(file.bytes);
      file.bytes = longer;
    }
    file.bytes.set(bytes, at);
    file.length = length;
    this.#files.set(name, file);
  }

  writeLater(name: string, at: number, bytes: Uint8Array, done: (error?: Error) => void): void {
    this.writeAt(name, at, bytes);
    done();
  }

  readAt(name: string, at: number, into: Uint8Array): void {
    into.fill(0);
    into.set((this.#files.get(name)?.bytes ?? new Uint8Array()).subarray(at, at + into.length));
  }

  remove(name: string): void {
    this.#files.delete(name);
  }
}
