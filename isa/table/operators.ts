/**
 * Defines what the operators compute. Words have 32 bits and are stored as signed numbers. The interpreter's
 * JavaScript is printed from this file; the fast engine's WebAssembly is compared with it.
 */
import type { Operator } from './effects.ts';

/** High word of a signed 64-bit product. */
function mulh(a: number, b: number): number {
  return Number((BigInt(a) * BigInt(b)) >> 32n) | 0;
}

/** High word of the product of signed `a` and unsigned `b`. */
function mulhsu(a: number, b: number): number {
  return Number((BigInt(a) * BigInt(b >>> 0)) >> 32n) | 0;
}

/** High word of an unsigned 64-bit product, in 16-bit halves. */
function mulhu(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const other = al * bh + (middle % 0x10000);
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)) | 0;
}

/** Signed quotient, rounded towards zero; -1 if the divisor is zero; -2^31 / -1 = -2^31. */
function div(a: number, b: number): number {
  return b === 0 ? -1 : (a / b) | 0;
}

/** Unsigned quotient; all ones if the divisor is zero. */
function divu(a: number, b: number): number {
  return b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0;
}

/** Signed remainder; the dividend if the divisor is zero. */
function rem(a: number, b: number): number {
  return b === 0 ? a : (a % b) | 0;
}

/** Unsigned remainder; the dividend if the divisor is zero. */
function remu(a: number, b: number): number {
  return b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0;
}

/** Functions that the printed JavaScript calls by name. */
export const operatorFunctions = { mulh, mulhsu, mulhu, div, divu, rem, remu };

/** Each operator as a JavaScript expression over `a` and `b`, both signed words; its value is a signed word. */
export const operatorJavaScript: Readonly<Record<Operator, string>> = {
  add: '(a + b | 0)',
  sub: '(a - b | 0)',
  and: '(a & b)',
  or: '(a | b)',
  xor: '(a ^ b)',
  sll: '(a << b)',
  srl: '(a >>> b | 0)',
  sra: '(a >> b)',
  eq: '(a === b ? 1 : 0)',
  ne: '(a !== b ? 1 : 0)',
  lt: '(a < b ? 1 : 0)',
  ge: '(a >= b ? 1 : 0)',
  ltu: '(a >>> 0 < b >>> 0 ? 1 : 0)',
  geu: '(a >>> 0 >= b >>> 0 ? 1 : 0)',
  mul: 'Math.imul(a, b)',
  mulh: 'mulh(a, b)',
  mulhsu: 'mulhsu(a, b)',
  mulhu: 'mulhu(a, b)',
  div: 'div(a, b)',
  divu: 'divu(a, b)',
  rem: 'rem(a, b)',
  remu: 'remu(a, b)',
};
