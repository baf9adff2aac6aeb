/** What the assembler's tests share: sources in, bytes or messages out, GNU tools beside. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type AssembleOptions, type Assembly, AssemblyError, assemble } from '../../assembler/index.ts';

/** Assembles one file, `t.s`. */
export function build(text: string, options?: AssembleOptions): Assembly {
  return assemble([{ name: 't.s', text }], options);
}

/** The bytes of a section of an ELF file, or none. */
export function sectionBytes(elf: Uint8Array, name: string): Uint8Array {
  const section = sectionsOf(elf).find((candidate) => candidate.name === name);
  return section === undefined || section.type === 8
    ? new Uint8Array(0)
    : elf.subarray(section.offset, section.offset + section.size);
}

export interface SectionHeader {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/** The section headers of an ELF file. */
export function sectionsOf(elf: Uint8Array): SectionHeader[] {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const table = view.getUint32(32, true);
  const count = view.getUint16(48, true);
  const word = (index: number, field: number): number => view.getUint32(table + index * 40 + field * 4, true);
  const names = word(view.getUint16(50, true), 4);
  return Array.from({ length: count }, (_, n) => {
    const start = names + word(n, 0);
    const name = new TextDecoder().decode(elf.subarray(start, elf.indexOf(0, start)));
    return {
      name,
      type: word(n, 1),
      flags: word(n, 2),
      address: word(n, 3),
      offset: word(n, 4),
      size: word(n, 5),
    };
  });
}

/** The instruction words of .text, as unsigned numbers. */
export function words(text: string, options?: AssembleOptions): number[] {
  const bytes = sectionBytes(build(text, options).elf, '.text');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, n) => view.getUint32(n * 4, true));
}

/** The bytes of .data that the statements give. */
export function data(text: string, options?: AssembleOptions): number[] {
  return [...sectionBytes(build(`.data\n${text}`, options).elf, '.data')];
}

/** The message of the error that assembling throws. */
export function message(text: string, options?: AssembleOptions): string {
  return messageOf([{ name: 't.s', text }], options);
}

export function messageOf(sources: { name: string; text: string }[], options?: AssembleOptions): string {
  try {
    assemble(sources, options);
  } catch (error) {
    expect(error).toBeInstanceOf(AssemblyError);
    return (error as AssemblyError).message;
  }
  throw new Error(`this assembles: ${sources.map((source) => source.text).join('\n')}`);
}

/** A message without its source lines: place and text, then hints. */
export function gist(text: string, options?: AssembleOptions): string {
  return message(text, options)
    .split('\n')
    .filter((line) => !line.startsWith('  ') || line.startsWith('  hint:') || line.startsWith('  in '))
    .map((line) => line.trim())
    .join('\n');
}

/** Whether a program can be run here. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

export const gnuPrefix = 'riscv64-unknown-elf-';
export const hasGnu = isInstalled(`${gnuPrefix}as`) && isInstalled(`${gnuPrefix}objdump`);

/** A directory that lasts as long as `work`. */
export function inScratch<T>(work: (path: (name: string) => string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'ringlab-assembler-'));
  try {
    return work((name) => join(directory, name));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What a program prints; throws when it fails. */
export function run(program: string, ...options: string[]): string {
  return execFileSync(program, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The layout of our linker, for GNU's. */
const linkerScript = `
SECTIONS {
  . = 0x10000;
  .text : { *(.text .text.*) }
  .rodata : { *(.rodata .rodata.*) }
  .srodata : { *(.srodata .srodata.*) }
  . = ALIGN(4096);
  .tdata : { *(.tdata .tdata.*) }
  .tbss : { *(.tbss .tbss.*) }
  .data : { *(.data .data.*) }
  .sdata : { *(.sdata .sdata.*) }
  .got : { *(.got.plt) *(.got) }
  .sbss : { *(.sbss .sbss.*) }
  .bss : { *(.bss .bss.*) *(COMMON) }
}`;

/** GNU's bytes for the same source, linked at the same addresses. */
export function gnuSections(
  source: string,
  names: readonly string[],
  march = 'rv32im_zifencei',
): Uint8Array[] {
  return inScratch((path) => {
    writeFileSync(path('t.s'), source);
    writeFileSync(path('t.ld'), linkerScript);
    run(`${gnuPrefix}as`, `-march=${march}`, '-mabi=ilp32', path('t.s'), '-o', path('t.o'));
    run(
      `${gnuPrefix}ld`,
      '-m',
      'elf32lriscv',
      '--no-relax',
      '-T',
      path('t.ld'),
      path('t.o'),
      '-o',
      path('t'),
    );
    const elf = new Uint8Array(readFileSync(path('t')));
    return names.map((name) => sectionBytes(elf, name));
  });
}
