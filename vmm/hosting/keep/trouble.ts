/** What cannot be stored, in words: which guest, what of it, where, and what to do. */
import { LogFull } from './console-log.ts';

/** An error of the system's, or of a log that is full: a guest has to wait, and the host goes on. */
interface StorageError extends Error {
  readonly syscall: string;
  readonly code?: string;
  /** The file on the shelf, if it is one. */
  readonly file?: string;
}

/** Whether something could not be stored, or read. Every other error is our own fault. */
export function isStorageError(error: unknown): error is StorageError {
  return error instanceof Error && typeof (error as Partial<StorageError>).syscall === 'string';
}

/** What the files of a keep (keep.ts), a log or a register hold, by the ends of their names. */
const contents: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^log-/, 'its console'],
  [/\.input$/, 'its input'],
  [/\.undo$/, 'what its disk had'],
  [/\.(guest|settled)$/, 'whose it is'],
];

/** Why a guest stands still, and what to do about it: what could not be stored, in `folder`, where its console has so many bytes. */
export function troubleOf(error: StorageError, folder: string, printed: number): string {
  const { code = '', file, message } = error;
  const what = contents.find(([pattern]) => pattern.test(file ?? ''))?.[1] ?? 'its state';
  const size = what === 'its console' ? `: ${formatSize(printed)}` : '';
  if (error instanceof LogFull)
    return `its console is full: ${formatSize(printed)}; ringlab console --clear drops it, and a host with --console-size has room for more`;
  if (error.syscall === 'lock') return `${message}; it goes on when its disk is free`;
  if (file === undefined) return `its disk: ${message}; it goes on when that is mended`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `no room for ${what} in ${folder}${size}; it goes on when there is room`;
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return `${what} cannot be written in ${folder}, which is read-only; it goes on when that is changed`;
    case 'ENOENT':
      return `${folder} is gone, and ${what} with it; make the folder again, and the guest is stored there anew and goes on`;
    default:
      return `${what} cannot be written in ${folder}: ${message}; it goes on when that is mended`;
  }
}

function formatSize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${Math.round(bytes / 2 ** (10 * unit))} ${units[unit]}`;
}
