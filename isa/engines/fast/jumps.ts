/**
 * Code that continues elsewhere through the jump cache (layout.ts), in the present ring and address space. An entry leads to a
 * region, or to one block of a batch.
 */
import { type Code, codeType, OP } from './emitter.ts';
import { jumpCache, SLOT } from './layout.ts';

/** Puts the address of the entry for the pc in local `pc` into local `entry`, and pushes whether it is for this pc here. */
export function findJump(code: Code, pc: number, entry: number): void {
  code.get(pc).constant(2).op(OP.i32_shl).constant(0).memory(OP.i32_load, SLOT.SALT).op(OP.i32_add);
  code.constant(jumpCache.mask).op(OP.i32_and).tee(entry);
  code.memory(OP.i32_load, jumpCache.at).get(pc).constant(0).memory(OP.i32_load, SLOT.RING);
  code
    .op(OP.i32_or, OP.i32_eq)
    .get(entry)
    .memory(OP.i32_load, jumpCache.at + 8);
  code.constant(0).memory(OP.i32_load, SLOT.STAMP).op(OP.i32_eq, OP.i32_and);
}

/** Continues with the fuel in local `fuel` where the entry in local `entry` leads. */
export function takeJump(code: Code, fuel: number, entry: number): void {
  code
    .get(fuel)
    .get(entry)
    .memory(OP.i32_load, jumpCache.at + 12);
  code.get(entry).memory(OP.i32_load, jumpCache.at + 4);
  code.byte(OP.return_call_indirect).unsigned(codeType).unsigned(0);
}

/** Jumps that were not foreseen are noted only now and then: one in so many, a power of two. */
export const sampling = 128;

/** Pushes whether an unforeseen jump is to be noted this time. */
export function isSampled(code: Code): void {
  code.constant(0).constant(0).memory(OP.i32_load, SLOT.SAMPLE).constant(1).op(OP.i32_add);
  code.memory(OP.i32_store, SLOT.SAMPLE);
  code.constant(0).memory(OP.i32_load, SLOT.SAMPLE);
  code
    .constant(sampling - 1)
    .op(OP.i32_and)
    .op(OP.i32_eqz);
}
