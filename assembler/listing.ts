/** The listing: the bytes and the address of each source line. */
import type { LinkedImage } from './link/link.ts';
import type { LineRecord } from './object/unit.ts';
import { labelsBefore } from './read/head.ts';
import { outermost } from './source/statement.ts';

/** A source line and its bytes. */
export interface ListingLine {
  /** The name of the source file. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Address of the first byte, unsigned. */
  readonly address: number;
  /** Its bytes; empty for a label alone, and for space without bytes. */
  readonly bytes: Uint8Array;
  /** The source line. */
  readonly text: string;
}

/**
 * One entry for each source line with bytes or a label, ordered by address. A macro's bytes belong to the line that
 * uses it.
 */
export function listingOf(image: LinkedImage): ListingLine[] {
  const records = image.units.flatMap((unit) => joined(unit.lines).filter(isShown));
  const lines = records
    .filter(({ section }) => section.flags.alloc)
    .map(({ statement, section, from, to }) => ({
      file: statement.file,
      line: statement.line,
      address: (section.address + from) >>> 0,
      bytes: section.bytes.subarray(from, to),
      text: statement.source,
    }));
  return lines.sort((one, other) => one.address - other.address || one.bytes.length - other.bytes.length);
}

/** Joins records of the same source line that follow each other. */
export function joined(records: readonly LineRecord[]): LineRecord[] {
  const result: LineRecord[] = [];
  for (const next of records) {
    const statement = outermost(next.statement);
    const last = result.at(-1);
    const follows =
      last !== undefined &&
      last.section === next.section &&
      last.to === next.from &&
      last.statement.line === statement.line &&
      last.statement.file === statement.file;
    if (follows) result[result.length - 1] = { ...last, to: next.to };
    else result.push({ ...next, statement });
  }
  return result;
}

function isShown({ statement, from, to }: LineRecord): boolean {
  return to > from || labelsBefore(statement.text).trim() !== '';
}

const BYTES_SHOWN = 8;

/** The listing as text: address, bytes in hexadecimal, line number, source. */
export function formatListing(listing: readonly ListingLine[]): string {
  const files = new Set(listing.map((line) => line.file));
  let file = '';
  const rows: string[] = [];
  for (const line of listing) {
    if (files.size > 1 && line.file !== file) rows.push(`${line.file}:`);
    file = line.file;
    rows.push(formatLine(line));
  }
  return rows.map((row) => `${row}\n`).join('');
}

function formatLine({ address, bytes, line, text }: ListingLine): string {
  const shown = [...bytes.subarray(0, BYTES_SHOWN)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const more = bytes.length > BYTES_SHOWN ? '…' : '';
  const columns = [
    address.toString(16).padStart(8, '0'),
    (shown + more).padEnd(BYTES_SHOWN * 2 + 1),
    String(line).padStart(5),
  ];
  return `${columns.join(' ')}  ${text.replaceAll('\t', '    ').trimEnd()}`.trimEnd();
}
