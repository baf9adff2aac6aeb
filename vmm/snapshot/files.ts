/**
 * The interface to files: the few calls that snapshots need. Tests pass an implementation in which each of
 * them can fail. Node's implementation is in node-files.ts.
 */
import type { Sha256 } from '../wire/sha256.ts';

/** Check sums and compression, which most platforms provide. */
export interface Sums {
  readonly sha256: Sha256;
  /** A check sum with which equal blocks are found. Equal blocks have equal sums. */
  sum(block: Uint8Array): number;
  /** The bytes deflated (RFC 1951). */
  deflate(bytes: Uint8Array): Uint8Array;
  /**
   * The original bytes of what was deflated. Throws an Error if they are more than `most`, or if the data is damaged.
   */
  inflate(bytes: Uint8Array, most: number): Uint8Array;
}

/** Calls on files. Each throws the system's error. An open file is a number. */
export interface Files extends Sums {
  openToRead(path: string): number;
  /** Creates an empty file for writing. It replaces a file of that name. */
  create(path: string): number;
  size(file: number): number;
  /** Reads bytes from `at` on; returns how many, 0 at the end. */
  read(file: number, into: Uint8Array, at: number): number;
  /** Writes bytes at the end; returns how many were written. */
  write(file: number, bytes: Uint8Array): number;
  /** Returns when everything written to the file would survive a loss of power. */
  sync(file: number): void;
  close(file: number): void;
  /** Renames `from` to `to` in one indivisible step, and replaces what was there. */
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Returns when all changes of names in the folder would survive a loss of power. */
  syncFolder(path: string): void;
  makeFolder(path: string): void;
  /** Names in the folder, sorted. */
  list(path: string): readonly string[];
}

/** Whether a name in a folder is that of a file that is not written completely yet. */
export function isTemporary(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.tmp');
}

/** Bytes `at` to `at + length` of the file; fewer if it ends before. */
export function readPart(files: Files, file: number, at: number, length: number): Uint8Array {
  return readInto(files, file, new Uint8Array(length), at);
}

/** Like `readPart`, but reads into `bytes`, as many bytes as it has room for. */
export function readInto(files: Files, file: number, bytes: Uint8Array, at: number): Uint8Array {
  for (let have = 0; have < bytes.length; ) {
    const count = files.read(file, bytes.subarray(have), at + have);
    if (count === 0) return bytes.subarray(0, have);
    have += count;
  }
  return bytes;
}
