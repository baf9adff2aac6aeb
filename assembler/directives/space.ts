/** Directives that move the place where the next byte goes: space, alignment, origin. */
import { encode } from '../../isa/table/table.ts';
import { SourceProblem } from '../diagnostics.ts';
import { addImmediate } from '../instructions/meaning.ts';
import type { Bound } from '../object/bound.ts';
import { tryEvaluate } from '../object/evaluate.ts';
import type { Unit } from '../object/unit.ts';
import type { Operand } from '../syntax/tree.ts';
import { boundOperand, expectCount, numberOperand, rangedOperand } from './arguments.ts';
import type { Context, DirectiveGroup, Run, Use } from './directive.ts';

/** `.skip count[, byte]`. */
function skip({ unit }: Context, use: Use): void {
  expectCount(use, 1, 2, 'count, byte');
  const [countOperand, byteOperand] = use.operands as [Operand, Operand?];
  const count = rangedOperand(unit, countOperand, 0, 0xffffffff, 'a number of bytes');
  const byte = byteOperand === undefined ? 0 : numberOperand(unit, byteOperand) & 255;
  unit.section.fill(count, byte);
}

const MAX_POWER = 16;

/** `.align` in its two kinds: by power of two, or in bytes. Then, both optional: the byte to fill with, and the most to skip. */
function align(inBytes: boolean): Run {
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
    if (most !== undefined && gap > numberOperand(unit, most)) return;
    unit.section.alignment = Math.max(unit.section.alignment, alignment);
    if (fill === undefined) pad(unit, gap);
    else unit.section.fill(gap, numberOperand(unit, fill) & 255);
  };
}

function byteAlignment(unit: Unit, operand: Operand): number {
  const value = rangedOperand(unit, operand, 0, 2 ** MAX_POWER, 'an alignment in bytes');
  if (value === 0) return 1;
  if (Number.isInteger(Math.log2(value))) return value;
  throw new SourceProblem(operand.at, `${value} is not a power of two`);
}

/** Fills a gap: with instructions that do nothing between instructions, otherwise with zeros. */
function pad(unit: Unit, gap: number): void {
  if (!unit.section.flags.exec) {
    unit.section.fill(gap, 0);
    return;
  }
  unit.section.fill(gap % 4, 0);
  for (let n = gap - (gap % 4); n > 0; n -= 4) unit.section.appendWord(encode(addImmediate, {}));
}

/** `.org place[, byte]`: goes on at an offset of the section; never back. */
function org({ unit }: Context, use: Use): void {
  expectCount(use, 1, 2, 'place, byte');
  const [place, byte] = use.operands as [Operand, Operand?];
  moveTo(unit, boundOperand(unit, place), byte === undefined ? 0 : numberOperand(unit, byte) & 255);
}

/** Fills the section up to an offset of it. Throws SourceProblem when that lies behind, or is not known. */
export function moveTo(unit: Unit, place: Bound, byte: number): void {
  const target = tryEvaluate(place);
  if (target === undefined || (target.section !== undefined && target.section !== unit.section)) {
    throw new SourceProblem(place.at, 'this must be a place in the present section that is known here');
  }
  const gap = Number(target.value) - unit.section.size;
  if (gap < 0) throw new SourceProblem(place.at, `this lies ${-gap} back; a section only grows`);
  unit.section.fill(gap, byte);
}

export const spaceDirectives: DirectiveGroup = {
  parsed: {
    '.skip': skip,
    '.space': skip,
    '.zero': skip,
    '.align': align(false),
    '.p2align': align(false),
    '.balign': align(true),
    '.org': org,
  },
};
