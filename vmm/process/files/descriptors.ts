/** The descriptors of a process: small numbers for open files, several for one if they are duplicates. */
import { CallError } from '../errno.ts';
import { type OpenFile, OpenFolder } from './open-file.ts';
import type { FolderPlace } from './place.ts';

/** As many as Linux has by default. */
export const mostDescriptors = 1024;

interface Descriptor {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

export class Descriptors {
  readonly #open = new Map<number, Descriptor>();

  /** `files`: the first descriptors, from 0 on. */
  constructor(files: readonly OpenFile[]) {
    for (const [fd, file] of files.entries()) this.#open.set(fd, { file, closeOnExec: false });
  }

  /** The open file. Throws EBADF. */
  file(fd: number): OpenFile {
    return this.entry(fd).file;
  }

  /** The open file with its flags. Throws EBADF. */
  entry(fd: number): Descriptor {
    const found = this.#open.get(fd);
    if (found === undefined) throw new CallError('EBADF');
    return found;
  }

  /** The lowest free descriptor, not below `least`. Throws EMFILE. */
  free(least = 0): number {
    let fd = least;
    while (this.#open.has(fd)) fd++;
    if (fd >= mostDescriptors) throw new CallError('EMFILE');
    return fd;
  }

  /** The lowest free descriptor, not below `least`, is now one of `file`. Throws EMFILE. */
  add(file: OpenFile, closeOnExec: boolean, least = 0): number {
    const fd = this.free(least);
    this.#open.set(fd, { file, closeOnExec });
    return fd;
  }

  /** `fd` is now one of `file`, whatever it was. Throws EBADF if it cannot be a descriptor. */
  replace(fd: number, file: OpenFile, closeOnExec: boolean): void {
    if (fd < 0 || fd >= mostDescriptors) throw new CallError('EBADF');
    const before = this.#open.get(fd)?.file;
    this.#open.set(fd, { file, closeOnExec });
    this.#release(before);
  }

  /** Throws EBADF. */
  close(fd: number): void {
    const { file } = this.entry(fd);
    this.#open.delete(fd);
    this.#release(file);
  }

  /** The folders that are open. */
  *places(): Generator<FolderPlace> {
    for (const { file } of this.#open.values()) if (file instanceof OpenFolder) yield file.place;
  }

  #release(file: OpenFile | undefined): void {
    if (file === undefined) return;
    for (const other of this.#open.values()) if (other.file === file) return;
    file.close();
  }
}
