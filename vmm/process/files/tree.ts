/**
 * The tree of folders that a process sees: `/`, in it the folders that were opened for it,
 * and what is below them. All paths are resolved here, a name at a time.
 *
 * Why nothing leads outside: a place holds the place that it was reached from, so `..` goes
 * back where we came from, and above `/` there is nothing. A symbolic link is read, and its
 * target resolved as the process's own path. The file system behind it never sees a path.
 */
import { CallError, ERRNO } from '../errno.ts';
import type { FileStatus, FileSystem, FolderEntry, OpenedFolder } from './file-system.ts';
import { bareStatus, isName, type Mount, type FolderPlace, rootOf } from './place.ts';

const mostLinks = 40;
const longestName = 255;

/** What a path names: `name` in `place`, or `place` itself. */
export interface FoundEntry {
  readonly place: FolderPlace;
  readonly name: string | undefined;
  /** undefined: nothing has the name. */
  readonly status: FileStatus | undefined;
  /** The path ends in a slash. */
  readonly slash: boolean;
  /** How the path ends, if it names the place itself. */
  readonly last: '.' | '..' | '/' | undefined;
}

/**
 * Whether a symbolic link that is the last name of a path is followed: always, only if a
 * slash is behind it, or never (by calls that change the name itself).
 */
export type Follow = 'always' | 'slash' | 'never';

export class Tree {
  readonly files: FileSystem;
  readonly root: FolderPlace;
  /** The working folder. */
  current: FolderPlace;
  /** The path that was last looked for, if it is in none of the opened folders and nothing is there. */
  missed: string | undefined;
  /** Places with a handle of their own, which nobody may need any more. */
  readonly #entered = new Set<FolderPlace>();
  #swept = 0;

  constructor(files: FileSystem) {
    this.files = files;
    this.root = rootOf(files.folders);
    this.current = this.root;
  }

  /** Resolves `path`, a byte string, from `start`. */
  find(start: FolderPlace, path: string, follow: Follow): FoundEntry {
    this.missed = undefined;
    if (path === '') throw new CallError('ENOENT');
    let place = path.startsWith('/') ? this.root : start;
    let names = path.split('/').filter(isName);
    let slash = path.endsWith('/');
    let last: FoundEntry['last'] = '/';
    for (let links = 0; names.length > 0; ) {
      const [name, ...rest] = names as [string, ...string[]];
      const isEnd = rest.length === 0;
      names = rest;
      if (name === '.' || name === '..') {
        last = name;
        if (name === '..') place = place.parent ?? place;
        continue;
      }
      const step = this.#step(place, name);
      if (step.status === undefined && place.opened === undefined) this.missed = path;
      if (step.status?.kind === 'link' && (!isEnd || follow === 'always' || (slash && follow === 'slash'))) {
        if (++links > mostLinks) throw new CallError('ELOOP');
        const target = this.files.readLink(place.handle as number, name);
        if (target.startsWith('/')) place = this.root;
        if (isEnd) slash ||= target.endsWith('/');
        names = [...target.split('/').filter(isName), ...rest];
        last = '/';
      } else if (isEnd) {
        if (slash && follow !== 'never' && step.status !== undefined && step.status.kind !== 'folder')
          throw new CallError('ENOTDIR');
        return { place, name, status: step.status, slash, last: undefined };
      } else place = this.#enter(place, name, step);
    }
    return { place, name: undefined, status: this.statusOf(place), slash, last };
  }

  /** The folder that was found. Throws CallError if it is none. */
  enter({ place, name }: FoundEntry): FolderPlace {
    return name === undefined ? place : this.#enter(place, name, this.#step(place, name));
  }

  /** The status of a place itself. */
  statusOf(place: FolderPlace): FileStatus {
    return place.handle === undefined ? bareStatus : this.files.status(place.handle);
  }

