/**
 * A folder of snapshots: a file each, NAME.snap, and `current`, which names the one that
 * the guest is at. A tree, for every snapshot but the first of a guest names its parent.
 *
 * Every change is one file put in the place of another, or several of which each alone
 * leaves all snapshots what they were.
 */
import { join } from 'node:path';
import { sameBytes, utf8 } from '../../isa/machine/bytes.ts';
import type { Chain } from './chain.ts';
import { namePattern, nameRule } from './description.ts';
import { reasonOf, SnapshotError } from './failure.ts';
import { type Files, isTemporary, readPart } from './files.ts';
import { nodeFiles, writeWhole } from './node-files.ts';
import { openSnapshot, type Opened } from './read.ts';
import type { Content, WriteOptions } from './encode.ts';
import { writeSnapshot } from './write.ts';

const ending = '.snap';
const longestName = 200;

/** As people sort: run2 before run10. */
const inOrder = new Intl.Collator('en', { numeric: true }).compare;

export class Store {
  readonly folder: string;
  readonly files: Files;

  constructor(folder: string, files: Files = nodeFiles) {
    this.folder = folder;
    this.files = files;
  }

  pathOf(name: string): string {
    return join(this.folder, `${name}${ending}`);
  }

  /** Names of all snapshots, sorted; none when there is no folder. Throws SnapshotError. */
  names(): readonly string[] {
    return this.#list()
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length))
      .filter((name) => namePattern.test(name))
      .sort(inOrder);
  }

  /** Paths of what programs that were killed did not finish. */
  leftovers(): readonly string[] {
    return this.#list()
      .filter((file) => isTemporary(file))
      .map((file) => join(this.folder, file));
  }

  /** Removes them: for who knows that nobody else is writing. Throws SnapshotError. */
  sweep(): void {
    for (const path of this.leftovers()) this.#change(path, 'delete', () => this.files.remove(path));
  }

  has(name: string): boolean {
    return this.names().includes(name);
  }

  /** A snapshot, verified but for its blocks. Throws SnapshotError. */
  open(name: string): Opened {
    if (!this.has(name)) {
      const names = this.names();
      const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
      throw new SnapshotError(this.folder, `no snapshot "${name}"; ${there}`);
    }
    return openSnapshot(this.files, this.pathOf(name));
  }

  /** All snapshots, by name. Throws SnapshotError for the first that is damaged. */
  all(): readonly Opened[] {
    return this.names().map((name) => this.open(name));
  }

  /** All snapshots, by name, and why the others cannot be used. */
  survey(): { readonly good: readonly Opened[]; readonly bad: readonly SnapshotError[] } {
    const good: Opened[] = [];
    const bad: SnapshotError[] = [];
    for (const name of this.names()) {
      try {
        good.push(this.open(name));
      } catch (error) {
        if (!(error instanceof SnapshotError)) throw error;
        bad.push(error);
      }
    }
    return { good, bad };
  }

  /** The snapshot and those it was taken from. Throws SnapshotError when one is missing or another. */
  chain(name: string): Chain {
    const chain: [Opened, ...Opened[]] = [this.open(name)];
    for (;;) {
      const [child] = chain;
      const opened = this.parentOf(child);
      if (opened === undefined) return chain;
      if (chain.some(({ path }) => path === opened.path))
        throw new SnapshotError(child.path, 'damaged: its parents go round in a circle');
      if (!isSameMachine(opened, child))
        throw new SnapshotError(child.path, `damaged: its parent is of another machine: ${opened.path}`);
      chain.unshift(opened);
    }
  }

  /** What a snapshot was taken from; undefined for the first. Throws SnapshotError when it is missing or another. */
  parentOf({ path, description: { parent } }: Opened): Opened | undefined {
    return parent === null ? undefined : this.#parentOf(path, parent);
  }

  /** The parent that the snapshot at `path` names. Throws SnapshotError. */
  #parentOf(path: string, { id, name }: NonNullable<Content['parent']>): Opened {
    const parent = this.pathOf(name);
    if (!this.has(name)) throw new SnapshotError(path, `its parent is missing: ${parent}`);
    const opened = this.open(name);
    if (sameBytes(opened.id, id)) return opened;
    throw new SnapshotError(
      path,
      `its parent was altered: ${parent} is another snapshot than it was taken from`,
    );
  }

  /** Snapshots taken from this one. Throws SnapshotError when any in the folder is damaged: it may be one. */
  children(of: Opened): readonly Opened[] {
    return this.all().filter(({ description: { parent } }) => parent !== null && sameBytes(parent.id, of.id));
  }

  /** Writes a new snapshot. Throws SnapshotError, also when there is one of that name, or what it is taken from is not whole. */
  add(content: Content, options?: WriteOptions): Opened {
    const path = this.pathOf(content.name);
    if (!namePattern.test(content.name)) throw new SnapshotError(path, nameRule);
    if (this.has(content.name)) throw new SnapshotError(path, 'there is a snapshot of that name already');
    if (content.parent !== null) {
      this.#parentOf(path, content.parent);
      this.chain(content.parent.name);
    }
    return this.put(content, options);
  }

  /** Writes a snapshot in the place of what has its name. Throws SnapshotError; the old one is there then. */
  put(content: Content, options?: WriteOptions): Opened {
    this.#makeFolder();
    const path = this.pathOf(content.name);
    writeSnapshot(this.files, path, content, options);
    return openSnapshot(this.files, path);
  }

  /** Takes a snapshot's file away. */
  remove(name: string): void {
    this.#change(this.pathOf(name), 'delete', () => {
      this.files.remove(this.pathOf(name));
      this.files.syncFolder(this.folder);
    });
  }

  /** The snapshot that the guest is at; undefined if none was taken yet, or that one is no more. */
  get current(): string | undefined {
    const path = join(this.folder, 'current');
    let file: number | undefined;
    try {
      file = this.files.openToRead(path);
      const name = new TextDecoder().decode(readPart(this.files, file, 0, longestName)).trim();
      return this.has(name) ? name : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new SnapshotError(path, `cannot read it: ${reasonOf(error)}`);
    } finally {
      if (file !== undefined) this.files.close(file);
    }
  }

  /** Makes a snapshot the one that the guest is at. */
  setCurrent(name: string): void {
    const path = join(this.folder, 'current');
    this.#change(path, 'write', () => writeWhole(this.files, path, [utf8(`${name}\n`)]));
  }

  #list(): readonly string[] {
    try {
      return this.files.list(this.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new SnapshotError(this.folder, `cannot read it: ${reasonOf(error)}`);
    }
  }

  #makeFolder(): void {
    this.#change(this.folder, 'make', () => this.files.makeFolder(this.folder));
  }

  #change(path: string, what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      throw new SnapshotError(path, `cannot ${what} it: ${reasonOf(error)}`);
    }
  }
}

/** Whether two have the same hardware but for the identity, which clones have of their own. */
function isSameMachine(a: Opened, b: Opened): boolean {
  const hardware = ({ description: { configuration } }: Opened) => {
    const { variant, memory, sectors } = configuration;
    return JSON.stringify([variant, memory, sectors]);
  };
  return hardware(a) === hardware(b);
}
