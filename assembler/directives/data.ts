/** Directives that give bytes: numbers, strings, files. */
import { SourceProblem } from '../diagnostics.ts';
import { showNumber } from '../numbers.ts';
import type { Bound } from '../object/bound.ts';
import { evaluateNow } from '../object/evaluate.ts';
import type { Unit } from '../object/unit.ts';
import type { Operand } from '../syntax/tree.ts';
import { boundOperand, expectCount, rangedOperand, stringOperand } from './arguments.ts';
import type { Context, DirectiveGroup, Run, Use } from './directive.ts';

/** Throws SourceProblem unless `value` fits in `size` bytes, signed or unsigned. */
export function checkDatum(value: bigint, size: number, at: number): void {
  const bits = BigInt(size * 8);
  if (value >= -(1n << (bits - 1n)) && value < 1n << bits) return;
  const range = `${-(1n << (bits - 1n))} to ${(1n << bits) - 1n}`;
  throw new SourceProblem(
    at,
    `${showNumber(value)} does not fit in ${size} byte${size === 1 ? '' : 's'}: ${range}`,
  );
}

function emitDatum(unit: Unit, size: number, value: Bound): void {
  const place = { statement: unit.statement, section: unit.section, offset: unit.section.size };
  unit.section.fill(size, 0);
  if (value.kind !== 'number') {
    unit.fixups.push({ kind: 'data', ...place, size, value });
    return;
  }
  checkDatum(value.value, size, value.at);
  unit.section.write(place.offset, size, value.value);
}

/** `.word expression, …` and its kin; between two commas, and after the last, 0 may be left out. */
function numbers(size: number): Run {
  return ({ unit, diagnostics }, { operands }) => {
    for (const operand of operands) {
      unit.here();
      if (operand.kind === 'missing') {
        diagnostics.warn(unit.statement, operand.at, 'a number is missing here; it is taken to be 0');
        unit.section.fill(size, 0);
      } else emitDatum(unit, size, boundOperand(unit, operand));
    }
  };
}

/** `.ascii "…", …`; `end` is appended to each string. */
function strings(end: readonly number[]): Run {
  return ({ unit }, use) => {
    if (use.operands.length === 0) stringOperand(undefined, use.at);
    for (const operand of use.operands) {
      unit.section.append(stringOperand(operand, use.at));
      unit.section.append(Uint8Array.from(end));
    }
  };
}

/** `.fill repeat[, size[, value]]`. */
function fill({ unit }: Context, use: Use): void {
  expectCount(use, 1, 3, 'repeat, size, value');
  const [repeat, sizeOperand, valueOperand] = use.operands as [Operand, Operand?, Operand?];
  const count = rangedOperand(unit, repeat, 0, 0xffffffff, '`.fill`');
  const size = sizeOperand === undefined ? 1 : rangedOperand(unit, sizeOperand, 0, 8, 'the size');
  const value = valueOperand === undefined ? 0n : evaluateNow(boundOperand(unit, valueOperand));
  const start = unit.section.fill(count * size, 0);
  if (value === 0n) return;
  for (let n = 0; n < count; n++) unit.section.write(start + n * size, size, value);
}

/** `.incbin "file"[, skip[, count]]`. */
function incbin(context: Context, use: Use): void {
  expectCount(use, 1, 3, '"file", skip, count');
  const [file, skipOperand, countOperand] = use.operands as [Operand, Operand?, Operand?];
  const path = new TextDecoder().decode(stringOperand(file, use.at));
  const bytes = context.readFile(path, file.at);
  const { unit } = context;
  const skip = skipOperand === undefined ? 0 : rangedOperand(unit, skipOperand, 0, bytes.length, 'the file');
  const rest = bytes.length - skip;
  const count = countOperand === undefined ? rest : rangedOperand(unit, countOperand, 0, rest, 'the file');
  unit.section.append(bytes.subarray(skip, skip + count));
}

/** `.uleb128`, `.sleb128`: numbers in as few bytes as they need, seven bits each. */
function leb128(signed: boolean): Run {
  return ({ unit }, { operands }) => {
    for (const operand of operands) {
      unit.here();
      const value = evaluateNow(boundOperand(unit, operand));
      if (value < 0n && !signed)
        throw new SourceProblem(operand.at, `${value} is negative`, 'use `.sleb128`');
      unit.section.append(Uint8Array.from(leb128Bytes(value, signed)));
    }
  };
}

/** A number as DWARF's LEB128 (DWARF 4, section 7.6). */
export function leb128Bytes(number: bigint, signed: boolean): number[] {
  const bytes: number[] = [];
  let value = number;
  for (;;) {
    const low = Number(value & 127n);
    value >>= 7n;
    const done = value === 0n && (!signed || low < 64);
    if (done || (signed && value === -1n && low >= 64)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

export const dataDirectives: DirectiveGroup = {
  parsed: {
    '.byte': numbers(1),
    '.half': numbers(2),
    '.short': numbers(2),
    '.2byte': numbers(2),
    '.hword': numbers(2),
    '.word': numbers(4),
    '.long': numbers(4),
    '.int': numbers(4),
    '.4byte': numbers(4),
    '.dword': numbers(8),
    '.quad': numbers(8),
    '.8byte': numbers(8),
    '.uleb128': leb128(false),
    '.sleb128': leb128(true),
    '.ascii': strings([]),
    '.asciz': strings([0]),
    '.string': strings([0]),
    '.fill': fill,
    '.incbin': incbin,
  },
};
