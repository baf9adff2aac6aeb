/**
 * Where blocks, and the trees that disks are made of, are stored: objects, each under the SHA-256 of its bytes. In a folder:
 * folder-objects.ts. Who uses them: block-store.ts.
 */

/** block: 4 KiB of a disk. leaf: the names of 1024 blocks. root: the names of a disk's leaves (tree.ts). */
export const objectKinds = ['root', 'leaf', 'block'] as const;
export type ObjectKind = (typeof objectKinds)[number];

/** The name of an object: the SHA-256 of its bytes, as 64 hexadecimal digits. */
export type ObjectName = string;

/** Something that was set aside: which object, and how this one is found again. */
export interface Aside {
  readonly kind: ObjectKind;
  readonly name: ObjectName;
  readonly id: string;
}

/**
 * Calls on objects. Each throws the system's error. Times are in milliseconds since 1970.
 *
 * Whoever removes an object first sets it aside, where `touch` does not find it, and then looks at its time again. So an
 * object for which `touch` returned true is not removed for being old.
 */
export interface Objects {
  /** Its bytes, also while it is set aside; undefined if it is not there. */
  read(kind: ObjectKind, name: ObjectName): Uint8Array | undefined;
  /** Makes an object, whole or not at all, or replaces it by the same with the present time. */
  write(kind: ObjectKind, name: ObjectName, bytes: Uint8Array): void;
  /** Gives it the present time; returns whether it is there. */
  touch(kind: ObjectKind, name: ObjectName): boolean;
  /** When it was written or touched last; undefined if it is not there. */
  time(kind: ObjectKind, name: ObjectName): number | undefined;
  /** Returns when all that was written would survive a loss of power. */
  sync(): void;
  /** The names of all that are there. */
  list(kind: ObjectKind): Iterable<ObjectName>;
  /** Sets it aside; undefined if it is not there. */
  setAside(kind: ObjectKind, name: ObjectName): Aside | undefined;
  /** What is set aside: by a sweep that is under way, or one that was killed. */
  asides(): Iterable<Aside>;
  /** When it was written or touched last; undefined if it is not set aside any more. */
  asideTime(aside: Aside): number | undefined;
  /** Puts it back, unless it was written anew in the meantime. */
  putBack(aside: Aside): void;
  /** Removes it for good. */
  discard(aside: Aside): void;
}

/** Something stored is missing or damaged, or is none of ours. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** The status with which a command should exit: EX_DATAERR, bad input. */
  readonly exitStatus = 65;
}
