/**
 * A submission's files, read here and handed to its process as JavaScript: the process has no file system. A submission
 * has the files of one folder. What it imports is found there, or nowhere.
 */
import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { transform } from 'sucrase';

/** Why a submission is not asked anything: a word for tables, and a line for its author. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly text: string;
}

/** The reasons, and what each stands for. */
export const refusalReasons = {
  'no-monitor-file': 'the folder has no monitor.ts or monitor.js',
  'not-a-file': 'it is no file and no folder',
  'link-outside': 'a symbolic link leads out of the folder',
  'too-large': 'its files are larger than a monitor has to be',
  'missing-file': 'it imports a file that is not there',
  'foreign-import': 'it imports something else than its own files and ringlab/testing',
  'syntax-error': 'a file is not TypeScript or JavaScript',
  'load-error': 'it throws as it is loaded, or imports a name that is not exported',
  'never-settles': 'a top-level await never settles',
  'no-export': 'its default export is no function',
  'load-limit': 'it reaches a limit as it is loaded',
} as const;

export type RefusalReason = keyof typeof refusalReasons;

export class SubmissionError extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, text: string) {
    super(text);
    this.reason = reason;
  }
}

/** A file as JavaScript, named by its path in the folder. */
export interface Source {
  readonly path: string;
  readonly code: string;
}

/** Bytes of all files together. */
const mostBytes = 2 ** 21;

/** The names that a folder's monitor may have, the first first. */
const mainNames = ['monitor.ts', 'monitor.js', 'monitor.mjs', 'monitor.mts'];

/** JavaScript of a file's text. Throws SubmissionError. */
function toJavaScript(path: string, text: string): string {
  if (!/\.[cm]?ts$/.test(path)) return text;
  try {
    return transform(text, { transforms: ['typescript'], disableESTransforms: true, filePath: path }).code;
  } catch (error) {
    const said = (error as Error).message.replace(`Error transforming ${path}: `, '');
    throw new SubmissionError('syntax-error', `it cannot be read: ${path}: ${said}`);
  }
}

export class SubmissionFiles {
  readonly #root: string;
  readonly #main: string;
  #bytes = 0;

  /** `path`: a folder with a monitor.ts or monitor.js, or the monitor's own file. Throws SubmissionError. */
  constructor(path: string) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || !(found.isDirectory() || found.isFile()))
      throw new SubmissionError('not-a-file', `${basename(path)} is no file and no folder`);
    const folder = found.isDirectory() ? path : dirname(path);
    this.#root = realpathSync(folder);
    const names = found.isDirectory() ? mainNames : [basename(path)];
    const main = names.find((name) => lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined);
    if (main === undefined)
      throw new SubmissionError('no-monitor-file', `the folder has no ${mainNames.slice(0, 2).join(' or ')}`);
    this.#main = main;
  }

  /** The monitor's own file. */
  main(): Source {
    return this.#read(this.#main);
  }

  /** The file that `from`, a path in the folder, imports by `specifier`. */
  imported(specifier: string, from: string): Source {
    const path = relative(this.#root, resolve(this.#root, dirname(from), specifier));
    if (!/^\.\.?\//.test(specifier) || path.startsWith('..') || path === '') {
      const text = `${from} imports "${specifier}": a monitor imports its own files and ringlab/testing, nothing else`;
      throw new SubmissionError('foreign-import', text);
    }
    return this.#read(path, `${from} imports "${specifier}": there is no such file`);
  }

  #read(path: string, missing = `${path}: there is no such file`): Source {
    // As TypeScript has it, `./cpu.js` is what ./cpu.ts is compiled to.
    const names = extname(path) === '.js' ? [path, path.replace(/\.js$/, '.ts')] : [path];
    const name = names.find(
      (one) => lstatSync(join(this.#root, one), { throwIfNoEntry: false }) !== undefined,
    );
    if (name === undefined) throw new SubmissionError('missing-file', missing);
    const real = this.#inside(name);
    this.#bytes += real.size;
    if (this.#bytes > mostBytes)
      throw new SubmissionError('too-large', `its files have more than ${mostBytes / 2 ** 20} MB`);
    return { path: name, code: toJavaScript(name, readFileSync(real.path, 'utf8')) };
  }

  /** The file behind a path in the folder, which must be in the folder, too. */
  #inside(name: string): { path: string; size: number } {
    let path: string;
    try {
      path = realpathSync(join(this.#root, name));
    } catch {
      throw new SubmissionError('missing-file', `${name}: it is a symbolic link to nowhere`);
    }
    if (!path.startsWith(this.#root + sep))
      throw new SubmissionError('link-outside', `${name}: it is a symbolic link out of the folder`);
    const found = statSync(path);
    if (!found.isFile()) throw new SubmissionError('not-a-file', `${name}: it is no file`);
    return { path, size: found.size };
  }
}
