/** CRC-32 as in IEEE 802.3 and gzip (RFC 1952, section 8). */

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 0 ? sum >>> 1 : (sum >>> 1) ^ 0xedb88320;
  return sum;
});

/** The sum of the parts, one after the other: 32 bits, unsigned. */
export function crc32(...parts: readonly Uint8Array[]): number {
  let sum = -1;
  for (const part of parts)
    for (const byte of part) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 255] as number);
  return ~sum >>> 0;
}
