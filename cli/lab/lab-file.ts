/**
 * The file that `ringlab lab FILE` shows: read, saved without loss, and followed as others change it.
 *
 * A version is a sum of the text. Whoever saves says which version the text was made from; if the file has another one
 * by then, nothing is written, and the answer is what is there. Nothing outside the file's folder is read, and no symbolic
 * link below it is followed.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  type Dirent,
  type FSWatcher,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  watch,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { badInput, Failure, systemReason } from '../failure.ts';
import { writeOutput } from '../files.ts';

/** Bytes of the largest file that an editor in a page is to have. */
export const largest = 2 ** 20;
/** Files beside it that it may include: names, how many, how deep, and bytes of all together. */
const includable = /\.(s|S|asm|inc)$/;
const mostBeside = 200;
const deepest = 3;
const mostBytes = 4 * 2 ** 20;
/** Milliseconds in which changes count as one: editors write, rename and touch. */
const settle = 40;

/** The file as it is now. A file that is not there has the version ''. */
export interface LabText {
  readonly text: string;
  readonly version: string;
  /** Texts of the files in its folder that it can include, by their path from there. */
  readonly beside: Readonly<Record<string, string>>;
}

/** What came of saving: a new version, or what somebody else has written meanwhile. */
export type Saving =
  | { readonly kind: 'saved'; readonly version: string }
  | { readonly kind: 'conflict'; readonly now: LabText }
  | { readonly kind: 'refused'; readonly reason: string };

/** A file and its folder. */
export class LabFile {
  readonly name: string;
  readonly #path: string;
  readonly #folder: string;
  readonly #listeners = new Set<() => void>();
  readonly #watcher: FSWatcher;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Throws a Failure if the file cannot be read, or is no text. */
  constructor(path: string) {
    try {
      this.#path = realpathSync(path);
      this.name = basename(path);
      this.#folder = dirname(this.#path);
      readText(this.#path);
    } catch (error) {
      if (error instanceof Failure) throw badInput(`${path}: ${error.message}`);
      throw badInput(`${path}: cannot read it: ${systemReason(error)}`);
    }
    this.#watcher = watch(this.#folder, { persistent: false }, (_, name) => {
      if (name === null || name === basename(this.#path) || includable.test(name)) this.#changed();
    });
    // A folder that is gone is watched no more; the page still asks now and then.
    this.#watcher.on('error', () => this.#watcher.close());
  }

  /** What is there now. A file that cannot be read now counts as not there. */
  read(): LabText {
    return { ...this.#own(), beside: this.#beside() };
  }

  /** Writes `text`, which was made from version `from`, unless the file has another version now. */
  save(text: string, from: string): Saving {
    if (this.#own().version !== from) return { kind: 'conflict', now: this.read() };
    if (lstatSync(this.#path, { throwIfNoEntry: false })?.isSymbolicLink())
      return { kind: 'refused', reason: `${this.name} is a symbolic link now, and was a file before` };
    try {
      writeOutput(this.#path, new TextEncoder().encode(text));
      return { kind: 'saved', version: versionOf(text) };
    } catch (error) {
      return { kind: 'refused', reason: (error as Error).message };
    }
  }

  /** Calls `listener` after the file, or one beside it, may have changed. Returns how to leave off. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher.close();
    this.#listeners.clear();
  }

  #own(): Pick<LabText, 'text' | 'version'> {
    try {
      const text = readText(this.#path);
      return { text, version: versionOf(text) };
    } catch {
      return { text: '', version: '' };
    }
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const listener of this.#listeners) listener();
    }, settle);
  }

  /** Texts in the folder and below it, as many as there is room for. */
  #beside(): Record<string, string> {
    const found: Record<string, string> = {};
    let bytes = 0;
    for (const path of filesBelow(this.#folder, '', deepest)) {
      if (join(this.#folder, path) === this.#path) continue;
      if (Object.keys(found).length === mostBeside || bytes > mostBytes) break;
      try {
        const text = readText(join(this.#folder, path));
        bytes += text.length;
        found[path] = text;
      } catch {
        // What is no text, too large or not readable cannot be included.
      }
    }
    return found;
  }
}

/** Paths of includable files, and of none that a symbolic link leads to. */
function* filesBelow(folder: string, before: string, depth: number): Generator<string> {
  for (const entry of entriesOf(join(folder, before))) {
    const path = before === '' ? entry.name : `${before}/${entry.name}`;
    if (entry.isFile() && includable.test(entry.name)) yield path;
    else if (entry.isDirectory() && depth > 0 && !/^\.|^node_modules$/.test(entry.name))
      yield* filesBelow(folder, path, depth - 1);
  }
}

/** What is in a folder, sorted; nothing if it cannot be read. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** The text of a regular file; its last part is no symbolic link. Throws the system's error, or a Failure. */
function readText(path: string): string {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw badInput('it is no file');
    if (status.size > largest)
      throw badInput(`larger than ${largest / 2 ** 20} MiB, too large for an editor`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError) throw badInput('it is not text in UTF-8');
    throw error;
  } finally {
    closeSync(file);
  }
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
