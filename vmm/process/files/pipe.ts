/** Standard streams and pipes: what has no position. */
import { CallError } from '../errno.ts';
import { O, OpenFile } from './open-file.ts';

/** The standard streams. */
export interface Streams {
  /** At most `length` bytes of standard input; none at its end. May wait for them. */
  read(length: number): Uint8Array;
  /** Writes to standard output (1) or standard error (2). */
  write(fd: 1 | 2, bytes: Uint8Array): void;
}

export class StandardStream extends OpenFile {
  readonly #streams: Streams;
  readonly #number: 0 | 1 | 2;

  constructor(streams: Streams, number: 0 | 1 | 2) {
    super(number === 0 ? 0 : O.WRONLY);
    this.#streams = streams;
    this.#number = number;
  }

  override status(): 'stream' {
    return 'stream';
  }

  override read(length: number): Uint8Array {
    return this.#number === 0 ? this.#streams.read(length) : super.read(length);
  }

  override write(bytes: Uint8Array): number {
    if (this.#number === 0) return super.write(bytes);
    this.#streams.write(this.#number, bytes);
    return bytes.length;
  }
}

const capacity = 65_536;

/** What is between the two ends of a pipe. */
class Channel {
  readonly bytes: number[] = [];
  readers = 1;
  writers = 1;
}

/** The two ends of a new pipe, for reading and for writing. `flags`: of O, for both. */
export function makePipe(flags: number): readonly [OpenFile, OpenFile] {
  const channel = new Channel();
  return [new ReadingEnd(flags, channel), new WritingEnd(flags | O.WRONLY, channel)];
}

abstract class PipeEnd extends OpenFile {
  protected readonly channel: Channel;

  constructor(flags: number, channel: Channel) {
    super(flags);
    this.channel = channel;
  }

  override status(): 'pipe' {
    return 'pipe';
  }

  /** Nothing else runs that could end the wait: the program, which Linux would let wait for ever, is told. */
  protected wait(): never {
    throw new CallError((this.flags & O.NONBLOCK) === 0 ? 'EDEADLK' : 'EAGAIN');
  }
}

class ReadingEnd extends PipeEnd {
  override read(length: number): Uint8Array {
    const { bytes, writers } = this.channel;
    if (bytes.length === 0 && length > 0 && writers > 0) this.wait();
    return Uint8Array.from(bytes.splice(0, length));
  }

  override close(): void {
    this.channel.readers = 0;
  }
}

class WritingEnd extends PipeEnd {
  override write(from: Uint8Array): number {
    const { bytes, readers } = this.channel;
    if (readers === 0) throw new CallError('EPIPE');
    const part = from.subarray(0, capacity - bytes.length);
    if (part.length === 0 && from.length > 0) this.wait();
    for (const byte of part) bytes.push(byte);
    return part.length;
  }

  override close(): void {
    this.channel.writers = 0;
  }
}
