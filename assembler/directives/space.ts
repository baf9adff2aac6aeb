/** Directives that move the position of the next byte: space, alignment, origin. */
import { encode } from '../../isa/table/table.ts';
import { SourceProblem } from '../diagnostics.ts';
import { addImmediate } from '../instructions/meaning.ts';
import type { Bound } from '../object/bound.ts';
import { evaluateNow, tryEvaluate } from '../object/evaluate.ts';
import { MAX_BYTES } from '../object/section.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { boundOperand, expectCount, numberOperand, rangedOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RunDirective, Use } from './directive.ts';

/**
 * The operand as a count of repetitions. Throws SourceProblem. The section checks whether there is room for so many.
 */
export function countOf(unit: SourceUnit, operand: WrittenOperand): number {
  return rangedOperand(unit, operand, 0, 0xffffffff, 'a count');
}

/** A value's low bytes, the lowest first. */
export function littleEndian(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, n) => Number((value >> BigInt(8 * n)) & 255n));
}

/** `.skip count[, byte]`: space for `count` elements of `size` bytes, filled with `byte`. */
function skip(size: number): RunDirective {
  return ({ unit }, use) => {
    expectCount(use, 1, 2, 'count, byte');
    const [countOperand, valueOperand] = use.operands as [WrittenOperand, WrittenOperand?];
    const value = valueOperand === undefined ? 0n : evaluateNow(boundOperand(unit, valueOperand));
    unit.section.repeat(littleEndian(value, size), countOf(unit, countOperand));
  };
}

/** The largest power for `.align`: a section cannot contain more bytes. */
const MAX_POWER = Math.log2(MAX_BYTES);

/**
 * Both kinds of `.align`: the first operand is a power of two, or a number of bytes. Two more operands are optional: the
 * value to fill with, in units of `size` bytes, and the most bytes to skip.
 */
function align(inBytes: boolean, size = 1): RunDirective {
  return ({ unit }, use) => {
    expectCount(use, 1, 3, inBytes ? 'bytes, fill, most' : 'power, fill, most');
    const [first, fill, most] = use.operands.map((operand) =>
      operand.kind === 'missing' ? undefined : operand,
    );
    if (first === undefined) throw new SourceProblem(use.at, `\`${use.name}\` needs an alignment`);
    const alignment = inBytes
      ? byteAlignment(unit, first)
      : 2 ** rangedOperand(unit, first, 0, MAX_POWER, 'a power of two');
    const gap = (alignment - (unit.section.size % alignment)) % alignment;
    if (most !== undefined && gap > numberOperand(unit, most) && !padsAlways(unit, fill)) return;
    unit.section.alignment = Math.max(unit.section.alignment, alignment);
    if (fill === undefined) pad(unit, gap);
    else fillGap(unit, gap, littleEndian(evaluateNow(boundOperand(unit, fill)), size), use);
  };
}

/**
 * Whether a gap is filled even if it exceeds the limit. In code, GNU `as` leaves alignment to the linker, which has
 * no limit.
 */
function padsAlways(unit: SourceUnit, fill: WrittenOperand | undefined): boolean {
  return unit.section.flags.exec && fill === undefined;
}

function fillGap(unit: SourceUnit, gap: number, pattern: Uint8Array, use: Use): void {
  if (gap % pattern.length !== 0) {
    const message = `the gap of ${gap} bytes is not a multiple of the ${pattern.length} to fill it with`;
    throw new SourceProblem(use.at, message);
  }
  unit.section.repeat(pattern, gap / pattern.length);
}

function byteAlignment(unit: SourceUnit, operand: WrittenOperand): number {
  const value = rangedOperand(unit, operand, 0, 2 ** MAX_POWER, 'an alignment in bytes');
  if (value === 0) return 1;
  if (Number.isInteger(Math.log2(value))) return value;
  throw new SourceProblem(operand.at, `${value} is not a power of two`);
}

/** Fills a gap: in code with instructions that do nothing, otherwise with zeros. */
function pad(unit: SourceUnit, gap: number): void {
  if (!unit.section.flags.exec) {
    unit.section.fill(gap, 0);
    return;
  }
  unit.section.fill(gap % 4, 0);
  unit.section.repeat(littleEndian(BigInt(encode(addImmediate, {})), 4), (gap - (gap % 4)) / 4);
}

/** `.org place[, byte]`: moves forward to an offset in the section. */
function org({ unit }: DirectiveContext, use: Use): void {
  expectCount(use, 1, 2, 'place, byte');
  const [place, byte] = use.operands as [WrittenOperand, WrittenOperand?];
  moveTo(unit, boundOperand(unit, place), byte === undefined ? 0 : numberOperand(unit, byte) & 255);
}

/**
 * Fills the section up to an offset. Throws SourceProblem if the section is already longer, or if the offset is not
 * known.
 */
export function moveTo(unit: SourceUnit, place: Bound, byte: number): void {
  const target = tryEvaluate(place);
  if (target === undefined || (target.section !== undefined && target.section !== unit.section)) {
    throw new SourceProblem(place.at, 'this must be a known offset in the current section');
  }
  const gap = Number(target.value) - unit.section.size;
  if (gap < 0)
    throw new SourceProblem(
      place.at,
      `this is ${-gap} bytes before the end of the section, and a section can only grow`,
    );
  unit.section.fill(gap, byte);
}

/**
 * `.struct place` and `.offset place`: from here on labels are plain numbers, which begin at this number. Nothing is
 * in memory.
 */
function struct({ unit }: DirectiveContext, use: Use): void {
  expectCount(use, 0, 1, 'place');
  const [place] = use.operands;
  unit.enter(unit.absolute);
  unit.absolute.size = place === undefined ? 0 : rangedOperand(unit, place, 0, 0x7fffffff, 'a place');
  unit.here();
}

/** `.nop`: one instruction that does nothing. */
function nop({ unit }: DirectiveContext): void {
  unit.section.appendWord(encode(addImmediate, {}));
}

export const spaceDirectives: DirectiveGroup = {
  parsed: {
    '.skip': skip(1),
    '.space': skip(1),
    '.zero': skip(1),
    '.ds': skip(2),
    '.ds.b': skip(1),
    '.ds.w': skip(2),
    '.ds.l': skip(4),
    '.ds.s': skip(4),
    '.ds.d': skip(8),
    '.ds.p': skip(12),
    '.ds.x': skip(12),
    '.org': org,
    '.struct': struct,
    '.offset': struct,
    '.nop': nop,
    '.align': align(false),
    '.p2align': align(false),
    '.p2alignw': align(false, 2),
    '.p2alignl': align(false, 4),
    '.balign': align(true),
    '.balignw': align(true, 2),
    '.balignl': align(true, 4),
  },
};
