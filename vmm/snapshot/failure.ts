/** A snapshot cannot be used or made. The message is one line with the file and the reason. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  /** The status with which a command should exit: EX_DATAERR, bad input. */
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

/** An error of the system, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as Error & { readonly code?: string };
  return reasons[code ?? ''] ?? message;
}