  /** What is in a place: its own entries, and the folders that were opened there. */
  list(place: FolderPlace): readonly FolderEntry[] {
    const own = place.handle === undefined ? [] : this.files.list(place.handle);
    const mounts = [...(place.mount?.children.keys() ?? [])];
    const added = mounts.map((name): FolderEntry => {
      const { inode } = this.#step(place, name).status as FileStatus;
      return { name, kind: 'folder', inode };
    });
    return [...own.filter(({ name }) => !mounts.includes(name)), ...added];
  }

  /** The path of a place. */
  pathOf(place: FolderPlace): string {
    const names: string[] = [];
    for (let at = place; at.parent !== undefined; at = at.parent) names.unshift(at.name);
    return `/${names.join('/')}`;
  }

  /** The handle of a place in which something is to be changed. Throws EROFS. */
  writableHandle(place: FolderPlace): number {
    if (place.handle === undefined || place.opened?.writable !== true) throw new CallError('EROFS');
    return place.handle;
  }

  /** Whether what was found can be changed. */
  isWritable({ place, name }: FoundEntry): boolean {
    const mount = name === undefined ? undefined : place.mount?.children.get(name);
    return (mount?.opened ?? place.opened)?.writable === true;
  }

  /** Whether a folder was opened there, or further down: it cannot be moved or removed. */
  isMount({ place, name }: FoundEntry): boolean {
    return name === undefined ? place.mount !== undefined : place.mount?.children.has(name) === true;
  }

  /** Has every place in `live` that is the folder `moved` be found at its new name. */
  moved(moved: FileStatus, to: FolderPlace, name: string, live: Iterable<FolderPlace>): void {
    for (const one of live) {
      for (let at: FolderPlace | undefined = one; at !== undefined; at = at.parent) {
        if (at.parent === undefined || at.handle === undefined) continue;
        const status = this.files.status(at.handle);
        if (status.inode === moved.inode && status.device === moved.device) {
          at.parent = to;
          at.name = name;
          break;
        }
      }
    }
  }

  /** Closes the handles of all places but those in `live`, the working folder, and what they were reached through. */
  sweep(live: () => Iterable<FolderPlace>): void {
    if (this.#entered.size === this.#swept) return;
    const used = new Set<FolderPlace>();
    for (const one of [this.current, ...live()])
      for (let at: FolderPlace | undefined = one; at !== undefined; at = at.parent) used.add(at);
    for (const place of this.#entered) {
      if (used.has(place) || place.handle === undefined) continue;
      this.#entered.delete(place);
      this.files.close(place.handle);
    }
    this.#swept = this.#entered.size;
  }

  /** Looks `name` up in `place`. */
  #step(place: FolderPlace, name: string): Step {
    if (name.length > longestName) throw new CallError('ENAMETOOLONG');
    const mount = place.mount?.children.get(name);
    const { opened } = mount ?? {};
    if (opened !== undefined) return { mount, opened, status: this.files.status(opened.handle) };
    const status = place.handle === undefined ? undefined : this.#own(place.handle, name);
    if (mount === undefined || status?.kind === 'folder') return { mount, opened: place.opened, status };
    return { mount, opened: undefined, status: bareStatus };
  }

  /** Goes that step, which must end in a folder. */
  #enter(parent: FolderPlace, name: string, { mount, opened, status }: Step): FolderPlace {
    if (status === undefined) throw new CallError('ENOENT');
    if (status.kind !== 'folder') throw new CallError('ENOTDIR');
    if (opened === undefined) return { parent, name, opened, handle: undefined, mount };
    if (opened === mount?.opened) return { parent, name, opened, handle: opened.handle, mount };
    const handle = this.files.openFolder(parent.handle as number, name);
    const place: FolderPlace = { parent, name, opened, handle, mount };
    this.#entered.add(place);
    return place;
  }

  #own(folder: number, name: string): FileStatus | undefined {
    try {
      return this.files.statusAt(folder, name);
    } catch (error) {
      if (error instanceof CallError && error.errno === ERRNO.ENOENT) return undefined;
      throw error;
    }
  }
}

/** A step from a place to a name in it. */
interface Step {
  readonly mount: Mount | undefined;
  /** The opened folder that the name is, or is in. */
  readonly opened: OpenedFolder | undefined;
  readonly status: FileStatus | undefined;
}
