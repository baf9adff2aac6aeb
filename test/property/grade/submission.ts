/**
 * A submission's files, read here and handed to its process, which has no file system. A submission has the files of one
 * folder. What it imports is found there, or nowhere.
 */
import { statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { posix } from 'node:path';
import { folderOf, folderOnDisk, mostBytes, type Snapshot, type SourceFolder, tooLarge } from './folder.ts';
import { SubmissionError } from './refusal.ts';

/** A file, named by its path in the folder. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** The names that a folder's monitor may have, the first first. */
const mainNames = ['monitor.ts', 'monitor.js', 'monitor.mjs', 'monitor.mts'];

/** The file of a folder that is its monitor, if it has one. */
export function monitorIn(folder: string): string | undefined {
  return mainNames.find((name) => statSync(join(folder, name), { throwIfNoEntry: false }) !== undefined);
}

export class SubmissionFiles {
  readonly #folder: SourceFolder;
  readonly #main: string | undefined;
  /** What was read, by path: every process of the submission gets the same. */
  readonly #sources = new Map<string, Source>();
  #bytes = 0;

  constructor(folder: SourceFolder, main: string | undefined) {
    this.#folder = folder;
    this.#main = main;
  }

  /** A folder with a monitor.ts or monitor.js, or the monitor's own file. Throws SubmissionError. */
  static onDisk(path: string): SubmissionFiles {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) return new SubmissionFiles(folderOnDisk(path), undefined);
    if (found?.isFile()) return new SubmissionFiles(folderOnDisk(dirname(path)), basename(path));
    throw new SubmissionError('not-a-file', `${basename(path)} is no file and no folder`);
  }

  static of(snapshot: Snapshot): SubmissionFiles {
    return new SubmissionFiles(folderOf(snapshot), snapshot.main);
  }

  /** The monitor's own file. */
  main(): Source {
    const names = this.#main === undefined ? mainNames : [this.#main];
    const [found] = names.flatMap((name) => this.#read(name) ?? []);
    if (found !== undefined) return found;
    throw new SubmissionError('no-monitor-file', `the folder has no ${names.slice(0, 2).join(' or ')}`);
  }

  /** The file that `from`, a path in the folder, imports by `specifier`. */
  imported(specifier: string, from: string): Source {
    const path = posix.join(dirname(from), specifier);
    if (!/^\.\.?\//.test(specifier) || path.startsWith('..')) {
      const text = `${from} imports "${specifier}": a monitor imports its own files and ringlab/testing, nothing else`;
      throw new SubmissionError('foreign-import', text);
    }
    // As TypeScript has it, `./cpu.js` is what ./cpu.ts is compiled to.
    const names = extname(path) === '.js' ? [path, path.replace(/\.js$/, '.ts')] : [path];
    const [found] = names.flatMap((name) => this.#read(name) ?? []);
    if (found !== undefined) return found;
    throw new SubmissionError('missing-file', `${from} imports "${specifier}": there is no such file`);
  }

  #read(path: string): Source | undefined {
    const known = this.#sources.get(path);
    if (known !== undefined) return known;
    const text = this.#folder.text(path);
    if (text === undefined) return undefined;
    this.#bytes += text.length;
    if (this.#bytes > mostBytes) throw tooLarge();
    const source = { path, text };
    this.#sources.set(path, source);
    return source;
  }
}
