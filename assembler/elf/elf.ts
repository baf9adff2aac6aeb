/**
 * The image as an ELF32 file: little-endian, EM_RISCV, static.
 *
 *     ELF header | program headers | sections | .symtab .strtab .shstrtab | section headers
 *
 * A segment's offset in the file equals its address modulo 4 KiB, so that it could be mapped.
 */
import { alignUp, type OutputSection, occupiesMemory, PAGE } from '../link/layout.ts';
import type { LinkedImage } from '../link/link.ts';
import { record, StringTable } from './bytes.ts';
import { ELF } from './format.ts';
import { type FileSection, fileHeader, sectionHeader } from './headers.ts';
import { symbolTable } from './symbols.ts';

/** A section that is not in a source: debugging information. */
export interface ExtraSection {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Writes the file. Equal images give equal bytes. */
export function writeElf(image: LinkedImage, extras: readonly ExtraSection[] = []): Uint8Array {
  const kept = image.layout.sections.filter((section) => section.size > 0);
  const segments = segmentsOf(kept);
  const sections = new FileSections(ELF.HEADER + ELF.PROGRAM_HEADER * segments.length);
  for (const section of kept) sections.addOutput(section);
  for (const { name, bytes } of extras) sections.addTable({ name, type: ELF.SHT.PROGBITS, bytes });
  const { symbols, strings, firstGlobal } = symbolTable(image, (section) => sectionIndex(kept, section));
  sections.addTable({
    name: '.symtab',
    type: ELF.SHT.SYMTAB,
    bytes: symbols,
    link: sections.count + 1,
    info: firstGlobal,
    entrySize: ELF.SYMBOL,
    alignment: 4,
  });
  sections.addTable({ name: '.strtab', type: ELF.SHT.STRTAB, bytes: strings });
  return sections.write(image.entry, segments);
}

/** The number of a section's header; SHN_ABS for a section of size 0, which is not in the file. */
function sectionIndex(kept: readonly OutputSection[], section: OutputSection): number {
  const index = kept.indexOf(section);
  return index >= 0 ? index + 1 : ELF.SHN_ABS;
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly alignment: number;
  readonly sections: readonly OutputSection[];
}

function segmentsOf(sections: readonly OutputSection[]): Segment[] {
  const memory = sections.filter(occupiesMemory);
  const threads = sections.filter(({ flags }) => flags.thread);
  const variables = memory.filter(({ flags }) => flags.write);
  const { R, W, X } = ELF.PF;
  const load = { type: ELF.PT_LOAD, alignment: PAGE };
  return [
    { ...load, flags: R | X, sections: memory.filter(({ flags }) => !flags.write) },
    { ...load, flags: R | W | (variables.some(({ flags }) => flags.exec) ? X : 0), sections: variables },
    {
      type: ELF.PT_TLS,
      alignment: Math.max(...threads.map(({ alignment }) => alignment)),
      flags: R,
      sections: threads,
    },
  ].filter((segment) => segment.sections.length > 0);
}

interface Table {
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly link?: number;
  readonly info?: number;
  readonly entrySize?: number;
  readonly alignment?: number;
}

/** Collects sections, and gives each one its place in the file. */
class FileSections {
  private readonly list: FileSection[] = [];
  private at: number;
  private readonly names = new StringTable();

  constructor(start: number) {
    this.at = start;
  }

  /** Number of section headers so far, including the null header. */
  get count(): number {
    return this.list.length + 1;
  }

  addOutput(section: OutputSection): void {
    const { name, flags, address, size, alignment } = section;
    const { WRITE, ALLOC, EXECINSTR, TLS } = ELF.SHF;
    const bits =
      (flags.write ? WRITE : 0) |
      (flags.alloc ? ALLOC : 0) |
      (flags.exec ? EXECINSTR : 0) |
      (flags.thread ? TLS : 0);
    const offset = flags.alloc ? this.offsetInSegment(section) : alignUp(this.at, alignment);
    const content = flags.nobits
      ? []
      : section.inputs.map((input) => ({ at: input.address - address, bytes: input.bytes }));
    const type = flags.nobits ? ELF.SHT.NOBITS : ELF.SHT.PROGBITS;
    this.list.push({
      name,
      type,
      flags: bits,
      address,
      offset,
      size,
      alignment,
      link: 0,
      info: 0,
      entrySize: 0,
      content,
    });
    if (!flags.nobits) this.at = offset + size;
  }

  /** The offset in the file: sections of a segment have the same distances in the file as in memory. */
  private offsetInSegment({ address, flags: { write } }: OutputSection): number {
    const first = this.list.find(
      ({ flags }) => flags & ELF.SHF.ALLOC && write === (flags & ELF.SHF.WRITE) > 0,
    );
    return first === undefined ? congruent(this.at, address) : first.offset + (address - first.address);
  }

  addTable({ name, type, bytes, link = 0, info = 0, entrySize = 0, alignment = 1 }: Table): void {
    const offset = alignUp(this.at, alignment);
    const content = [{ at: 0, bytes }];
    this.list.push({
      name,
      type,
      flags: 0,
      address: 0,
      offset,
      size: bytes.length,
      alignment,
      link,
      info,
      entrySize,
      content,
    });
    this.at = offset + bytes.length;
  }

  write(entry: number, segments: readonly Segment[]): Uint8Array {
    const headers = this.list.map((section) => this.names.add(section.name));
    headers.push(this.names.add('.shstrtab'));
    this.addTable({ name: '.shstrtab', type: ELF.SHT.STRTAB, bytes: this.names.bytes });
    const table = alignUp(this.at, 4);
    const file = new Uint8Array(table + ELF.SECTION_HEADER * this.count);
    file.set(fileHeader(entry, segments.length, table, this.count), 0);
    segments.forEach((segment, n) => {
      file.set(this.programHeader(segment), ELF.HEADER + n * ELF.PROGRAM_HEADER);
    });
    this.list.forEach((section, n) => {
      for (const { at, bytes } of section.content) file.set(bytes, section.offset + at);
      file.set(sectionHeader(section, headers[n] ?? 0), table + (n + 1) * ELF.SECTION_HEADER);
    });
    return file;
  }

  private programHeader(segment: Segment): Uint8Array {
    const parts = segment.sections.map(
      (section) => this.list.find(({ name }) => name === section.name) as FileSection,
    );
    const first = parts[0] as FileSection;
    const filed = parts.filter((part) => part.type !== ELF.SHT.NOBITS).at(-1);
    const last = parts.at(-1) as FileSection;
    const inFile = filed === undefined ? 0 : filed.address + filed.size - first.address;
    const inMemory = last.address + last.size - first.address;
    return record(
      [segment.type, 4],
      [first.offset, 4],
      [first.address, 4],
      [first.address, 4],
      [inFile, 4],
      [inMemory, 4],
      [segment.flags, 4],
      [segment.alignment, 4],
    );
  }
}

/** The first offset from `at` on that equals `address` modulo a page. */
function congruent(at: number, address: number): number {
  return at + ((((address - at) % PAGE) + PAGE) % PAGE);
}
