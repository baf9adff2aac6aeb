/**
 * Debugging information: the source line of each instruction, and one
 * compile unit, through which a debugger finds the line table (DWARF 4: section 6.2 for the line table,
 * 7.5 for the rest). It does not describe variables or types.
 */
import { leb128Bytes } from '../directives/data.ts';
import type { LinkedImage } from '../link/link.ts';
import { joined } from '../listing.ts';
import { concatenate, record } from './bytes.ts';
import type { ExtraSection } from './elf.ts';

/** A row of the line table: the instructions from `address` to `end` come from this line. */
interface LineRow {
  readonly address: number;
  readonly end: number;
  readonly file: string;
  readonly line: number;
}

const VERSION = 4;
/** The unit of addresses in the line-number program, in bytes. */
const CODE_UNIT = 1;
/** Standard opcodes and their numbers of operands. */
const LINE = { COPY: 1, ADVANCE_PC: 2, ADVANCE_LINE: 3, SET_FILE: 4 } as const;
const OPERAND_COUNTS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
const EXTENDED = { END_SEQUENCE: 1, SET_ADDRESS: 2 } as const;
const encoder = new TextEncoder();

/** The three debugging sections of an image; none if it has no code, or if the sources contain debugging sections. */
export function debugSections(image: LinkedImage): ExtraSection[] {
  const rows = lineRows(image);
  const [first] = rows;
  const ownInformation = image.layout.sections.some(({ name }) => name.startsWith('.debug_'));
  if (first === undefined || ownInformation) return [];
  const end = rows.at(-1)?.end ?? first.end;
  return [
    { name: '.debug_line', bytes: lineTable(rows) },
    { name: '.debug_info', bytes: compileUnit(image.units[0]?.file ?? '', first.address, end) },
    { name: '.debug_abbrev', bytes: abbreviations },
  ];
}

function lineRows(image: LinkedImage): LineRow[] {
  return image.units
    .flatMap((unit) => joined(unit.lines))
    .filter(({ section, from, to }) => section.flags.exec && to > from)
    .map(({ statement, section, from, to }) => ({
      address: section.address + from,
      end: section.address + to,
      file: statement.file,
      line: statement.line,
    }))
    .sort((one, other) => one.address - other.address);
}

function lineTable(rows: readonly LineRow[]): Uint8Array {
  const files = [...new Set(rows.map((row) => row.file))];
  const header = concatenate([
    record([CODE_UNIT, 1], [1, 1], [1, 1], [0xfb, 1], [14, 1], [OPERAND_COUNTS.length + 1, 1]),
    Uint8Array.from(OPERAND_COUNTS),
    record([0, 1]),
    ...files.map((file) => concatenate([text(file), record([0, 1], [0, 1], [0, 1])])),
    record([0, 1]),
  ]);
  const program = Uint8Array.from(lineProgram(rows, files));
  const body = concatenate([record([VERSION, 2], [header.length, 4]), header, program]);
  return concatenate([record([body.length, 4]), body]);
}

/** The line-number program: one sequence for each run of addresses without a gap. */
function lineProgram(rows: readonly LineRow[], files: readonly string[]): number[] {
  const program: number[] = [];
  const state = { address: -1, line: 1, file: 1 };
  const advance = (to: number): void => {
    program.push(LINE.ADVANCE_PC, ...leb128Bytes(BigInt((to - state.address) / CODE_UNIT), false));
    state.address = to;
  };
  rows.forEach((row, n) => {
    if (row.address !== state.address) {
      program.push(0, 5, EXTENDED.SET_ADDRESS, ...record([row.address, 4]));
      Object.assign(state, { address: row.address, line: 1, file: 1 });
    }
    const file = files.indexOf(row.file) + 1;
    if (file !== state.file) program.push(LINE.SET_FILE, ...leb128Bytes(BigInt(file), false));
    program.push(LINE.ADVANCE_LINE, ...leb128Bytes(BigInt(row.line - state.line), true), LINE.COPY);
    state.line = row.line;
    state.file = file;
    advance(row.end);
    if (rows[n + 1]?.address !== row.end) {
      program.push(0, 1, EXTENDED.END_SEQUENCE);
      state.address = -1;
    }
  });
  return program;
}

/** One abbreviation: a compile unit without children, and the forms of its attributes. */
const abbreviations = Uint8Array.from(
  [
    [1, 0x11, 0],
    [0x10, 0x17], // statement list: offset of the line table
    [0x03, 0x08], // name: text
    [0x25, 0x08], // producer: text
    [0x13, 0x05], // language: two bytes
    [0x11, 0x01], // low pc: address
    [0x12, 0x06], // high pc: four bytes, counted from low pc
    [0, 0, 0],
  ].flat(),
);

const ASSEMBLY_LANGUAGE = 0x8001;

function compileUnit(file: string, low: number, high: number): Uint8Array {
  const body = concatenate([
    record([VERSION, 2], [0, 4], [4, 1], [1, 1], [0, 4]),
    text(file),
    text('ringlab'),
    record([ASSEMBLY_LANGUAGE, 2], [low, 4], [high - low, 4]),
  ]);
  return concatenate([record([body.length, 4]), body]);
}

function text(value: string): Uint8Array {
  return encoder.encode(`${value}\0`);
}
