/**
 * Layout: gives each section its address.
 *
 *     base       .text …     instructions          one segment, R X
 *                .rodata …   constants
 *     next page  .tdata      initial values of thread-local variables; also a segment PT_TLS, with .tbss
 *                .data …     variables             one segment, R W
 *                .got        addresses, for position-independent code
 *                .bss …      zeros, no bytes in the file
 *     no address sections that are not in memory (debugging information)
 */
import { MAX_BYTES, type ObjectSection, type SectionFlags } from '../object/section.ts';

/** A section of the image: the sections with that name of all files, in order. */
export interface OutputSection {
  readonly name: string;
  readonly flags: SectionFlags;
  readonly inputs: readonly ObjectSection[];
  readonly address: number;
  readonly size: number;
  readonly alignment: number;
}

export interface Layout {
  readonly sections: readonly OutputSection[];
  readonly outputOf: ReadonlyMap<ObjectSection, OutputSection>;
}

/** Thrown if the image does not fit. The message is one line. */
export class LayoutError extends Error {}

export const PAGE = 4096;
const ADDRESS_SPACE = 2 ** 32;

/**
 * Sections that others are merged into: `.text.…` goes into `.text`. They are in the order of their addresses, within
 * each kind.
 */
const wellKnown = [
  '.text',
  '.rodata',
  '.srodata',
  '.tdata',
  '.tbss',
  '.data',
  '.sdata',
  '.got',
  '.sbss',
  '.bss',
];

/** Gives every section its address. Throws LayoutError if they do not fit into the address space or the file. */
export function layOut(sections: readonly ObjectSection[], base: number): Layout {
  const groups = new Map<string, ObjectSection[]>();
  for (const section of sections) {
    const name = outputName(section.name);
    groups.set(name, [...(groups.get(name) ?? []), section]);
  }
  const waiting = [...groups].map(([name, inputs]) => ({ name, inputs, flags: union(inputs) }));
  waiting.sort((one, other) => rank(one) - rank(other) || order(one.name) - order(other.name));
  let address = base;
  let writable = false;
  const placed = waiting.map((output) => {
    if (!output.flags.alloc) return place(output, 0);
    if (output.flags.write && !writable) {
      writable = true;
      if (address !== base) address = alignUp(address, PAGE);
    }
    const result = place(output, address);
    if (occupiesMemory(result)) address = result.address + result.size;
    return result;
  });
  check(placed, address);
  const outputOf = new Map(
    placed.flatMap((output) => output.inputs.map((input) => [input, output] as const)),
  );
  return { sections: placed, outputOf };
}

/** Whether a section takes room in the address space. `.tbss` does not, because each thread has its own copy. */
export function occupiesMemory({ flags }: Pick<OutputSection, 'flags'>): boolean {
  return flags.alloc && !(flags.thread && flags.nobits);
}

function outputName(name: string): string {
  return wellKnown.find((known) => name === known || name.startsWith(`${known}.`)) ?? name;
}

type Waiting = Pick<OutputSection, 'name' | 'inputs' | 'flags'>;

function union(inputs: readonly ObjectSection[]): SectionFlags {
  return {
    alloc: inputs.some(({ flags }) => flags.alloc),
    write: inputs.some(({ flags }) => flags.write),
    exec: inputs.some(({ flags }) => flags.exec),
    nobits:
      inputs.every(({ flags, size }) => flags.nobits || size === 0) &&
      inputs.some(({ flags }) => flags.nobits),
    thread: inputs.some(({ flags }) => flags.thread),
  };
}

function rank({ flags }: Waiting): number {
  if (!flags.alloc) return 4;
  if (flags.write) return flags.nobits && !flags.thread ? 3 : 2;
  return flags.exec ? 0 : 1;
}

function order(name: string): number {
  const index = wellKnown.indexOf(name);
  return index < 0 ? wellKnown.length : index;
}

/** Places an output section at or after `from`, and its inputs one after another. */
function place(output: Waiting, from: number): OutputSection {
  const alignment = Math.max(1, ...output.inputs.map((input) => input.alignment));
  const address = alignUp(from, alignment);
  let at = address;
  for (const input of output.inputs) {
    at = alignUp(at, input.alignment);
    input.address = at;
    at += input.size;
  }
  return { ...output, address, size: at - address, alignment };
}

function check(placed: readonly OutputSection[], end: number): void {
  if (end > ADDRESS_SPACE) {
    throw new LayoutError(`the image ends at 0x${end.toString(16)}, past the 4 GiB of the address space`);
  }
  const bytes = [true, false].reduce((sum, write) => sum + extent(placed, write), 0);
  if (bytes > MAX_BYTES)
    throw new LayoutError(
      `the image contains ${bytes} bytes; at most ${MAX_BYTES / 2 ** 20} MiB can be loaded`,
    );
}

/** Bytes that the writable segment, or the other one, takes in the file, including gaps between sections. */
function extent(placed: readonly OutputSection[], write: boolean): number {
  const filed = placed.filter(({ flags }) => flags.alloc && !flags.nobits && flags.write === write);
  const last = filed.at(-1);
  return last === undefined ? 0 : last.address + last.size - (filed[0]?.address ?? 0);
}

/** The next multiple of `alignment`, a power of two. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
