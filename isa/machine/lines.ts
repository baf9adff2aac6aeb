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

/** The header of a line-number program. */
interface Unit {
  readonly codeUnit: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly operandCounts: readonly number[];
  readonly fileAt: (number: number) => string | undefined;
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
const CONTENT_PATH = 1;
const FORM = { STRING: 0x08, STRP: 0x0e, LINE_STRP: 0x1f } as const;
const FORM_SIZES: Readonly<Record<number, number>> = { 11: 1, 5: 2, 6: 4, 7: 8, 30: 16 };
const FORM_UDATA = 0x0f;

const decoder = new TextDecoder();

/** The source line of the instruction at `address`, if the image has it. */
export function lineAt(image: Pick<Image, 'sections'>, address: number): SourceLine | undefined {
  const table = bytesOf(image, '.debug_line');
  const strings: Strings = {
    [FORM.STRP]: bytesOf(image, '.debug_str'),
    [FORM.LINE_STRP]: bytesOf(image, '.debug_line_str'),
  };
  const reader = new Reader(table);
  try {
    while (reader.at < table.length) {
      const length = reader.word();
      if (length > table.length - reader.at) return undefined;
      const end = reader.at + length;
      const found = searchUnit(new Reader(table.subarray(reader.at, end)), strings, address);
      if (found !== undefined) return found;
      reader.at = end;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

type Strings = Readonly<Record<number, Uint8Array>>;

function bytesOf({ sections }: Pick<Image, 'sections'>, name: string): Uint8Array {
  return sections.find((section: Section) => section.name === name)?.bytes ?? new Uint8Array();
}

function searchUnit(reader: Reader, strings: Strings, address: number): SourceLine | undefined {
  const version = reader.half();
  if (version < 2 || version > 5) return undefined;
  if (version === 5) reader.skip(2); // The sizes of addresses and segment selectors.
  const headerLength = reader.word();
  const program = reader.at + headerLength;
  const unit = readHeader(reader, version, strings);
  reader.at = program;
  const row = runProgram(reader, unit, address);
  const file = row && unit.fileAt(row.file);
  return row && file !== undefined ? { file, line: row.line } : undefined;
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

/** Up to version 4: names in sequence, counted from 1. Folders are skipped, as in the reports of debuggers. */
function readLists(reader: Reader): Unit['fileAt'] {
  while (reader.text() !== '');
  const files: string[] = [];
  for (let name = reader.text(); name !== ''; name = reader.text()) {
    files.push(name);
    for (let n = 0; n < 3; n++) reader.unsigned();
  }
  return (number) => files[number - 1];
}

/** Version 5: two tables that describe the format of their entries. */
function readTables(reader: Reader, strings: Strings): Unit['fileAt'] {
  readTable(reader, strings);
  const files = readTable(reader, strings);
  return (number) => files[number];
}

function readTable(reader: Reader, strings: Strings): string[] {
  const formats = Array.from({ length: reader.byte() }, () => ({
    content: reader.unsigned(),
    form: reader.unsigned(),
  }));
  const paths: string[] = [];
  for (let left = reader.unsigned(); left > 0 && formats.length > 0; left--) {
    let path = '';
    for (const { content, form } of formats) {
      const text = readForm(reader, form, strings);
      if (content === CONTENT_PATH) path = text;
    }
    paths.push(path);
  }
  return paths;
}

/** Reads a value in this form: its text, or '' if it is not text. Throws RangeError for an unknown form. */
function readForm(reader: Reader, form: number, strings: Strings): string {
  if (form === FORM.STRING) return reader.text();
  const table = strings[form];
  if (table !== undefined) {
    const text = new Reader(table);
    text.at = reader.word();
    return text.text();
  }
  const size = FORM_SIZES[form];
  if (size !== undefined) reader.skip(size);
  else if (form === FORM_UDATA) reader.unsigned();
  else throw new RangeError(`form ${form}`);
  return '';
}

/** Runs a line-number program until a row covers `address`; returns that row. */
function runProgram(reader: Reader, unit: Unit, address: number): Row | undefined {
  const state: Row = { address: 0, file: 1, line: 1 };
  let last: Row | undefined;
  const emit = (isEnd: boolean): Row | undefined => {
    const covers = last !== undefined && last.address <= address && address < state.address;
    const found = covers ? last : undefined;
    last = isEnd ? undefined : { ...state };
    return found;
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
    const found = emits && emit(emits === 'end');
    if (found !== undefined) return found;
    if (emits === 'end') Object.assign(state, { address: 0, file: 1, line: 1 });
  }
  return undefined;
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
