/**
 * Frames: the pieces of a byte stream between hosts. Numbers are little-endian.
 *
 *      0  magic      "RLMG"
 *      4  version    3
 *      5  type       one byte (messages.ts)
 *      6  zero       two bytes
 *      8  sequence   0, 1, 2, … in each direction
 *     12  length     of the payload, at most what the receiver allows now
 *     16  tag        16 bytes over bytes 0 to 15 and the payload (seal.ts)
 *     32  payload
 *
 * The header is checked before memory is allocated for the payload, and the tag before the payload is used. A frame that is
 * damaged, repeated, out of order or too long ends the connection, because nobody can know what was meant.
 */
import { viewOf } from '../../isa/machine/bytes.ts';
import { equal, type Seal, TAG } from './seal.ts';

export const FRAME_VERSION = 3;

const magic = 0x474d4c52;
const tagAt = 16;
export const FRAME_HEADER = tagAt + TAG;

/** Frames of at least this many bytes are read into the same buffer, one after the other. */
const longFrame = 2 ** 16;

/** What arrived is not one of our frames. The message is one line. */
export class FrameError extends Error {
  override readonly name: string = 'FrameError';
}

/** A frame of another version of the protocol. */
export class VersionError extends FrameError {
  override readonly name = 'VersionError';

  constructor(version: number) {
    super(`it speaks version ${version} of ringlab's protocol, this is version ${FRAME_VERSION}`);
  }
}

export interface WireFrame {
  readonly type: number;
  /** Must be used or copied before the next frame is read. */
  readonly payload: Uint8Array;
}

/** Makes a frame. The payload is copied. */
export function encodeFrame(type: number, sequence: number, seal: Seal, payload?: Uint8Array): Uint8Array {
  const { length } = payload ?? [];
  const frame = new Uint8Array(FRAME_HEADER + length);
  if (payload) frame.set(payload, FRAME_HEADER);
  return finishFrame(frame, length, type, sequence, seal);
}

/** Makes a frame of a buffer whose payload, of `length` bytes, is at FRAME_HEADER already. Returns that part of the buffer. */
export function finishFrame(
  buffer: Uint8Array,
  length: number,
  type: number,
  sequence: number,
  seal: Seal,
): Uint8Array {
  const frame = buffer.subarray(0, FRAME_HEADER + length);
  const header = viewOf(frame);
  header.setUint32(0, magic, true);
  header.setUint8(4, FRAME_VERSION);
  header.setUint8(5, type);
  header.setUint16(6, 0);
  header.setUint32(8, sequence, true);
  header.setUint32(12, length, true);
  frame.set(seal(sequence, frame.subarray(0, tagAt), frame.subarray(FRAME_HEADER)), tagAt);
  return frame;
}

/** What the reader asks its owner. */
export interface FrameRules {
  /** The longest payload that is allowed now, in bytes. */
  readonly longest: () => number;
  /** The seal with which tags are checked now. */
  readonly seal: () => Seal;
}

/** Puts frames together from a stream that arrives in pieces of any size. */
export class FrameReader {
  readonly #rules: FrameRules;
  #sequence = 0;
  /** The buffer that is being filled: for a header, or for a header and its payload. */
  #buffer = new Uint8Array(FRAME_HEADER);
  #filled = 0;
  #hasHeader = false;
  /** A buffer for long payloads. It is used again, because a new one for each frame keeps the garbage collector busy. */
  #long: Uint8Array<ArrayBuffer> | undefined;

  constructor(rules: FrameRules) {
    this.#rules = rules;
  }

  /**
   * Takes bytes, and calls `take` for every frame that they complete: at once, so that the owner can change the rules for the
   * next frame. Throws FrameError.
   */
  push(chunk: Uint8Array, take: (frame: WireFrame) => void): void {
    for (let at = 0; at < chunk.length; ) {
      const count = Math.min(chunk.length - at, this.#buffer.length - this.#filled);
      this.#buffer.set(chunk.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === this.#buffer.length && !this.#hasHeader) this.#openFrame();
      if (this.#filled === this.#buffer.length && this.#hasHeader) take(this.#closeFrame());
    }
  }

  /** The header is complete: checks it, and makes room for the payload. */
  #openFrame(): void {
    const header = viewOf(this.#buffer);
    if (header.getUint32(0, true) !== magic) throw new FrameError('that is not our protocol');
    const version = header.getUint8(4);
    if (version !== FRAME_VERSION) throw new VersionError(version);
    if (header.getUint16(6) !== 0) throw new FrameError('a header with unknown bits');
    const sequence = header.getUint32(8, true);
    if (sequence !== this.#sequence)
      throw new FrameError(`frame ${sequence} where frame ${this.#sequence} was expected`);
    const length = header.getUint32(12, true);
    if (length > this.#rules.longest()) throw new FrameError(`a frame of ${length} bytes, which is too long`);
    this.#hasHeader = true;
    if (length === 0) return;
    const frame = this.#room(FRAME_HEADER + length);
    frame.set(this.#buffer);
    this.#buffer = frame;
  }

  #room(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes < longFrame) return new Uint8Array(bytes);
    if (this.#long === undefined || this.#long.length < bytes) this.#long = new Uint8Array(bytes);
    return this.#long.subarray(0, bytes);
  }

  /** The frame is complete: checks its tag. */
  #closeFrame(): WireFrame {
    const frame = this.#buffer;
    const payload = frame.subarray(FRAME_HEADER);
    const tag = this.#rules.seal()(this.#sequence, frame.subarray(0, tagAt), payload);
    if (!equal(tag, frame.subarray(tagAt, FRAME_HEADER))) throw new FrameError('a frame that was damaged');
    this.#sequence += 1;
    this.#buffer = new Uint8Array(FRAME_HEADER);
    this.#filled = 0;
    this.#hasHeader = false;
    return { type: frame[5] as number, payload };
  }
}
