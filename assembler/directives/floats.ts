/**
 * Floating-point constants: `.float`, `.double` and similar directives, for code that computes with such numbers in
 * software.
 */
import { SourceProblem } from '../diagnostics.ts';
import { parseOperands } from '../syntax/parse.ts';
import { type ArgumentText, pieces } from './arguments.ts';
import type { DirectiveGroup, RunRawDirective } from './directive.ts';
import { countOf, littleEndian } from './space.ts';

/**
 * A binary format of IEEE 754: its size in bytes, and the number of fraction bits. The other bits are the sign and
 * the exponent.
 */
interface Format {
  readonly bytes: number;
  readonly fraction: number;
}

const half: Format = { bytes: 2, fraction: 10 };
const single: Format = { bytes: 4, fraction: 23 };
const double: Format = { bytes: 8, fraction: 52 };

/**
 * The longest number and the largest exponent that are computed. Beyond these limits the result is zero or an error
 * anyway.
 */
const MAX_DIGITS = 2000;

/** `.float number, …`. */
function floats(format: Format): RunRawDirective {
  return ({ unit }, use) => {
    for (const piece of pieces(use)) unit.section.append(littleEndian(bitsOf(piece, format), format.bytes));
  };
}

/** `.dcb.s count, number`: the number, `count` times. */
function copies(format: Format): RunRawDirective {
  return ({ unit }, use) => {
    const [first, number, ...more] = pieces(use);
    const count = first && parseOperands(use.text.slice(0, first.at + first.text.length), first.at)[0];
    if (count === undefined || number === undefined || more.length > 0)
      throw new SourceProblem(use.at, `write \`${use.name} count, number\``);
    unit.section.repeat(littleEndian(bitsOf(number, format), format.bytes), countOf(unit, count));
  };
}

/**
 * The bits of the number that a piece of text denotes. It may begin with GNU's `0f`, or with `0f:` if the text is the
 * bits themselves.
 */
function bitsOf({ at, text }: ArgumentText, format: Format): bigint {
  const plain = text.replace(/^([-+]?)0[a-wyz](?=[-+.:\di])/i, '$1');
  const bits = /^:([0-9a-f]{1,16})$/i.exec(plain)?.[1];
  if (bits !== undefined) return BigInt.asUintN(8 * format.bytes, BigInt(`0x${bits}`));
  const found = /^([-+]?)(?:(nan)|(inf(?:inity)?)|(\d*)\.?(\d*)(?:e([-+]?\d+))?)$/i.exec(plain);
  const [, sign, nan, infinity, whole = '', part = '', power = '0'] = found ?? [];
  const special = nan !== undefined || infinity !== undefined;
  if (found === null || (!special && whole + part === '') || text.length > MAX_DIGITS)
    throw new SourceProblem(
      at,
      'this is not a floating-point number',
      'they are like 3.14, -2, 6.02e23, inf',
    );
  const negative = sign === '-' ? 1n << BigInt(8 * format.bytes - 1) : 0n;
  if (nan !== undefined) return negative | BigInt.asUintN(8 * format.bytes - 1, -1n);
  if (infinity !== undefined) return negative | infinityOf(format);
  const magnitude = rounded(BigInt(whole + part), Number(power) - part.length, format);
  if (magnitude < infinityOf(format)) return negative | magnitude;
  throw new SourceProblem(at, `this number is too large for ${format.bytes} bytes`);
}

function infinityOf({ bytes, fraction }: Format): bigint {
  return (1n << BigInt(8 * bytes - 1)) - (1n << BigInt(fraction));
}

/** Rounds digits × 10^power to the nearest number of the format, ties to even (IEEE 754-2019, 4.3.1); returns its bits. */
function rounded(digits: bigint, power: number, format: Format): bigint {
  if (digits === 0n || power < -2 * MAX_DIGITS) return 0n;
  if (power > MAX_DIGITS) return infinityOf(format);
  const over = power > 0 ? digits * 10n ** BigInt(power) : digits;
  const under = power < 0 ? 10n ** BigInt(-power) : 1n;
  const bias = 2 ** (8 * format.bytes - 2 - format.fraction) - 1;
  const estimate = over.toString(2).length - under.toString(2).length;
  const exponent = isBelow(over, under, estimate) ? estimate - 1 : estimate;
  const scale = Math.max(exponent, 1 - bias) - format.fraction;
  const [dividend, divisor] = scale < 0 ? [over << BigInt(-scale), under] : [over, under << BigInt(scale)];
  const quotient = dividend / divisor;
  const twice = 2n * (dividend % divisor);
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n) ? 1n : 0n;
  // If the fraction overflows, the carry goes into the exponent, which is correct. Subnormal numbers have no leading
  // bit.
  return quotient + up + (BigInt(scale + format.fraction + bias - 1) << BigInt(format.fraction));
}

/** Whether over / under is less than 2^exponent. */
function isBelow(over: bigint, under: bigint, exponent: number): boolean {
  return exponent < 0 ? over << BigInt(-exponent) < under : over < under << BigInt(exponent);
}

export const floatDirectives: DirectiveGroup = {
  raw: {
    '.float': floats(single),
    '.single': floats(single),
    '.double': floats(double),
    '.float16': floats(half),
    '.dc.s': floats(single),
    '.dc.d': floats(double),
    '.dcb.s': copies(single),
    '.dcb.d': copies(double),
  },
};
