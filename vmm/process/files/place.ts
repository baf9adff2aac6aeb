/** Places: folders together with how they were reached. */
import type { FileStatus, OpenedFolder } from './file-system.ts';

/** Paths that folders are opened at, as a tree. */
export interface Mount {
  readonly children: Map<string, Mount>;
  opened: OpenedFolder | undefined;
}

/** A folder and how it was reached. */
export interface FolderPlace {
  parent: FolderPlace | undefined;
  name: string;
  /** The folder that was opened for the process and that this is in; undefined above all of them. */
  readonly opened: OpenedFolder | undefined;
  /** Its handle, undefined where `opened` is. */
  readonly handle: number | undefined;
  readonly mount: Mount | undefined;
}

const epoch = { seconds: 0, nanoseconds: 0 };

/** The status of a folder that is there only because others were opened below it. */
export const bareStatus: FileStatus = {
  kind: 'folder',
  device: 0,
  inode: 1,
  mode: 0o555,
  links: 2,
  size: 0,
  accessed: epoch,
  modified: epoch,
  changed: epoch,
};

/** Whether a part of a path is a name, and not what is between two slashes. */
export function isName(part: string): boolean {
  return part !== '';
}

/** The root of all places, with the folders at their paths. Throws TypeError when two are at the same. */
export function rootOf(folders: readonly OpenedFolder[]): FolderPlace {
  const mount: Mount = { children: new Map(), opened: undefined };
  for (const folder of folders) addMount(mount, folder);
  const { opened } = mount;
  return { parent: undefined, name: '', opened, handle: opened?.handle, mount };
}

function addMount(root: Mount, opened: OpenedFolder): void {
  let at = root;
  for (const name of opened.path.split('/').filter(isName)) {
    const next = at.children.get(name) ?? { children: new Map(), opened: undefined };
    at.children.set(name, next);
    at = next;
  }
  if (at.opened !== undefined) throw new TypeError(`two folders are opened at ${opened.path}`);
  at.opened = opened;
}
