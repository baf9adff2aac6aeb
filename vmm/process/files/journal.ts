/**
 * A process's run depends on more than its image: on what it reads from standard input, and what
 * the file system answers. A journal of those answers, in their order, makes the run repeatable:
 * the process asks for the same again, and is given them without anything outside being touched.
 */
import { CallError } from '../errno.ts';
import type { FileStatus, FileSystem, FolderEntry, OpenedFolder, OpenWish } from './file-system.ts';
import type { Streams } from './pipe.ts';

/** What can be answered, by kind. Operations without a result answer 0. */
interface Kinds {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly status: FileStatus;
  readonly entries: readonly FolderEntry[];
}

type Kind = keyof Kinds;

/** An answer from outside. */
export type Answer =
  | { readonly [K in Kind]: { readonly kind: K; readonly value: Kinds[K] } }[Kind]
  | { readonly kind: 'error'; readonly value: number };

/** A run that does not ask for what its journal holds: it is of another program, or of another run. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

interface Journal {
  /** What `act` answers, or what it answered in the run that is repeated; then it is not done. */
  answer<K extends Kind>(kind: K, act: () => Kinds[K]): Kinds[K];
}

export class RecordedJournal implements Journal {
  readonly answers: Answer[] = [];
  readonly #most: number;
  #bytes = 0;

  /** `most`: bytes that the answers may have together. */
  constructor(most: number) {
    this.#most = most;
  }

  answer<K extends Kind>(kind: K, act: () => Kinds[K]): Kinds[K] {
    try {
      const value = act();
      this.#add({ kind, value } as Answer);
      return value;
    } catch (error) {
      if (error instanceof CallError) this.#add({ kind: 'error', value: error.errno });
      throw error;
    }
  }

  #add(answer: Answer): void {
    if (answer.kind === 'bytes') this.#bytes += answer.value.length;
    if (this.#bytes > this.#most)
      throw new JournalError(
        `the process read more than the ${this.#most / 2 ** 20} MiB that a recording holds`,
      );
    this.answers.push(answer.kind === 'bytes' ? { ...answer, value: answer.value.slice() } : answer);
  }
}

export class RepeatedJournal implements Journal {
  readonly #answers: readonly Answer[];
  #next = 0;

  constructor(answers: readonly Answer[]) {
    this.#answers = answers;
  }

  answer<K extends Kind>(kind: K): Kinds[K] {
    const answer = this.#answers[this.#next++];
    if (answer?.kind === 'error') throw new CallError(answer.value);
    if (answer?.kind !== kind) throw new JournalError('the process asks for something else than it did then');
    return answer.value as Kinds[K];
  }
}

/** Standard streams whose input goes through the journal; output goes out each time. */
export function journaledStreams(streams: Streams, journal: Journal): Streams {
  return {
    read: (length) => journal.answer('bytes', () => streams.read(length)),
    write: (fd, bytes) => streams.write(fd, bytes),
  };
}

/** A file system every answer of which goes through the journal. */
export class JournaledFiles implements FileSystem {
  readonly folders: readonly OpenedFolder[];
  readonly #files: FileSystem;
  readonly #journal: Journal;

  /** `folders`: those of the run that is repeated; default those of `files`. */
  constructor(files: FileSystem, journal: Journal, folders = files.folders) {
    this.#files = files;
    this.#journal = journal;
    this.folders = folders;
  }

  statusAt(folder: number, name: string): FileStatus {
    return this.#journal.answer('status', () => this.#files.statusAt(folder, name));
  }

  openFolder(folder: number, name: string): number {
    return this.#journal.answer('number', () => this.#files.openFolder(folder, name));
  }

  openFile(folder: number, name: string, wish: OpenWish): number {
    return this.#journal.answer('number', () => this.#files.openFile(folder, name, wish));
  }

  readLink(folder: number, name: string): string {
    return this.#journal.answer('text', () => this.#files.readLink(folder, name));
  }

  makeFolder(folder: number, name: string, mode: number): void {
    this.#do(() => this.#files.makeFolder(folder, name, mode));
  }

  removeFile(folder: number, name: string): void {
    this.#do(() => this.#files.removeFile(folder, name));
  }

  removeFolder(folder: number, name: string): void {
    this.#do(() => this.#files.removeFolder(folder, name));
  }

  rename(folder: number, name: string, newFolder: number, newName: string): void {
    this.#do(() => this.#files.rename(folder, name, newFolder, newName));
  }

  status(handle: number): FileStatus {
    return this.#journal.answer('status', () => this.#files.status(handle));
  }

  list(folder: number): readonly FolderEntry[] {
    return this.#journal.answer('entries', () => this.#files.list(folder));
  }

  read(file: number, position: number, length: number): Uint8Array {
    return this.#journal.answer('bytes', () => this.#files.read(file, position, length));
  }

  write(file: number, position: number, bytes: Uint8Array): number {
    return this.#journal.answer('number', () => this.#files.write(file, position, bytes));
  }

  resize(file: number, size: number): void {
    this.#do(() => this.#files.resize(file, size));
  }

  sync(handle: number): void {
    this.#do(() => this.#files.sync(handle));
  }

  close(handle: number): void {
    this.#do(() => this.#files.close(handle));
  }

  #do(act: () => void): void {
    this.#journal.answer('number', () => {
      act();
      return 0;
    });
  }
}
