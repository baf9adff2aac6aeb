/** Failures with an exit status, and how every error is reported: one clear line, or the assembler's list. */
import { note, ReaderGone } from './output.ts';

/** Exit statuses; README.md lists when each is used. */
export const EXIT = {
  DONE: 0,
  CHECK_FAILED: 1,
  USAGE: 2,
  BAD_INPUT: 65,
  UNREACHABLE: 69,
  OUR_FAULT: 70,
  LIMIT: 124,
  STOPPED: 125,
  /** A process was killed by a signal: this plus the signal's number, as in shells. */
  SIGNAL: 128,
  /** 128 + SIGINT: Ctrl-C. */
  INTERRUPTED: 130,
  /** 128 + SIGPIPE, as in shells when SIGPIPE ended a program. */
  READER_GONE: 141,
} as const;

/** A failure that the user can correct; the message says how. */
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
    ENOENT: 'no such file or folder',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOSPC: 'no space left on the disk',
    EROFS: 'the file system is read-only',
    EADDRINUSE: 'another program listens there',
    EADDRNOTAVAIL: 'this host does not have that address',
    ENOTFOUND: 'no host with that name was found',
    ENOTDIR: 'a part of the path is not a folder',
  };
  return reasons[code ?? ''] ?? message;
}

/** Reports an error on stderr and returns its exit status. */
export function tell(error: unknown): number {
  if (isReaderGone(error)) return EXIT.READER_GONE;
  try {
    const { exitStatus, name, message } = error as Failure;
    const { syscall } = error as NodeJS.ErrnoException;
    if (error instanceof Error && typeof exitStatus === 'number') {
      // The assembler's errors begin with file, line and column, which editors understand.
      note(name === 'AssemblyError' ? `${message}\n` : `ringlab: ${message}\n`);
      return exitStatus;
    }
    if (syscall !== undefined) {
      note(`ringlab: ${syscall}: ${systemReason(error)}\n`);
      return EXIT.BAD_INPUT;
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    note(
      `ringlab: this is a bug in ringlab. Please report it, with your command and these lines:\n${detail}\n`,
    );
    return EXIT.OUR_FAULT;
  } catch (gone) {
    if (isReaderGone(gone)) return EXIT.READER_GONE;
    throw gone;
  }
}

function isReaderGone(error: unknown): boolean {
  return error instanceof ReaderGone || (error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';
}
