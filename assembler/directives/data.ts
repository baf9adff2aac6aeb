/** Directives that append bytes: numbers, strings, files. */
import { SourceProblem } from '../diagnostics.ts';
import { showNumber } from '../numbers.ts';
import type { Bound } from '../object/bound.ts';
import { evaluateNow } from '../object/evaluate.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { boundOperand, expectCount, rangedOperand, stringOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RunDirective, Use } from './directive.ts';
import { countOf, littleEndian } from './space.ts';

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

function emitDatum(unit: SourceUnit, size: number, value: Bound): void {
  const place = { statement: unit.statement, section: unit.section, offset: unit.section.size };
  unit.section.fill(size, 0);
  if (value.kind !== 'number') {
    unit.fixups.push({ kind: 'data', ...place, size, value });
    return;
  }
  checkDatum(value.value, size, value.at);
  unit.section.write(place.offset, size, value.value);
}

/** `.word expression, …` and similar directives. Between two commas and after the last one, a missing number is 0. */
function numbers(size: number): RunDirective {
  return ({ unit, diagnostics }, { operands }) => {
    for (const operand of operands) {
      unit.here();
      if (operand.kind === 'missing') {
        diagnostics.warn(unit.statement, operand.at, 'a number is missing here; 0 is used');
        unit.section.fill(size, 0);
      } else emitDatum(unit, size, boundOperand(unit, operand));
    }
  };
}

/** The operand's value. A plain number, with or without a minus, may have more than 64 bits. */
function wholeNumber(unit: SourceUnit, operand: WrittenOperand): bigint {
  const written = operand.kind === 'expression' ? operand.expression : undefined;
  if (written?.kind === 'number') return written.value;
  if (written?.kind === 'unary' && written.operator === '-' && written.operand.kind === 'number')
    return -written.operand.value;
  return evaluateNow(boundOperand(unit, operand));
}

/** `.octa number, …`: 16 bytes each. */
function octa({ unit }: DirectiveContext, { operands }: Use): void {
  for (const operand of operands) {
    unit.here();
    const value = wholeNumber(unit, operand);
    checkDatum(value, 16, operand.at);
    unit.section.append(littleEndian(value, 16));
  }
}

/**
 * `.ascii "…", …`. Each character takes `wide` bytes; the bytes after the first are zeros. With `ended`, a zero
 * follows each string.
 */
function strings(ended: boolean, wide = 1): RunDirective {
  return ({ unit }, use) => {
    for (const operand of use.operands) {
      const bytes = stringOperand(operand, use.at);
      const units = new Uint8Array((bytes.length + (ended ? 1 : 0)) * wide);
      bytes.forEach((byte, n) => {
        units[n * wide] = byte;
      });
      unit.section.append(units);
    }
  };
}

/**
 * `.dtprelword symbol`: the offset of a thread-local variable from the address that the C library's pointers to the
 * thread's block contain.
 */
function threadOffsets(size: number): RunDirective {
  return ({ unit }, { operands }) => {
    for (const operand of operands) {
      unit.here();
      const { at } = operand;
      emitDatum(unit, size, { kind: 'relocation', at, name: 'dtprel', operand: boundOperand(unit, operand) });
    }
  };
}

/** The most bytes of a value that `.fill` writes; the others are zeros, as in GNU `as`. */
const FILL_VALUE = 4;

/** `.fill repeat[, size[, value]]`. */
function fill({ unit }: DirectiveContext, use: Use): void {
  expectCount(use, 1, 3, 'repeat, size, value');
  const [repeat, sizeOperand, valueOperand] = use.operands as [
    WrittenOperand,
    WrittenOperand?,
    WrittenOperand?,
  ];
  const count = countOf(unit, repeat);
  const size = sizeOperand === undefined ? 1 : rangedOperand(unit, sizeOperand, 0, 8, 'the size');
  const value = valueOperand === undefined ? 0n : evaluateNow(boundOperand(unit, valueOperand));
  const kept = BigInt.asUintN(8 * Math.min(size, FILL_VALUE), value);
  unit.section.repeat(littleEndian(kept, size), count);
}

/** `.dcb.w count[, value]`: the value, `count` times. */
function copies(size: number): RunDirective {
  return ({ unit }, use) => {
    expectCount(use, 1, 2, 'count, value');
    const [count, valueOperand] = use.operands as [WrittenOperand, WrittenOperand?];
    const value = valueOperand === undefined ? 0n : evaluateNow(boundOperand(unit, valueOperand));
    checkDatum(value, size, use.at);
    unit.section.repeat(littleEndian(value, size), countOf(unit, count));
  };
}

/** `.incbin "file"[, skip[, count]]`. */
function incbin(context: DirectiveContext, use: Use): void {
  expectCount(use, 1, 3, '"file", skip, count');
  const [file, skipOperand, countOperand] = use.operands as [
    WrittenOperand,
    WrittenOperand?,
    WrittenOperand?,
  ];
  const path = new TextDecoder().decode(stringOperand(file, use.at));
  const bytes = context.readFile(path, file.at);
  const { unit } = context;
  const skip = skipOperand === undefined ? 0 : rangedOperand(unit, skipOperand, 0, bytes.length, 'the file');
  const rest = bytes.length - skip;
  const count = countOperand === undefined ? rest : rangedOperand(unit, countOperand, 0, rest, 'the file');
  unit.section.append(bytes.subarray(skip, skip + count));
}

/** `.uleb128`, `.sleb128`: numbers in as few bytes as they need, seven bits each. */
function leb128(signed: boolean): RunDirective {
  return ({ unit }, { operands }) => {
    for (const operand of operands) {
      unit.here();
      const written = wholeNumber(unit, operand);
      const value = written < 0n && !signed ? BigInt.asUintN(64, written) : written;
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
    '.dc.b': numbers(1),
    '.half': numbers(2),
    '.short': numbers(2),
    '.2byte': numbers(2),
    '.hword': numbers(2),
    '.dc': numbers(2),
    '.dc.w': numbers(2),
    '.word': numbers(4),
    '.long': numbers(4),
    '.int': numbers(4),
    '.4byte': numbers(4),
    '.dc.l': numbers(4),
    '.dc.a': numbers(4),
    '.dword': numbers(8),
    '.quad': numbers(8),
    '.8byte': numbers(8),
    '.octa': octa,
    '.dtprelword': threadOffsets(4),
    '.dtpreldword': threadOffsets(8),
    '.uleb128': leb128(false),
    '.sleb128': leb128(true),
    '.ascii': strings(false),
    '.asciz': strings(true),
    // Not in GNU `as`: SPIM and later simulators have this name.
    '.asciiz': strings(true),
    '.string': strings(true),
    '.string8': strings(true),
    '.string16': strings(true, 2),
    '.string32': strings(true, 4),
    '.string64': strings(true, 8),
    '.fill': fill,
    '.dcb': copies(2),
    '.dcb.b': copies(1),
    '.dcb.w': copies(2),
    '.dcb.l': copies(4),
    '.incbin': incbin,
  },
};
