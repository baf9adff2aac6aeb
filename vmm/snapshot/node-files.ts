/** Implements `Files` with Node, and writes a file whole or not at all. */
import { createHash } from 'node:crypto';
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
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Files, Sums } from './files.ts';

/** Node's sums. */
export const nodeSums: Sums = {
  sha256: () => createHash('sha256'),
  sum: (block) => crc32(block),
  deflate: (bytes) => deflateRawSync(bytes, { level: 1 }),
  inflate: (bytes, most) => inflateRawSync(bytes, { maxOutputLength: most }),
};

/** The computer's own files. */
export const nodeFiles: Files = {
  ...nodeSums,
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
 * Makes a folder, and its parent folders, if they do not exist yet. Node's own `recursive` option
 * never returns in places like /proc, where no folder can be made and the system reports that a part of the path is
 * missing. Throws the system's error.
 */
export function makeFolder(path: string, mode?: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Another process may have made it in the meantime.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** The name of a file while it is being written. */
function temporaryName(path: string): string {
  return `${dirname(path)}/.${basename(path)}.tmp`;
}

/**
 * Writes a file whole or not at all: writes a temporary file in the same folder, synchronizes and renames it, and
 * synchronizes the folder. Whatever call fails, and even if the power fails, `path` is either as
 * before or contains all of `parts`. Throws the system's error.
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
    // A temporary file stays behind. No one reads it.
  }
}
