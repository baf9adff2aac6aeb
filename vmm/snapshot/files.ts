/**
 * The way to files: the few calls that snapshots need, so that a test can fail each of
 * them, and writing a file whole or not at all.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';

/** Calls on files. Each throws the system's error. */
export interface Files {
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

export const nodeFiles: Files = {
  openToRead: (path) => openSync(path, 'r'),
  create: (path) => openSync(path, 'w'),
  size: (file) => fstatSync(file).size,
  read: (file, into, at) => readSync(file, into, 0, into.length, at),
  write: (file, bytes) => writeSync(file, bytes),
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove: (path) => rmSync(path),
  syncFolder: (path) => {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  makeFolder,
  list: (path) => readdirSync(path).sort(),
};

/**
 * Makes a folder, and those it is to be in, where they are not there yet. Node's own way to do
 * that never returns where no folder can be made and the system says that something is missing, as
 * in /proc. Throws the system's error.
 */
export function makeFolder(path: string, mode?: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Somebody else was quicker.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** Whether a name in a folder is what a file is called while it is written. */
export function isTemporary(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.tmp');
}

/** What a file is called while it is written. */
function temporaryName(path: string): string {
  return `${dirname(path)}/.${basename(path)}.tmp`;
}

/**
 * Writes a file whole or not at all: a temporary beside it, synchronized, given its name,
 * the folder synchronized. Whatever fails, and whenever the power goes, `path` is as
 * before or has all of `parts`. Throws the system's error.
 */
export function writeWhole(files: Files, path: string, parts: Iterable<Uint8Array>): void {
  const temporary = temporaryName(path);
  const file = files.create(temporary);
  try {
    try {
      for (const part of parts) writeAll(files, file, part);
      files.sync(file);
    } finally {
      files.close(file);
    }
    files.rename(temporary, path);
  } catch (error) {
    removeIfThere(files, temporary);
    throw error;
  }
  files.syncFolder(dirname(path));
}

function writeAll(files: Files, file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += files.write(file, bytes.subarray(at));
}

function removeIfThere(files: Files, path: string): void {
  try {
    files.remove(path);
  } catch {
    // What stays behind is a temporary that nobody reads.
  }
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
