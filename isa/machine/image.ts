/**
 * Images: reads ELF32 files (System V ABI, chapter 4; RISC-V ELF psABI) and loads them into the
 * memory of a machine. A file is read and checked as a whole before anything of it is used.
 */

/** Thrown for a file that cannot be run. The message is one line and does not name the file. */
export class ImageError extends Error {}

/** A part of an image that is copied to memory before it runs. */
export interface Segment {
  /** Physical address (unsigned). */
  readonly address: number;
  /** The bytes from the file; the rest up to `size` is zero. */
  readonly bytes: Uint8Array;
  /** Bytes in memory. */
  readonly size: number;
  /** Whether a process may store there. */
  readonly writable: boolean;
  /** Whether a process may execute it. */
  readonly executable: boolean;
}

/** A named part of an image: what linkers and debuggers see of it. */
export interface Section {
  /** As in the file, such as `.text`; may be empty. */
  readonly name: string;
  /** Address of its first byte in memory, unsigned; 0 if it is not in memory. */
  readonly address: number;
  /** Bytes in memory, or in the file if it is not in memory. */
  readonly size: number;
  /** The file's bytes; empty for a section that has none (.bss). */
  readonly bytes: Uint8Array;
  /** Whether it is in memory when the program runs. */
  readonly allocated: boolean;
  /** Whether the program may store there. */
  readonly writable: boolean;
  /** Whether it contains instructions. */
  readonly executable: boolean;
}

/** A name in an image, and what it names. */
export interface ImageSymbol {
  /** As the source has it. */
  readonly name: string;
  /** Unsigned. */
  readonly address: number;
  /** Bytes that it names; 0 = not said. */
  readonly size: number;
  /** What it names. */
  readonly kind: 'function' | 'object' | 'other';
  /** Whether other files see it. */
  readonly global: boolean;
}

/** An executable program, as an ELF file describes it. */
export interface Image {
  /** Address of the first instruction. */
  readonly entry: number;
  /** What is copied to memory. */
  readonly segments: readonly Segment[];
  /** Its named parts, debugging information included. */
  readonly sections: readonly Section[];
  /** Symbols with an address and a name, in the order of the file, without those of sections and files. */
  readonly symbols: readonly ImageSymbol[];
  /** Where the program headers are in memory, for a process's auxiliary vector; 0 = nowhere. */
  readonly programHeaders: { readonly address: number; readonly count: number; readonly size: number };
}

/** An image with nothing in it, for a machine whose memory is filled afterwards. */
export const emptyImage: Image = {
  entry: 0,
  segments: [],
  sections: [],
  symbols: [],
  programHeaders: { address: 0, count: 0, size: 0 },
};

const HEADER_SIZE = 52;
const EM_RISCV = 243;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;

/** Reads an ELF file. Throws ImageError. */
export function readImage(file: Uint8Array): Image {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  checkHeader(view);
  const segments = readSegments(view, file);
  const sections = readSections(view, file);
  if (segments.length === 0) throw new ImageError('an ELF file with nothing to load (is it an object file?)');
  return {
    entry: view.getUint32(24, true),
    segments,
    sections: sections.map(({ section }) => section),
    symbols: readSymbols(view, file, sections),
    programHeaders: programHeaders(view, segments),
  };
}

/**
 * Refuses files that cannot be run. It does not refuse a file for its e_flags (RISC-V ELF psABI, "File header": compressed
 * instructions, the floating-point ABI, RV32E, TSO). Linkers set these flags for a whole program if one object was compiled so,
 * whether or not it contains such an instruction. An instruction that Ring32 does not have traps, and report.ts explains it.
 */
function checkHeader(view: DataView): void {
  const size = view.byteLength;
  if (size < 4 || view.getUint32(0) !== 0x7f454c46) throw new ImageError('not an ELF file');
  if (size < HEADER_SIZE) throw new ImageError(`an ELF file cut short after ${size} bytes`);
  if (view.getUint8(4) !== 1) throw new ImageError('a 64-bit ELF file; Ring32 needs ELF32 (-march=rv32im)');
  if (view.getUint8(5) !== 1) throw new ImageError('a big-endian ELF file; Ring32 is little-endian');
  const machine = view.getUint16(18, true);
  if (machine !== EM_RISCV) {
    throw new ImageError(`an ELF file for another machine (e_machine ${machine}); Ring32 needs RISC-V, 243`);
  }
  const type = view.getUint16(16, true);
  if (type === 1) throw new ImageError('an object file, not linked yet: link it with -static');
  if (type !== 2) throw new ImageError('not a static executable: link it with -static and -no-pie');
  const entry = view.getUint32(24, true);
  if (entry % 4 === 2)
    throw new ImageError(
      `the entry 0x${entry.toString(16)} is no multiple of 4, so its code is compressed: compile with -march=rv32im`,
    );
  if (entry % 4 !== 0) throw new ImageError(`the entry 0x${entry.toString(16)} is not a multiple of 4`);
}

