/**
 * How guest steps are counted in translated code.
 *
 * The translation of most guest instructions is one word, so one guest step is one step of the real machine.
 * A longer translation makes additional steps, the surplus. They are counted in the register `tp`, which the
 * translator takes away from the guest: it contains eight times the surplus, plus four. So
 *
 *     guest steps = real steps - surplus
 *
 * and an instruction that is copied pays nothing for the count. Bit 2 of `tp` is always 1, so `tp` can also be stored
 * as a set IF: `sti` becomes one `sb tp`, as `cli` becomes one `sb zero`.
 */
import { word } from './encode.ts';

/** The register that translated code counts in. */
export const COUNTER = 4;

const unit = 8;
export const COUNTER_START = 4;

/** The instruction that counts `surplus` steps, including its own. */
export function countWord(surplus: number): number {
  return word('addi', { rd: COUNTER, rs1: COUNTER, imm: unit * surplus });
}

/** The surplus steps in the value of the counter register. */
export function surplusOf(counter: number): number {
  return (counter - COUNTER_START) / unit;
}
