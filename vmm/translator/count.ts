/**
 * How guest steps are counted in translated code.
 *
 * Most guest instructions are one step of the real machine: their translation is one
 * word. What a longer translation takes beyond one step is counted in `tp`, which the
 * translator takes from the guest: eight times the surplus, plus four. So
 *
 *     guest steps = real steps - surplus
 *
 * and straight code pays nothing. The constant bit 2 makes `tp` a source of a set IF:
 * `sti` is one `sb tp`, as `cli` is one `sb zero`.
 */
import { word } from './encode.ts';

/** The register that translated code counts in. */
export const COUNTER = 4;

const unit = 8;
export const COUNTER_START = 4;

/** The instruction that counts `surplus` steps, itself among them. */
export function countWord(surplus: number): number {
  return word('addi', { rd: COUNTER, rs1: COUNTER, imm: unit * surplus });
}

/** Surplus steps that the counter shows. */
export function surplusOf(counter: number): number {
  return (counter - COUNTER_START) / unit;
}
