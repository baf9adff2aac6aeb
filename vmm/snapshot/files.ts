/**
 * The way to files: the few calls that snapshots need, so that a test can fail each of
 * them. Node's are in node-files.ts.
 */
import type { Sha256 } from '../wire/sha256.ts';

/** Sums and packing, which platforms compute faster than we do. */
export interface Sums {
  readonly sha256: Sha256;
  /** A check sum by which equal blocks are found; equal blocks have equal ones. */
  sum(block: Uint8Array): number;
  /** The bytes deflated (RFC 1951). */
  deflate(bytes: Uint8Array): Uint8Array;
  /** What was deflated, if that is at most `most` bytes. Throws an Error otherwise. */
  inflate(bytes: Uint8Array, most: number): Uint8Array;
}

/** Calls on files, and the sums of what is in them. Each throws the system's error. */
export interface Files extends Sums {
  openToRead(path: string): number;
  /** A new, empty file for writing; one of that name is there no more. */
  create(path: string): number;
  size(file: number): number;
  /** Reads bytes from `at` on; returns how many, 0 at the end. */
  read(file: number, into: Uint8Array, at: number): number;
  /** Writes bytes behind those written before; returns how many. */
  write(file: number, bytes: Uint8Array): number;
  /** Returns when what was written to the file would survive a loss of power. */
  sync(file: number): void;
  close(file: number): void;
  /** Puts `from` in the place of `to`, at once. */
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Returns when names given and taken in the folder would survive a loss of power. */
  syncFolder(path: string): void;
  makeFolder(path: string): void;
  /** Names in the folder, sorted. */
  list(path: string): readonly string[];
}

/** Whether a name in a folder is what a file is called while it is written. */
export function isTemporary(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.tmp');
}

/** Bytes `at` to `at + length` of the file; fewer if it ends before. */
export function readPart(files: Files, file: number, at: number, length: number): Uint8Array {
  return readInto(files, file, new Uint8Array(length), at);
}

/** As `readPart`, as many bytes as there is room for, into `bytes`. */
export function readInto(files: Files, file: number, bytes: Uint8Array, at: number): Uint8Array {
  for (let have = 0; have < bytes.length; ) {
    const count = files.read(file, bytes.subarray(have), at + have);
    if (count === 0) return bytes.subarray(0, have);
    have += count;
  }
  return bytes;
}
