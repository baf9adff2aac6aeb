/** Writes files into a folder: all of them, or none if one would replace a file of the reader's. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { badInput, systemReason } from '../failure.ts';
import { writeOutput } from '../files.ts';

/** Writes `files`, by their paths in `folder`. A file that is there with the same contents stays. Throws a Failure. */
export function writeAll(folder: string, files: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const fresh = [...files].filter(([path, bytes]) => isFresh(join(folder, path), bytes));
  for (const [path, bytes] of fresh) {
    makeFolder(dirname(join(folder, path)));
    writeOutput(join(folder, path), bytes);
  }
  return fresh.map(([path]) => join(folder, path));
}

/** Whether no file is at `path`. Throws a Failure when there is another one than that. */
function isFresh(path: string, bytes: Uint8Array): boolean {
  if (!existsSync(path)) return true;
  if (isSame(path, bytes)) return false;
  throw badInput(
    `${path}: it is there already, and is not the same; nothing was written. Name another folder`,
  );
}

function isSame(path: string, bytes: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(bytes);
  } catch {
    return false;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw badInput(`${path}: cannot make this folder: ${systemReason(error)}`);
  }
}
