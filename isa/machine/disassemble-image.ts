/**
 * A whole image as assembly text that assembles back to the same bytes, section by
 * section: instructions in executable sections, data elsewhere, symbols as labels.
 * A jump to another section is written as `.word`, because its distance may change.
 */
import { disassemble, hex } from '../table/disassemble.ts';
import { instructionOf } from '../table/row.ts';
import { rowOf } from '../table/table.ts';
import type { Image, ImageSymbol, Section } from './image.ts';
import { PAGE } from './storage.ts';

/** Column at which the comment with address and bytes begins. */
const commentColumn = 44;
const bytesPerLine = 8;

type Labels = ReadonlyMap<number, readonly ImageSymbol[]>;

/** The image's assembly text, ending in a newline. */
export function disassembleImage(image: Image): string {
  const sections = allocatedSections(image);
  const text = sections.find(({ executable }) => executable);
  const lines = [`# entry ${hex(image.entry)}`];
  if (text !== undefined) lines.push(`# assemble with --base ${hex(text.address)}`);
  for (const [n, section] of sections.entries())
    lines.push('', ...formatSection(section, sections[n - 1], image));
  return `${lines.join('\n')}\n`;
}

/** The sections of the image, or its segments if it has no sections. */
function allocatedSections(image: Image): Section[] {
  const sections = image.sections.filter(({ allocated, size }) => allocated && size > 0);
  if (sections.length > 0) return sections;
  return image.segments.map(({ address, bytes, size, writable, executable }) => {
    const name = executable ? '.text' : writable ? '.data' : '.rodata';
    return { name, address, bytes, size, allocated: true, writable, executable };
  });
}

function formatSection(section: Section, before: Section | undefined, image: Image): string[] {
  const flags = `a${section.writable ? 'w' : ''}${section.executable ? 'x' : ''}`;
  const held = section.bytes.length > 0;
  const labels = labelsOf(section, image);
  const lines = [`    .section ${section.name},"${flags}",${held ? '@progbits' : '@nobits'}`];
  if (section.address % 4 === 0) lines.push(`    .balign ${alignmentAfter(before, section)}`);
  let at = 0;
  while (at < section.size) {
    lines.push(...labelLines(labels.get(section.address + at)));
    const end = nextLabel(labels, section, at);
    const word = section.executable && held && (section.address + at) % 4 === 0 && end - at >= 4;
    const next = word ? at + 4 : held ? Math.min(end, at + bytesPerLine) : end;
    const line = word ? formatWord(section, at, labels) : formatData(section, at, next);
    lines.push(line);
    at = next;
  }
  lines.push(...labelLines(labels.get(section.address + section.size)));
  return lines;
}

/** The least alignment, 4 or more, that puts a section at its address after one of its kind; 4 if it begins a new page anyway. */
function alignmentAfter(before: Section | undefined, { address, writable }: Section): number {
  if (before === undefined || before.writable !== writable) return 4;
  const end = before.address + before.size;
  for (let alignment = 4; alignment <= PAGE; alignment *= 2)
    if (Math.ceil(end / alignment) * alignment === address) return alignment;
  return 4;
}

/** Labels by address: the symbols of the section whose names assembly can write, each name once. */
function labelsOf(section: Section, image: Image): Labels {
  const end = section.address + section.size;
  const last = !image.sections.some(
    ({ allocated, address, size }) => allocated && size > 0 && address === end,
  );
  const seen = new Set<string>();
  const labels = new Map<number, ImageSymbol[]>();
  for (const symbol of image.symbols) {
    const { name, address } = symbol;
    const inside = address >= section.address && (address < end || (last && address === end));
    if (!inside || seen.has(name) || !/^[A-Za-z_.][\w.$]*$/.test(name)) continue;
    seen.add(name);
    labels.set(address, [...(labels.get(address) ?? []), symbol]);
  }
  if (section.executable) addTargets(section, labels);
  return labels;
}

/** Gives a label to each target of a jump within the section that has none. */
function addTargets(section: Section, labels: Map<number, ImageSymbol[]>): void {
  for (let at = 0; at + 4 <= section.bytes.length; at += 4) {
    const target = jumpTarget(section, at);
    if (target === undefined || !isInside(section, target) || labels.has(target)) continue;
    const name = `.L${target.toString(16)}`;
    labels.set(target, [{ name, address: target, size: 0, kind: 'other', global: false }]);
  }
}

function wordAt(section: Section, at: number): number {
  const { bytes } = section;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

/** The address that the instruction at offset `at` jumps to, if it contains one. */
function jumpTarget(section: Section, at: number): number | undefined {
  const word = wordAt(section, at);
  const row = rowOf(word);
  if (row === undefined || !row.operands.some(({ kind }) => kind === 'target')) return undefined;
  return (section.address + at + instructionOf(row, word).imm) >>> 0;
}

/** Whether a label can be at `target`: between two words of the section. */
function isInside(section: Section, target: number): boolean {
  const offset = target - section.address;
  return offset >= 0 && offset < section.bytes.length && offset % 4 === 0;
}

function labelLines(symbols: readonly ImageSymbol[] | undefined): string[] {
  return (symbols ?? []).flatMap(({ name, global }) =>
    global ? [`    .globl ${name}`, `${name}:`] : [`${name}:`],
  );
}

/** Offset of the first label after `at`, or of the end of the section. */
function nextLabel(labels: Labels, section: Section, at: number): number {
  for (let offset = at + 1; offset < Math.min(section.size, at + bytesPerLine); offset++) {
    if (labels.has(section.address + offset)) return offset;
  }
  if (section.bytes.length > 0) return section.size;
  let next = section.size;
  for (const address of labels.keys()) {
    const offset = address - section.address;
    if (offset > at && offset < next) next = offset;
  }
  return next;
}

function withComment(text: string, comment: string): string {
  return `    ${text}`.padEnd(commentColumn - 1).concat(` # ${comment}`);
}

function formatWord(section: Section, at: number, labels: Labels): string {
  const word = wordAt(section, at);
  const address = section.address + at;
  const target = jumpTarget(section, at);
  const named = target === undefined || labels.has(target);
  const text = named
    ? disassemble(word, address, (place) => labels.get(place)?.[0]?.name ?? hex(place))
    : `.word ${hex(word)}`;
  return withComment(
    text,
    `${hex(address).slice(2)} ${hex(word).slice(2)}${named ? '' : ` to ${hex(target ?? 0)}`}`,
  );
}

function formatData(section: Section, at: number, next: number): string {
  const address = hex(section.address + at).slice(2);
  if (section.bytes.length === 0) return withComment(`.zero ${next - at}`, address);
  const bytes = [...section.bytes.subarray(at, next)];
  const shown = bytes.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  const list = bytes.map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(',');
  return withComment(`.byte ${list}`, `${address} ${shown}`);
}
