/**
 * Translates a guest instruction that cannot be copied: to a sequence of words that use the
 * virtual CPU's save area, or to undefined, which means a callout.
 */
import type { Expression } from '../../isa/table/effects.ts';
import type { Instruction, Place } from '../../isa/table/row.ts';
import { SR, systemRegisters } from '../../isa/table/sysregs.ts';
import { encode, type FieldValues, shownFields } from '../../isa/table/table.ts';
import type { Context } from './context.ts';
import { COUNTER, countWord } from './count.ts';
import { fromSaveArea, loadConstant, toSaveArea, word } from './encode.ts';
import { SAVE } from './layout.ts';

/**
 * The words for one guest instruction, including the one that counts the surplus. While they run, the guest's value
 * of register `borrowed` is in SPILL0.
 */
export interface Sequence {
  readonly words: readonly number[];
  readonly borrowed?: number;
}

/** System registers that change by themselves, so that a copy in the save area would be wrong. */
const computed: ReadonlySet<number> = new Set([SR.TIME, SR.TIMEH, SR.TIMER]);
/** System registers for which a write does more than store a word. */
const acting: ReadonlySet<number> = new Set([SR.PTBR, SR.RBASE, SR.RBOUND, SR.LIMIT, SR.TIMER]);

/** System registers that translated code reads in the save area. */
export const readable = systemRegisters.map(({ number }) => number).filter((n) => !computed.has(n));
/** System registers that translated code writes in the save area. */
export const writable = systemRegisters
  .filter(({ number, mask }) => mask !== undefined && !acting.has(number))
  .map(({ number }) => number);

/** An immediate that masks FLAGS: it removes bits 0 and 1 (the ring), and bits 3 to 7, which STATUS does not have. */
const flagsMask = -252;
const ifShift = 1;
const ifInMsw = 2;

/** Whether the instruction uses the register in which translated code counts steps. */
export function touchesCounter({ rd, rs1, rs2 }: Instruction): boolean {
  return rd === COUNTER || rs1 === COUNTER || rs2 === COUNTER;
}

/** Whether an expression reads the pc. */
export function readsPc(expression: Expression): boolean {
  if (expression.kind === 'pc') return true;
  return expression.kind === 'operation' && (readsPc(expression.left) || readsPc(expression.right));
}

/** The value of a sum of the immediate, the pc and constants; undefined for anything else. */
export function constantOf(expression: Expression, at: Instruction, pc: number): number | undefined {
  if (expression.kind === 'pc') return pc | 0;
  if (expression.kind === 'immediate') return at.imm;
  if (expression.kind === 'constant') return expression.value;
  if (expression.kind !== 'operation' || expression.operator !== 'add') return undefined;
  const left = constantOf(expression.left, at, pc);
  const right = constantOf(expression.right, at, pc);
  return left === undefined || right === undefined ? undefined : (left + right) | 0;
}

/** Adds the word that counts the surplus, if there is more than one word. */
export function counted(words: readonly number[]): number[] {
  return words.length === 1 ? [...words] : [...words, countWord(words.length)];
}

/** A register that the instruction does not use. */
function spare({ rd, rs1, rs2 }: Instruction): number {
  return [5, 6, 7, 28].find((n) => n !== rd && n !== rs1 && n !== rs2) as number;
}

/** Translates an instruction that uses the guest's tp: another register is borrowed in place of tp. */
export function withGuestCounter(at: Instruction): Sequence {
  const borrowed = spare(at);
  const fields: FieldValues = { ...shownFields(at) };
  for (const field of ['rd', 'rs1', 'rs2'] as const) if (fields[field] === COUNTER) fields[field] = borrowed;
  const words = [
    toSaveArea(borrowed, SAVE.SPILL0),
    fromSaveArea(borrowed, SAVE.TP),
    encode(at.row, fields),
    ...(at.rd === COUNTER ? [toSaveArea(borrowed, SAVE.TP)] : []),
    fromSaveArea(borrowed, SAVE.SPILL0),
  ];
  return { words: counted(words), borrowed };
}

/**
 * Translates a system instruction of virtual ring 0 that only moves state; undefined if the save area does not have
 * that state.
 */
export function moveSequence(at: Instruction, context: Context): Sequence | undefined {
  if (at.row.moves === undefined || touchesCounter(at)) return undefined;
  const [to, from] = at.row.moves;
  if (to === 'rd') {
    const words = readPlace(from, at, context);
    return words && { words: counted(words) };
  }
  return to === 'sr' ? writeRegister(at) : setFlags(to, from, at, context);
}

/** The sequence, with words before it that add 1 to SAVED. */
export function countingSaved({ words, borrowed }: Sequence, at: Instruction): Sequence {
  const counter = spare(at);
  const all = [
    toSaveArea(counter, SAVE.SPILL1),
    fromSaveArea(counter, SAVE.SAVED),
    word('addi', { rd: counter, rs1: counter, imm: 1 }),
    toSaveArea(counter, SAVE.SAVED),
    fromSaveArea(counter, SAVE.SPILL1),
    ...(words.length === 1 ? words : words.slice(0, -1)),
  ];
  return { words: counted(all), ...(borrowed === undefined ? {} : { borrowed }) };
}

function readPlace(from: Place, { rd, imm }: Instruction, { ring, paging }: Context): number[] | undefined {
  if (from === 'ring') return loadConstant(rd, ring);
  if (from === 'flags') {
    return [word('lhu', { rd, imm: SAVE.FLAGS }), word('andi', { rd, rs1: rd, imm: flagsMask })];
  }
  if (from === 'msw') {
    const words = [
      word('lbu', { rd, imm: SAVE.FLAGS }),
      word('srli', { rd, rs1: rd, imm: ifShift }),
      word('andi', { rd, rs1: rd, imm: ifInMsw }),
    ];
    return paging ? [...words, word('ori', { rd, rs1: rd, imm: 1 })] : words;
  }
  const register = from === 'sr' ? imm : from in SR ? SR[from as keyof typeof SR] : -1;
  return readable.includes(register) ? [fromSaveArea(rd, SAVE.SYSTEM + 4 * register)] : undefined;
}

/**
 * Sets IF or all flags. If an interrupt line is pending, setting IF causes an interrupt, which only the monitor can
 * take.
 */
function setFlags(to: Place, from: Place, at: Instruction, { pending }: Context): Sequence | undefined {
  if (to === 'IF' && from === '0') return { words: [word('sb', { imm: SAVE.FLAGS })] };
  if (pending) return undefined;
  if (to === 'IF') return { words: [word('sb', { rs2: COUNTER, imm: SAVE.FLAGS })] };
  return to === 'flags' ? { words: [word('sh', { rs2: at.rs1, imm: SAVE.FLAGS })] } : undefined;
}

function writeRegister(at: Instruction): Sequence | undefined {
  const { imm: register, rs1 } = at;
  if (!writable.includes(register)) return undefined;
  const slot = SAVE.SYSTEM + 4 * register;
  const mask = (systemRegisters[register]?.mask ?? 0) | 0;
  if (mask === -1) return { words: [toSaveArea(rs1, slot)] };
  const borrowed = spare(at);
  const words = [
    toSaveArea(borrowed, SAVE.SPILL0),
    ...loadConstant(borrowed, mask),
    word('and', { rd: borrowed, rs1: borrowed, rs2: rs1 }),
    toSaveArea(borrowed, slot),
    fromSaveArea(borrowed, SAVE.SPILL0),
  ];
  return { words: counted(words), borrowed };
}
