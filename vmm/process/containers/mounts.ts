/** A mount namespace: which folders of the one file system a container sees, and where. */
import type { FileSystem, OpenedFolder } from '../files/file-system.ts';

/** A folder of the host that a container sees. */
export interface MountedFolder {
  /** The path of the folder on the host: of one of the folders that its file system has opened. */
  readonly from: string;
  /** Where the container finds it: `/`, or a path. */
  readonly at: string;
  /** Whether the container may change it; the host must be able to, as well. */
  readonly writable: boolean;
}

/**
 * The file system of the host with only these folders opened. Names are looked up in open folders and nowhere else, so what was not
 * mounted has no name. Throws RangeError if the host has no such folder.
 */
export function mountNamespace(host: FileSystem, mounts: readonly MountedFolder[]): FileSystem {
  return {
    folders: mounts.map((mount) => opened(host, mount)),
    statusAt: (folder, name) => host.statusAt(folder, name),
    openFolder: (folder, name) => host.openFolder(folder, name),
    openFile: (folder, name, wish) => host.openFile(folder, name, wish),
    readLink: (folder, name) => host.readLink(folder, name),
    makeFolder: (folder, name, mode) => host.makeFolder(folder, name, mode),
    removeFile: (folder, name) => host.removeFile(folder, name),
    removeFolder: (folder, name) => host.removeFolder(folder, name),
    rename: (folder, name, newFolder, newName) => host.rename(folder, name, newFolder, newName),
    status: (handle) => host.status(handle),
    list: (folder) => host.list(folder),
    read: (file, position, length) => host.read(file, position, length),
    write: (file, position, bytes) => host.write(file, position, bytes),
    resize: (file, size) => host.resize(file, size),
    sync: (handle) => host.sync(handle),
    close: (handle) => host.close(handle),
  };
}

function opened(host: FileSystem, { from, at, writable }: MountedFolder): OpenedFolder {
  const folder = host.folders.find(({ path }) => path === from);
  if (folder === undefined) throw new RangeError(`the host has no folder ${from}`);
  return { path: at, handle: folder.handle, writable: writable && folder.writable };
}
