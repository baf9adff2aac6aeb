/** Failures with an exit status, and how every error is told: one clear line, or the assembler's list. */

/** Exit statuses (cli.md's table). */
export const EXIT = {
  DONE: 0,
  CHECK_FAILED: 1,
  USAGE: 2,
  BAD_INPUT: 65,
  UNREACHABLE: 69,
  OUR_FAULT: 70,
  LIMIT: 124,
  STOPPED: 125,
} as const;

/** A failure that the user can mend; the message is for them. */
export class Failure extends Error {
  readonly exitStatus: number;

  constructor(exitStatus: number, message: string) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

export function badInput(message: string): Failure {
  return new Failure(EXIT.BAD_INPUT, message);
}

export function usage(message: string): Failure {
  return new Failure(EXIT.USAGE, message);
}

/** What went wrong with a file, in words, without a path. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
    ENOSPC: 'no space left on the disk',
    EROFS: 'read-only file system',
    ENOTDIR: 'a part of the path is not a directory',
  };
  return reasons[code ?? ''] ?? message;
}

/** Prints an error to stderr and returns the exit status it asks for. */
export function tell(error: unknown): number {
  const { exitStatus } = error as { exitStatus?: unknown };
  if (error instanceof Error && typeof exitStatus === 'number') {
    process.stderr.write(`${error.message.startsWith('ringlab') ? '' : 'ringlab: '}${error.message}\n`);
    return exitStatus;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `ringlab: this is our own fault, not yours. Please report it with the command you gave and these lines:\n${detail}\n`,
  );
  return EXIT.OUR_FAULT;
}
