/**
 * What a guest has printed since it was first started, as a log with offsets: byte 0 is the first that it ever printed,
 * on whichever host that was. The log is stored before anybody is shown what is in it, and its length is the truth about
 * how much the guest has printed (hosted-guest.ts). It moves with the guest.
 *
 * It is stored in segments, files that are named after the offset of their first byte. When the log is as long as it may
 * be, the oldest segment is dropped if the user has allowed that; otherwise nothing more is stored.
 */
import { joined } from '../../../isa/machine/bytes.ts';
import type { Shelf } from './shelf.ts';

export interface LogLimits {
  /** Bytes that a log may have. */
  readonly size: number;
  /** Drop the oldest output when the log is full. */
  readonly dropOldest: boolean;
}

export const defaultLogLimits: LogLimits = { size: 2 ** 24, dropOldest: false };

/** Parts of a log that can be dropped one by one. */
const segmentsInLog = 4;

/** The log has as many bytes as it may have. */
export class LogFull extends Error {
  override readonly name = 'LogFull';
  /** As the system's errors have it: see trouble.ts. */
  readonly syscall = 'append';
}

const prefix = 'log-';

/** Whether the file belongs to a log of none of these guests. */
export function isStrayLog(file: string, guests: readonly string[]): boolean {
  return file.startsWith(prefix) && !guests.some((guest) => isSegment(file, guest));
}

function isSegment(file: string, guest: string): boolean {
  const name = `${prefix}${guest}.`;
  return file.startsWith(name) && /^\d+$/.test(file.slice(name.length));
}

export class ConsoleLog {
  readonly #shelf: Shelf;
  readonly #guest: string;
  readonly #limits: LogLimits;
  /** Offsets of the segments' first bytes, ascending. */
  #segments: number[];
  #end: number;

  /** The log of that guest, as it is on the shelf. */
  constructor(shelf: Shelf, guest: string, limits: LogLimits = defaultLogLimits) {
    this.#shelf = shelf;
    this.#guest = guest;
    this.#limits = limits;
    const files = shelf.list().filter((file) => isSegment(file, guest));
    this.#segments = files
      .map((file) => Number(file.slice(this.#file(0).length - 1)))
      .sort((one, other) => one - other);
    this.#end = this.#measure();
  }

  #file(segment: number): string {
    return `${prefix}${this.#guest}.${segment}`;
  }

  #measure(): number {
    const last = this.#segments.at(-1);
    return last === undefined ? 0 : last + this.#shelf.size(this.#file(last));
  }

  /** The offset of the first byte that is stored; bytes before it were dropped. */
  get start(): number {
    return this.#segments[0] ?? this.#end;
  }

  /** The offset behind the last byte. */
  get end(): number {
    return this.#end;
  }

  /** Adds bytes. When that fails, `end` says how many of them were stored. Throws LogFull, and the system's errors. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const segment = this.#segmentToFill();
      const room = segment + Math.ceil(this.#limits.size / segmentsInLog) - this.#end;
      const part = bytes.subarray(done, done + Math.min(room, this.#roomLeft()));
      try {
        this.#shelf.append(this.#file(segment), part);
      } finally {
        // An append that fails leaves the file as it was; one that somebody has deleted has nothing.
        this.#end = Math.max(this.#end, this.#measure());
      }
      done += part.length;
    }
  }

  /**
   * Takes over a part of the log as it is on another host, which may have dropped what comes before it. Returns whether
   * it follows what is here.
   */
  follow(offset: number, bytes: Uint8Array): boolean {
    if (offset < this.#end) return false;
    if (offset > this.#end || this.#segments.length === 0) this.#beginAnew(offset);
    this.append(bytes);
    return true;
  }

  /** The segment that the next byte belongs to; drops what is too old. */
  #segmentToFill(): number {
    const last = this.#segments.at(-1);
    const isFull = last !== undefined && this.#end - last >= this.#limits.size / segmentsInLog;
    if (last === undefined || isFull) this.#begin(this.#end);
    while (this.#roomLeft() <= 0 && this.#limits.dropOldest && this.#segments.length > 1) {
      this.#shelf.remove(this.#file(this.start));
      this.#segments.shift();
    }
    if (this.#roomLeft() <= 0) throw new LogFull(`the log has ${this.#end - this.start} bytes`);
    return this.#segments.at(-1) as number;
  }

  #begin(offset: number): void {
    this.#shelf.append(this.#file(offset), new Uint8Array());
    this.#segments.push(offset);
    this.#end = offset;
  }

  /** Drops what is here. */
  #beginAnew(offset: number): void {
    const old = this.#segments;
    this.#segments = [];
    this.#begin(offset);
    for (const segment of old) if (segment !== offset) this.#shelf.remove(this.#file(segment));
  }

  #roomLeft(): number {
    return this.#limits.size - (this.#end - this.start);
  }

  /** Bytes from an offset on, at most so many; none at the end. What was dropped is left out. */
  read(offset: number, most: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let at = Math.max(offset, this.start);
    const until = Math.min(this.#end, at + most);
    for (const [n, segment] of this.#segments.entries()) {
      const end = Math.min(this.#segments[n + 1] ?? this.#end, until);
      if (at >= end) continue;
      const part = new Uint8Array(end - at);
      this.#shelf.readAt(this.#file(segment), at - segment, part);
      parts.push(part);
      at = end;
    }
    return joined(parts);
  }

  /** The offset at which the last `count` lines begin. */
  linesFromEnd(count: number): number {
    const bytes = this.read(this.start, Number.POSITIVE_INFINITY);
    let at = bytes.length;
    if (count <= 0) return this.#end;
    // A newline at the very end ends the last line and begins none.
    for (let left = count; left > 0 && at > 0; left--)
      at = at < 2 ? 0 : bytes.lastIndexOf(newline, at - 2) + 1;
    return this.start + at;
  }

  /** Whether somebody has deleted what is stored. */
  get isLost(): boolean {
    return this.#measure() < this.#end;
  }

  /** Goes on where it was after somebody has deleted what was stored; that is gone. */
  goOn(): void {
    if (this.isLost) this.#beginAnew(this.#end);
  }

  /** Drops all that was printed so far. */
  clear(): void {
    this.#beginAnew(this.#end);
  }

  remove(): void {
    for (const segment of this.#segments) this.#shelf.remove(this.#file(segment));
    this.#segments = [];
    this.#end = 0;
  }
}

const newline = 10;
