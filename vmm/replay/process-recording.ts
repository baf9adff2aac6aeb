/**
 * A recording of a process's run: all that its image does not say. Which engine ran it is no part of it.
 * The file around it: container.ts.
 */
import { sameBytes } from '../../isa/machine/bytes.ts';
import type { Image } from '../../isa/machine/image.ts';
import { MEMORY } from '../../isa/machine/storage.ts';
import type { FileStatus, FileTime, FolderEntry, OpenedFolder } from '../process/files/file-system.ts';
import type { Answer } from '../process/files/journal.ts';
import {
  bytes,
  flag,
  integer,
  kinds,
  list,
  nullable,
  oneOf,
  record,
  type Shape,
  step,
  text,
  unsigned,
} from '../wire/schema.ts';
import { RecordingError, seal, unseal, VERSION } from './container.ts';
import type { Sha256 } from '../wire/sha256.ts';
import { imageSum } from './recording.ts';

export interface ProcessRecording {
  /** SHA-256. */
  readonly image: Uint8Array;
  /** Whose calls it makes, by name. */
  readonly calls: string;
  readonly memory: number | null;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly folders: readonly OpenedFolder[];
  /** What standard input and files answered, in order. */
  readonly answers: readonly Answer[];
  /** The step at which the recording ends. */
  readonly end: number;
  /** Whether the process ended there by itself. */
  readonly ended: boolean;
}

/** Bytes that all answers of a recording may have. */
export const mostAnswered = 2 ** 25;
const mostAnswers = 2 ** 24;

const longText = text(2 ** 17);
const texts = list(longText, 0, 2 ** 16);
const kind = oneOf('file', 'folder', 'link', 'other');
const time = record<FileTime>({
  seconds: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  nanoseconds: unsigned,
});
const status = record<FileStatus>({
  kind,
  device: unsigned,
  inode: step,
  mode: unsigned,
  links: unsigned,
  size: step,
  accessed: time,
  modified: time,
  changed: time,
});
const entry = record<FolderEntry>({ name: longText, kind, inode: step });

const answer: Shape<Answer> = kinds<Answer>({
  number: record({ kind: oneOf('number'), value: step }),
  bytes: record({ kind: oneOf('bytes'), value: bytes(mostAnswered) }),
  text: record({ kind: oneOf('text'), value: longText }),
  status: record({ kind: oneOf('status'), value: status }),
  entries: record({ kind: oneOf('entries'), value: list(entry, 0, 2 ** 24) }),
  error: record({ kind: oneOf('error'), value: integer(1, 4095) }),
});

const recording = record<ProcessRecording>({
  image: bytes(32, 32),
  calls: text(100),
  memory: nullable(integer(MEMORY.min, MEMORY.max)),
  argv: texts,
  environment: texts,
  folders: list(record<OpenedFolder>({ path: longText, handle: step, writable: flag }), 0, 2 ** 10),
  answers: list(answer, 0, mostAnswers),
  end: step,
  ended: flag,
});

/** The recording as a file's bytes. */
export function encodeProcessRecording(data: ProcessRecording, sha256: Sha256): Uint8Array {
  return seal(sha256, VERSION.PROCESS, recording, data);
}

/** A file's bytes as a recording of the program `image`. Throws RecordingError. */
export function decodeProcessRecording(file: Uint8Array, image: Image, sha256: Sha256): ProcessRecording {
  const data = unseal(sha256, VERSION.PROCESS, recording, file);
  if (!sameBytes(data.image, imageSum(image, sha256)))
    throw new RecordingError('a recording of another program');
  return data;
}