/** The bytes `offset` to `offset + size` of the file. */
function part(file: Uint8Array, offset: number, size: number, what: string): Uint8Array {
  if (size === 0) return new Uint8Array();
  if (offset + size > file.length) {
    throw new ImageError(
      `an ELF file cut short: its ${what} ends at byte ${offset + size} of ${file.length}`,
    );
  }
  return file.subarray(offset, offset + size);
}

/** Offsets of the `count` headers of `size` bytes at `offset`. */
function headers(file: Uint8Array, offset: number, size: number, count: number, least: number, what: string) {
  if (count > 0 && size < least) throw new ImageError(`a damaged ELF file: ${what} headers of ${size} bytes`);
  part(file, offset, size * count, `${what} header table`);
  return Array.from({ length: count }, (_, n) => offset + n * size);
}

function readSegments(view: DataView, file: Uint8Array): Segment[] {
  const table = headers(
    file,
    view.getUint32(28, true),
    view.getUint16(42, true),
    view.getUint16(44, true),
    32,
    'program',
  );
  const segments: Segment[] = [];
  for (const at of table) {
    if (view.getUint32(at, true) !== PT_LOAD) continue;
    const size = view.getUint32(at + 20, true);
    const fileSize = view.getUint32(at + 16, true);
    if (fileSize > size)
      throw new ImageError('a damaged ELF file: a segment larger in the file than in memory');
    const flags = view.getUint32(at + 24, true);
    const bytes = part(file, view.getUint32(at + 4, true), fileSize, 'segment');
    const address = view.getUint32(at + 12, true);
    if (size > 0) {
      segments.push({ address, bytes, size, writable: (flags & 2) !== 0, executable: (flags & 1) !== 0 });
    }
  }
  return segments;
}

interface SectionHeader {
  readonly section: Section;
  readonly type: number;
  readonly link: number;
}

function readSections(view: DataView, file: Uint8Array): SectionHeader[] {
  const count = view.getUint16(48, true);
  const table = headers(file, view.getUint32(32, true), view.getUint16(46, true), count, 40, 'section');
  const names = table[view.getUint16(50, true)];
  const strings =
    names === undefined
      ? new Uint8Array()
      : part(file, view.getUint32(names + 16, true), view.getUint32(names + 20, true), 'section names');
  return table.map((at) => {
    const type = view.getUint32(at + 4, true);
    const flags = view.getUint32(at + 8, true);
    const size = view.getUint32(at + 20, true);
    const name = text(strings, view.getUint32(at, true));
    const held = type === SHT_NOBITS || type === 0 ? 0 : size;
    const bytes = part(file, view.getUint32(at + 16, true), held, `section ${name}`);
    const section: Section = {
      name,
      address: view.getUint32(at + 12, true),
      size,
      bytes,
      allocated: (flags & 2) !== 0,
      writable: (flags & 1) !== 0,
      executable: (flags & 4) !== 0,
    };
    return { section, type, link: view.getUint32(at + 24, true) };
  });
}

function text(strings: Uint8Array, at: number): string {
  const end = strings.indexOf(0, at);
  return new TextDecoder().decode(strings.subarray(at, end < 0 ? strings.length : end));
}

const kinds: Readonly<Record<number, ImageSymbol['kind']>> = { 1: 'object', 2: 'function' };

function readSymbols(view: DataView, file: Uint8Array, sections: readonly SectionHeader[]): ImageSymbol[] {
  const table = sections.find(({ type }) => type === SHT_SYMTAB);
  const strings = table && sections[table.link]?.section.bytes;
  if (table === undefined || strings === undefined) return [];
  const symbols: ImageSymbol[] = [];
  const start = table.section.bytes.byteOffset - file.byteOffset;
  for (let at = start; at + 16 <= start + table.section.bytes.length; at += 16) {
    const info = view.getUint8(at + 12);
    const type = info & 15;
    const name = text(strings, view.getUint32(at, true));
    if (type > 2 || name === '' || view.getUint16(at + 14, true) === 0) continue;
    symbols.push({
      name,
      address: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
      kind: kinds[type] ?? 'other',
      global: info >>> 4 !== 0,
    });
  }
  return symbols;
}

/** Where the program headers of the file are in memory, if a segment contains them. */
function programHeaders(view: DataView, segments: readonly Segment[]) {
  const offset = view.getUint32(28, true);
  const holder = segments.find(({ bytes }) => {
    const from = bytes.byteOffset - view.byteOffset;
    return from <= offset && offset < from + bytes.length;
  });
  const address = holder ? holder.address + offset - (holder.bytes.byteOffset - view.byteOffset) : 0;
  return { address, count: view.getUint16(44, true), size: view.getUint16(42, true) };
}

/** Copies the image to its physical addresses. Throws ImageError when it does not fit in `memory`. */
export function loadImage(image: Image, memory: Uint8Array): void {
  for (const { address, size } of image.segments) {
    if (address + size > memory.length) {
      throw new ImageError(
        `the image reaches address 0x${(address + size).toString(16)}, past the end of memory ` +
          `(0x${memory.length.toString(16)}): give the machine more with --memory`,
      );
    }
  }
  for (const { address, bytes, size } of image.segments) {
    memory.set(bytes, address);
    memory.fill(0, address + bytes.length, address + size);
  }
}
