/** Where a submission's files are: a folder on disk, read as they are needed, or a snapshot of one. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { type Refusal, SubmissionError } from './refusal.ts';

export interface SourceFolder {
  /** The text of the file at a path in the folder; undefined: there is none. Throws SubmissionError. */
  text(path: string): string | undefined;
}

/** Bytes of all files of a submission together, and how many files and nested folders there may be. */
export const mostBytes = 2 ** 21;
const mostFiles = 300;
const deepest = 8;

const sourceName = /\.[cm]?[jt]s$/;

/** Text of the file at `path`, which must be in the folder `root` whatever links are on the way. Throws SubmissionError. */
function textInside(root: string, path: string): string {
  let real: string;
  try {
    real = realpathSync(join(root, path));
  } catch {
    throw new SubmissionError('missing-file', `${path}: it is a symbolic link to nowhere`);
  }
  if (!real.startsWith(root + sep))
    throw new SubmissionError('link-outside', `${path}: it is a symbolic link out of the folder`);
  const found = statSync(real);
  if (!found.isFile()) throw new SubmissionError('not-a-file', `${path}: it is no file`);
  if (found.size > mostBytes) throw tooLarge();
  return readFileSync(real, 'utf8');
}

export function tooLarge(): SubmissionError {
  return new SubmissionError('too-large', `its files have more than ${mostBytes / 2 ** 20} MB`);
}

/** The folder at `path`. */
export function folderOnDisk(path: string): SourceFolder {
  const root = realpathSync(path);
  return {
    text: (file) => {
      const isThere = lstatSync(join(root, file), { throwIfNoEntry: false }) !== undefined;
      return isThere ? textInside(root, file) : undefined;
    },
  };
}

/** All source files of a submission as they were at one time: it can be stored, sent, and named by its hash. */
export interface Snapshot {
  /** The monitor's file, for a submission of one file. */
  readonly main: string | undefined;
  /** Sorted by path; a file that cannot be read has the reason. */
  readonly files: readonly (readonly [path: string, text: string | Refusal])[];
  /** Why there are no files. */
  readonly refusal: Refusal | undefined;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof SubmissionError) return { reason: error.reason, text: error.message };
  const { code = 'error' } = error as NodeJS.ErrnoException;
  return { reason: 'not-a-file', text: `it cannot be read (${code})` };
}

/** Paths of the source files at or below a folder, sorted. */
function sourcesIn(root: string, path = '', depth = 0): string[] {
  if (depth > deepest) return [];
  const entries = readdirSync(join(root, path), { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.') && name !== 'node_modules',
  );
  return entries
    .flatMap((entry) => {
      const at = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) return sourcesIn(root, at, depth + 1);
      return sourceName.test(entry.name) ? [at] : [];
    })
    .toSorted();
}

/** The submission at `path`, a folder or a file; `within`: the class's folder, which it must not lead out of. */
export function takeSnapshot(path: string, within: string): Snapshot {
  try {
    const real = realpathSync(path);
    if (!real.startsWith(realpathSync(within) + sep))
      throw new SubmissionError('link-outside', 'it is a symbolic link out of the folder');
    const isFolder = statSync(real).isDirectory();
    const root = isFolder ? real : dirname(real);
    const paths = isFolder ? sourcesIn(root) : [basename(real)];
    if (paths.length > mostFiles) throw new SubmissionError('too-large', `it has ${paths.length} files`);
    let bytes = 0;
    const files = paths.map((file): [string, string | Refusal] => {
      try {
        const text = textInside(root, file);
        bytes += text.length;
        return [file, text];
      } catch (error) {
        return [file, refusalOf(error)];
      }
    });
    if (bytes > mostBytes) throw tooLarge();
    return { main: isFolder ? undefined : basename(real), files, refusal: undefined };
  } catch (error) {
    return { main: undefined, files: [], refusal: refusalOf(error) };
  }
}

export function folderOf({ files, refusal }: Snapshot): SourceFolder {
  const texts = new Map(files);
  const say = (found: Refusal) => new SubmissionError(found.reason, found.text);
  return {
    text: (path) => {
      if (refusal !== undefined) throw say(refusal);
      const found = texts.get(path);
      if (typeof found === 'object') throw say(found);
      return found;
    },
  };
}

/** The name of a submission's contents. */
export function hashOf(contents: unknown): string {
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
}
