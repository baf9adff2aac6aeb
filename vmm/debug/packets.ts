/**
 * Packets of GDB's remote serial protocol (GDB manual, appendix E): how they are framed,
 * and the hexadecimal that most of them are written in. What they mean: commands.ts.
 *
 *     $ data # two digits: sum of data's bytes        answered by + or -, unless that was switched off
 *     byte 3, outside packets                          Ctrl-C
 *
 * In data, `}` escapes a byte: the next one XOR 0x20. Text is bytes here, one a character.
 */
import { bytesToHex, hexToBytes, utf8 } from '../../isa/machine/bytes.ts';

/** What comes from the other side. */
export type Arrival =
  | { readonly kind: 'packet'; readonly data: string }
  | { readonly kind: 'interrupt' }
  /** A packet whose sum is wrong. */
  | { readonly kind: 'damaged' };

const interruptByte = '\x03';

/** Most bytes of a packet that we take: more than any that means something. */
export const PACKET_MAX = 2 ** 16;

/** Puts packets together from what arrives in any portions. */
export class PacketReader {
  #text = '';

  /** Takes bytes; returns what is complete by now. Throws RangeError for a packet without end. */
  take(bytes: Uint8Array): Arrival[] {
    this.#text += latin1(bytes);
    const arrivals: Arrival[] = [];
    for (let arrival = this.#next(); arrival !== undefined; arrival = this.#next()) arrivals.push(arrival);
    if (this.#text.length > PACKET_MAX) throw new RangeError(`a packet of more than ${PACKET_MAX} bytes`);
    return arrivals;
  }

  #next(): Arrival | undefined {
    const starts = ['$', interruptByte].map((char) => this.#text.indexOf(char)).filter((at) => at >= 0);
    this.#text = starts.length === 0 ? '' : this.#text.slice(Math.min(...starts));
    if (this.#text.startsWith(interruptByte)) {
      this.#text = this.#text.slice(1);
      return { kind: 'interrupt' };
    }
    const end = this.#text.indexOf('#');
    if (end < 0 || this.#text.length < end + 3) return undefined;
    const data = this.#text.slice(1, end);
    const sum = Number.parseInt(this.#text.slice(end + 1, end + 3), 16);
    this.#text = this.#text.slice(end + 3);
    return sum === sumOf(data) ? { kind: 'packet', data: unescaped(data) } : { kind: 'damaged' };
  }
}

/** A packet around data. */
export function packetOf(data: string): string {
  const escaped = data.replace(/[#$}*]/g, (char) => `}${String.fromCharCode(char.charCodeAt(0) ^ 0x20)}`);
  return `$${escaped}#${sumOf(escaped).toString(16).padStart(2, '0')}`;
}

/** A character for each byte. */
function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function unescaped(data: string): string {
  return data.replace(/\}([\s\S])/g, (_, char: string) => String.fromCharCode(char.charCodeAt(0) ^ 0x20));
}

function sumOf(data: string): number {
  let sum = 0;
  for (let n = 0; n < data.length; n++) sum += data.charCodeAt(n);
  return sum & 0xff;
}

// ---- Hexadecimal ----

/** A 32-bit word as its bytes in memory, little-endian, two digits each. */
export function wordToHex(word: number): string {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setInt32(0, word, true);
  return bytesToHex(new Uint8Array(bytes.buffer));
}

/** The word of eight digits as `wordToHex` makes them (signed); undefined if they are not. */
export function hexToWord(text: string): number | undefined {
  const bytes = hexToBytes(text);
  return bytes?.length === 4 ? new DataView(bytes.buffer).getInt32(0, true) : undefined;
}

export function textToHex(text: string): string {
  return bytesToHex(utf8(text));
}
