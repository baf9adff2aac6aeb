/** Writes a snapshot's file. format.ts shows the layout. */
import { type Content, encodeSnapshot, type WriteOptions } from './encode.ts';
import { reasonOf, SnapshotError } from './failure.ts';
import type { Files } from './files.ts';
import { writeWhole } from './node-files.ts';

/** Writes a snapshot to a file, whole or not at all; returns its id. Throws SnapshotError. */
export function writeSnapshot(
  files: Files,
  path: string,
  content: Content,
  options?: WriteOptions,
): Uint8Array {
  const { id, parts } = encodeSnapshot(content, files, options);
  try {
    writeWhole(files, path, inLargeParts(parts));
  } catch (error) {
    throw new SnapshotError(path, `cannot write it: ${reasonOf(error)}`);
  }
  return id;
}

/** Parts shorter than this are joined, because a call for 4 KiB costs more than writing its bytes. */
const short = 2 ** 18;

/**
 * The same bytes in larger parts: neighbours in memory are one part, and short parts are joined. Each is valid until
 * the next one is requested.
 */
function* inLargeParts(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  const gathered = new Uint8Array(2 ** 20);
  let used = 0;
  for (const run of neighbours(parts)) {
    if (used > 0 && (run.length >= short || used + run.length > gathered.length)) {
      yield gathered.subarray(0, used);
      used = 0;
    }
    if (run.length >= short) yield run;
    else {
      gathered.set(run, used);
      used += run.length;
    }
  }
  yield gathered.subarray(0, used);
}

function* neighbours(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  let run = new Uint8Array();
  for (const part of parts) {
    if (run.buffer === part.buffer && run.byteOffset + run.length === part.byteOffset) {
      run = new Uint8Array(part.buffer as ArrayBuffer, run.byteOffset, run.length + part.length);
    } else {
      yield run;
      run = part as Uint8Array<ArrayBuffer>;
    }
  }
  yield run;
}
