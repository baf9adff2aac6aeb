/**
 * A folder of snapshots: one file NAME.snap for each, and the file `current`, which names the snapshot that
 * the guest is at. The snapshots form a tree, because each one but the first of a guest names its parent.
 *
 * Every operation replaces one file, or several files in such an order that all snapshots stay usable
 * after each replacement.
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

/** Sorts as people do: run2 before run10. */
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

  /** Names of all snapshots, sorted; none if there is no folder. Throws SnapshotError. */
  names(): readonly string[] {
    return this.#list()
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length))
      .filter((name) => namePattern.test(name))
      .sort(inOrder);
  }

  /** Paths of temporary files, which programs left behind when they were killed. */
  leftovers(): readonly string[] {
    return this.#list()
      .filter((file) => isTemporary(file))
      .map((file) => join(this.folder, file));
  }

  /** Removes temporary files. No other program may be writing to the folder. Throws SnapshotError. */
  sweep(): void {
    for (const path of this.leftovers()) this.#change(path, 'delete', () => this.files.remove(path));
  }

  has(name: string): boolean {
    return this.names().includes(name);
  }

  /** Opens a snapshot and verifies everything but its blocks. Throws SnapshotError. */
  open(name: string): Opened {
    if (!this.has(name)) {
      const names = this.names();
      const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
      throw new SnapshotError(this.folder, `no snapshot "${name}"; ${there}`);
    }
    return openSnapshot(this.files, this.pathOf(name));
  }

  /** All snapshots, sorted by name. Throws SnapshotError for the first that is damaged. */
  all(): readonly Opened[] {
    return this.names().map((name) => this.open(name));
  }

  /** All usable snapshots, sorted by name, and the reasons why the others cannot be used. */
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

  /** The snapshot together with its parents. Throws SnapshotError if a parent is missing or was replaced. */
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

  /**
   * The parent of a snapshot; undefined for the first of a guest. Throws SnapshotError if the parent is missing or
   * was replaced.
   */
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
      `its parent was altered: ${parent} is not the snapshot that it was taken from`,
    );
  }

  /**
   * The snapshots whose parent this one is. Throws SnapshotError if any snapshot in the folder is damaged, because it
   * may be a child.
   */
  children(of: Opened): readonly Opened[] {
    return this.all().filter(({ description: { parent } }) => parent !== null && sameBytes(parent.id, of.id));
  }

  /**
   * Writes a new snapshot. Throws SnapshotError, also if there is one of that name, or if one of its parents is
   * missing or damaged.
   */
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

  /** Writes a snapshot, replacing one of the same name. Throws SnapshotError; the old one is then unchanged. */
  put(content: Content, options?: WriteOptions): Opened {
    this.#makeFolder();
    const path = this.pathOf(content.name);
    writeSnapshot(this.files, path, content, options);
    return openSnapshot(this.files, path);
  }

  /** Deletes a snapshot's file. */
  remove(name: string): void {
    this.#change(this.pathOf(name), 'delete', () => {
      this.files.remove(this.pathOf(name));
      this.files.syncFolder(this.folder);
    });
  }

  /** The name of the snapshot that the guest is at; undefined if none was taken yet, or if it was deleted. */
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

/** Whether two snapshots have the same hardware. The identity may differ, because each clone has its own. */
function isSameMachine(a: Opened, b: Opened): boolean {
  const hardware = ({ description: { configuration } }: Opened) => {
    const { variant, memory, sectors } = configuration;
    return JSON.stringify([variant, memory, sectors]);
  };
  return hardware(a) === hardware(b);
}
