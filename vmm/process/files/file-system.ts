/**
 * The files of a process, as the process virtual machine sees them: folders that were opened
 * for it before it began, and what is below them. This is the capability model of WASI and
 * Capsicum (Watson et al. 2010): whoever has no handle of a folder cannot name anything in it.
 *
 * No operation takes a path. It takes the handle of an open folder and one name in it: never
 * empty, `.`, `..`, or with a slash. A symbolic link is never followed here: tree.ts does that,
 * and it knows nothing outside. So an implementation cannot be led outside by a path.
 *
 * Names are byte strings, a character a byte (0 to 255), for Linux has no encoding for them.
 * Every operation throws CallError when it fails.
 */

/** An open folder or file. Any number that is not negative. */
export type Handle = number;

export type FileKind = 'file' | 'folder' | 'link' | 'other';

/** Since 1970-01-01 00:00 UTC. */
export interface FileTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface FileStatus {
  readonly kind: FileKind;
  /** The same for two names exactly if they are one file: device and inode. */
  readonly device: number;
  readonly inode: number;
  /** Permission bits, 0o7777 at most. */
  readonly mode: number;
  readonly links: number;
  /** Bytes. */
  readonly size: number;
  readonly accessed: FileTime;
  readonly modified: FileTime;
  readonly changed: FileTime;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: FileKind;
  readonly inode: number;
}

export interface OpenWish {
  readonly read: boolean;
  readonly write: boolean;
  /** Makes the file if there is none; with `exclusive`, fails if there is one. */
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  /** Permission bits of a new file. */
  readonly mode: number;
}

/** A folder that the process has from the start. */
export interface OpenedFolder {
  /** Where the process finds it: absolute, no `.`, `..`, doubled or trailing slash. */
  readonly path: string;
  readonly handle: Handle;
  readonly writable: boolean;
}

export interface FileSystem {
  readonly folders: readonly OpenedFolder[];

  /** What the name stands for. A symbolic link is itself. */
  statusAt(folder: Handle, name: string): FileStatus;
  /** Fails with ENOTDIR or ELOOP if the name is no folder, or a symbolic link. */
  openFolder(folder: Handle, name: string): Handle;
  /** Opens a regular file; fails with ELOOP for a symbolic link, EACCES for a device, pipe or socket. */
  openFile(folder: Handle, name: string, wish: OpenWish): Handle;
  readLink(folder: Handle, name: string): string;
  makeFolder(folder: Handle, name: string, mode: number): void;
  removeFile(folder: Handle, name: string): void;
  /** The folder is empty, or this fails with ENOTEMPTY. */
  removeFolder(folder: Handle, name: string): void;
  /** Replaces what had the new name, as rename(2) does. */
  rename(folder: Handle, name: string, newFolder: Handle, newName: string): void;

  status(handle: Handle): FileStatus;
  /** All entries but `.` and `..`, in the order of their bytes. */
  list(folder: Handle): readonly FolderEntry[];
  /** At most `length` bytes; none at the end of the file. */
  read(file: Handle, position: number, length: number): Uint8Array;
  /** Returns how many bytes it wrote. */
  write(file: Handle, position: number, bytes: Uint8Array): number;
  resize(file: Handle, size: number): void;
  /** Returns when what was written is on the disk. */
  sync(handle: Handle): void;
  close(handle: Handle): void;
}
