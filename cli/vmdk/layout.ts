/**
 * The layout of a sparse VMDK extent, as in "Virtual Disk Format 5.0" (VMware, 2011). All numbers are little-endian; a sector has
 * 512 bytes.
 *
 *     sector 0      header      magic KDMV, version, flags, capacity, where the parts are
 *     …             descriptor  text that names the extent
 *     …             grains      64 KiB of disk each; in a streamOptimized extent deflated, after a marker
 *     …             tables      where each grain is, 512 grains a table; 0 = all zero
 *     …             directory   where each table is
 *     last but 2    footer      as the header, with the directory's place (streamOptimized; then an end marker)
 */

/** Something in a VMDK file is damaged, or of a kind that is not read. The message is one line. */
export class VmdkError extends Error {
  override readonly name = 'VmdkError';
}

export const SECTOR = 512;
export const MAGIC = 0x564d444b;
/** Offsets of the header's fields. */
export const HEADER = {
  MAGIC: 0,
  VERSION: 4,
  FLAGS: 8,
  CAPACITY: 12,
  GRAIN_SIZE: 20,
  DESCRIPTOR_AT: 28,
  DESCRIPTOR_SIZE: 36,
  TABLE_ENTRIES: 44,
  DIRECTORY_AT: 56,
  OVERHEAD: 64,
  CLEAN: 72,
  NEWLINES: 73,
  COMPRESSION: 77,
} as const;
/** Valid newline test; entries of 1 are zero grains; compressed grains; markers. */
export const FLAG = { NEWLINES: 1, ZERO_GRAINS: 4, COMPRESSED: 0x10000, MARKERS: 0x20000 } as const;
/** What the newline test has: a file that was sent as text has others. */
export const newlines = [0x0a, 0x20, 0x0d, 0x0a] as const;
/** DIRECTORY_AT in a header whose footer has the place. */
export const atEnd = 0xffff_ffff_ffff_ffffn;
/** Types of markers. */
export const MARKER = { END: 0, TABLE: 1, DIRECTORY: 2, FOOTER: 3 } as const;
export const DEFLATE = 1;
export const TABLE_ENTRIES = 512;
