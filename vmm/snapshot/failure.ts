/** Why a snapshot cannot be used or made: one line that names the file and the reason. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  /** What a program ends with for it: bad input (EX_DATAERR). */
  readonly exitStatus = 65;
  /** The reason alone. */
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.reason = reason;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the file system is read-only',
};

/** What the system said, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as Error & { readonly code?: string };
  return reasons[code ?? ''] ?? message;
}
