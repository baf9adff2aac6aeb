/** The header of the file, and the headers of sections. */
import { record } from './bytes.ts';
import { ELF } from './format.ts';

/** A section as it is in the file. */
export interface FileSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly alignment: number;
  readonly link: number;
  readonly info: number;
  readonly entrySize: number;
  /** The bytes of the section, in pieces; `at` is an offset in the section. */
  readonly content: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

/** The file's header: entry, number of segments, offset of the section headers, and their number. */
export function fileHeader(entry: number, segments: number, table: number, sections: number): Uint8Array {
  const identity = [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0].map(
    (byte) => [byte, 1] as const,
  );
  return record(
    ...identity,
    [ELF.ET_EXEC, 2],
    [ELF.EM_RISCV, 2],
    [1, 4],
    [entry, 4],
    [segments === 0 ? 0 : ELF.HEADER, 4],
    [table, 4],
    [0, 4],
    [ELF.HEADER, 2],
    [segments === 0 ? 0 : ELF.PROGRAM_HEADER, 2],
    [segments, 2],
    [ELF.SECTION_HEADER, 2],
    [sections, 2],
    [sections - 1, 2],
  );
}

/** A section's header; `name` is its offset in .shstrtab. */
export function sectionHeader(section: FileSection, name: number): Uint8Array {
  const { type, flags, address, offset, size, link, info, alignment, entrySize } = section;
  return record(
    [name, 4],
    [type, 4],
    [flags, 4],
    [address, 4],
    [offset, 4],
    [size, 4],
    [link, 4],
    [info, 4],
    [alignment, 4],
    [entrySize, 4],
  );
}
