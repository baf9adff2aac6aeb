/**
 * Finds source lines for addresses in the line table of an ELF file: .debug_line, versions 2 to 5 (DWARF 5, section 6.2). A
 * damaged table, or one of another version, gives no lines; the file is not refused for it.
 */
import type { Image, Section } from './image.ts';

/** A line of a source file. */
export interface SourceLine {
  /** The name of the file as the line table has it. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Instructions one after the other that a line of a source file became. */
export interface LineRange extends SourceLine {
  /** The folder of the file as the line table has it; '' if it has none. */
  readonly folder: string;
  /** Address of the first byte, and of the first one after the last, unsigned. */
  readonly address: number;
  readonly end: number;
}

/** The header of a line-number program. */
interface Unit {
  readonly codeUnit: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly operandCounts: readonly number[];
  readonly fileAt: (number: number) => SourceFile | undefined;
}

interface SourceFile {
  readonly name: string;
  readonly folder: string;
}

interface Row {
  address: number;
  file: number;
  line: number;
}

const STANDARD = {
  COPY: 1,
  ADVANCE_PC: 2,
  ADVANCE_LINE: 3,
  SET_FILE: 4,
  CONST_ADD_PC: 8,
  FIXED_ADVANCE_PC: 9,
} as const;
const EXTENDED = { END_SEQUENCE: 1, SET_ADDRESS: 2 } as const;
/** The contents and forms of the entries in version 5's tables of files and folders. */
const CONTENT = { PATH: 1, FOLDER: 2 } as const;
const FORM = { STRING: 0x08, STRP: 0x0e, LINE_STRP: 0x1f } as const;
const FORM_SIZES: Readonly<Record<number, number>> = { 11: 1, 5: 2, 6: 4, 7: 8, 30: 16 };
const FORM_UDATA = 0x0f;

const decoder = new TextDecoder();

/** All lines in the line tables of an image, in the order in which they are there. */
export function linesOf(image: Pick<Image, 'sections'>): LineRange[] {
  const table = bytesOf(image, '.debug_line');
  const strings: Strings = {
    [FORM.STRP]: bytesOf(image, '.debug_str'),
    [FORM.LINE_STRP]: bytesOf(image, '.debug_line_str'),
  };
  const lines: LineRange[] = [];
  const reader = new Reader(table);
  try {
    while (reader.at < table.length) {
      const length = reader.word();
      if (length > table.length - reader.at) break;
      const end = reader.at + length;
      readUnit(new Reader(table.subarray(reader.at, end)), strings, lines);
      reader.at = end;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return lines;
}

type Strings = Readonly<Record<number, Uint8Array>>;

function bytesOf({ sections }: Pick<Image, 'sections'>, name: string): Uint8Array {
  return sections.find((section: Section) => section.name === name)?.bytes ?? new Uint8Array();
}

/** Adds the lines of a unit to `lines`. */
function readUnit(reader: Reader, strings: Strings, lines: LineRange[]): void {
  const version = reader.half();
  if (version < 2 || version > 5) return;
  if (version === 5) reader.skip(2); // The sizes of addresses and segment selectors.
  const headerLength = reader.word();
  const program = reader.at + headerLength;
  const unit = readHeader(reader, version, strings);
  reader.at = program;
  runProgram(reader, unit, (row, end) => {
    const file = unit.fileAt(row.file);
    const { address, line } = row;
    if (file !== undefined && address < end)
      lines.push({ file: file.name, folder: file.folder, line, address, end });
  });
}

function readHeader(reader: Reader, version: number, strings: Strings): Unit {
  const codeUnit = reader.byte();
  reader.skip(version >= 4 ? 2 : 1); // Operations in an instruction word; whether lines are statements by default.
  const lineBase = (reader.byte() << 24) >> 24;
  const lineRange = Math.max(reader.byte(), 1);
  const opcodeBase = reader.byte();
  const operandCounts = Array.from({ length: Math.max(opcodeBase - 1, 0) }, () => reader.byte());
  const fileAt = version === 5 ? readTables(reader, strings) : readLists(reader);
  return { codeUnit, lineBase, lineRange, opcodeBase, operandCounts, fileAt };
}

/** Up to version 4: folders and files, each in sequence and counted from 1. */
function readLists(reader: Reader): Unit['fileAt'] {
  const folders = [''];
  for (let name = reader.text(); name !== ''; name = reader.text()) folders.push(name);
  const files: SourceFile[] = [];
  for (let name = reader.text(); name !== ''; name = reader.text()) {
    files.push({ name, folder: folders[reader.unsigned()] ?? '' });
    for (let n = 0; n < 2; n++) reader.unsigned();
  }
  return (number) => files[number - 1];
}

/** Version 5: two tables that describe the format of their entries. */
function readTables(reader: Reader, strings: Strings): Unit['fileAt'] {
  const folders = readTable(reader, strings);
  const files = readTable(reader, strings);
  return (number) => {
    const file = files[number];
    return file && { name: file.path, folder: folders[file.folder]?.path ?? '' };
  };
}

interface TableEntry {
  path: string;
  folder: number;
}

function readTable(reader: Reader, strings: Strings): TableEntry[] {
  const formats = Array.from({ length: reader.byte() }, () => ({
    content: reader.unsigned(),
    form: reader.unsigned(),
  }));
  const entries: TableEntry[] = [];
  for (let left = reader.unsigned(); left > 0 && formats.length > 0; left--) {
    const entry = { path: '', folder: 0 };
    for (const { content, form } of formats) {
      const value = readForm(reader, form, strings);
      if (content === CONTENT.PATH && typeof value === 'string') entry.path = value;
      if (content === CONTENT.FOLDER && typeof value === 'number') entry.folder = value;
    }
    entries.push(entry);
  }
  return entries;
}

/** Reads a value in this form: a text, a small number, or undefined if it is neither. Throws RangeError for an unknown form. */
function readForm(reader: Reader, form: number, strings: Strings): string | number | undefined {
  if (form === FORM.STRING) return reader.text();
  if (form === FORM_UDATA) return reader.unsigned();
  const table = strings[form];
  if (table !== undefined) {
    const text = new Reader(table);
    text.at = reader.word();
    return text.text();
  }
  const size = FORM_SIZES[form];
  if (size === undefined) throw new RangeError(`form ${form}`);
  if (size === 1) return reader.byte();
  if (size === 2) return reader.half();
  reader.skip(size);
  return undefined;
}

/** Runs a line-number program; `found` gets each row with the address at which the next one begins. */
function runProgram(reader: Reader, unit: Unit, found: (row: Row, end: number) => void): void {
  const state: Row = { address: 0, file: 1, line: 1 };
  let last: Row | undefined;
  const emit = (isEnd: boolean) => {
    if (last !== undefined) found(last, state.address);
    last = isEnd ? undefined : { ...state };
  };
  while (!reader.isDone) {
    const opcode = reader.byte();
    let emits: 'row' | 'end' | undefined;
    if (opcode >= unit.opcodeBase) {
      advanceBoth(state, opcode, unit);
      emits = 'row';
    } else if (opcode === 0) emits = runExtended(reader, state);
    else if (opcode === STANDARD.COPY) emits = 'row';
    else runStandard(reader, opcode, state, unit);
    if (emits !== undefined) emit(emits === 'end');
    if (emits === 'end') Object.assign(state, { address: 0, file: 1, line: 1 });
  }
}

function advanceBoth(state: Row, opcode: number, { codeUnit, lineBase, lineRange, opcodeBase }: Unit): void {
  const adjusted = opcode - opcodeBase;
  state.address += Math.floor(adjusted / lineRange) * codeUnit;
  state.line += lineBase + (adjusted % lineRange);
}

function runExtended(reader: Reader, state: Row): 'end' | undefined {
  const length = reader.unsigned();
  const next = reader.at + length;
  const opcode = reader.byte();
  if (opcode === EXTENDED.SET_ADDRESS) state.address = reader.word();
  reader.at = next;
  return opcode === EXTENDED.END_SEQUENCE ? 'end' : undefined;
}

function runStandard(reader: Reader, opcode: number, state: Row, unit: Unit): void {
  switch (opcode) {
    case STANDARD.ADVANCE_PC:
      state.address += reader.unsigned() * unit.codeUnit;
      return;
    case STANDARD.ADVANCE_LINE:
      state.line += reader.signed();
      return;
    case STANDARD.SET_FILE:
      state.file = reader.unsigned();
      return;
    case STANDARD.CONST_ADD_PC:
      state.address += Math.floor((255 - unit.opcodeBase) / unit.lineRange) * unit.codeUnit;
      return;
    case STANDARD.FIXED_ADVANCE_PC:
      state.address += reader.half();
      return;
    default:
      for (let left = unit.operandCounts[opcode - 1] ?? 0; left > 0; left--) reader.unsigned();
  }
}

/** Reads bytes in sequence, little-endian. Throws RangeError past the end. */
class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isDone(): boolean {
    return this.at >= this.#bytes.length;
  }

  skip(count: number): void {
    this.at += count;
  }

  byte(): number {
    return this.#view.getUint8(this.at++);
  }

  half(): number {
    this.at += 2;
    return this.#view.getUint16(this.at - 2, true);
  }

  word(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  /** Reads a LEB128 number (section 7.6), exact as far as a double is. */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  signed(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return (byte & 64) === 0 ? value : value - scale * 128;
    }
  }

  /** Reads text up to a zero byte. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0) throw new RangeError('text without an end');
    const text = decoder.decode(this.#bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }
}
