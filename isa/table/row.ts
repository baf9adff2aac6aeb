/**
 * The row: everything about one instruction, in one place.
 *
 *   name         mnemonic
 *   bits         encoding as a picture (picture.ts)
 *   operands     assembly operands, in order. These words are used:
 *                  rd rs1 rs2    a general register
 *                  imm           a signed number
 *                  imm(rs1)      an offset from a base register
 *                  target        an address, encoded relative to pc
 *                  upper         the upper 20 bits of a word, 0 to 0xfffff
 *                  shamt         0 to 31
 *                  sr            a system register, by name or number
 *                  pred succ     a set out of i, o, r, w
 *   group        chapter of the manual
 *   privilege    none: runs in every ring; always: traps outside ring 0; variant:
 *                traps outside ring 0 unless the variant lists it as unprivileged
 *   sensitive    why it is sensitive, if it is (classes below); isa/classify measures it
 *   kin          similar instructions of real machines
 *   effect       what it means (effects.ts)
 *   feature      for an instruction that only machines with this feature have (features.ts);
 *                elsewhere its word is an illegal instruction
 *   port         for an instruction that reads or writes the port that rs1 names
 *   moves        for a system instruction that only moves state in ring 0: the destination
 *                and the source (below); a binary translator can turn it into a sequence
 *   says         one sentence for the manual
 *
 * The rows are in user.ts and system.ts. README.md says how to add an instruction.
 */
import type { Effect } from './effects.ts';
import type { Feature } from './features.ts';
import { extract, type Field, type Picture, parsePicture } from './picture.ts';
import type { SystemRegisterName } from './sysregs.ts';

/**
 * Popek and Goldberg's classes (1974, section 4), extended to privileged state that their
 * machine did not have.
 *
 *   control     changes the ring, R, IF or devices without a trap
 *   mode        its effect depends on the ring
 *   location    its effect depends on R or on the page tables
 *   state       it shows other privileged state
 */
export type Sensitivity = 'control' | 'mode' | 'location' | 'state';

/** Where an instruction traps: never; outside ring 0; outside ring 0 unless the variant says that it does not. */
export type Privilege = 'none' | 'always' | 'variant';

/**
 * Where a move reads or writes: an operand; the system register that `sr` names, or one by name;
 * STATUS without the ring, its IF alone, the ring, the word that `smsw` makes; a constant.
 */
export type Place = 'rd' | 'rs1' | 'sr' | SystemRegisterName | 'flags' | 'IF' | 'ring' | 'msw' | '0' | '1';

/** What an instruction does to the port that its rs1 names. */
export type PortUse = 'input' | 'output';

export type Move = readonly [to: Place, from: Place];

export interface RowSource {
  readonly name: string;
  readonly bits: string;
  readonly operands: string;
  readonly effect: Effect;
  readonly says: string;
  readonly moves?: Move;
  readonly privilege?: Privilege;
  readonly sensitive?: readonly Sensitivity[];
  readonly kin?: string;
  readonly feature?: Feature;
  readonly port?: PortUse;
}

/** One operand of an instruction, as written in assembly. */
export type Operand =
  | { readonly kind: 'register'; readonly field: 'rd' | 'rs1' | 'rs2' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'imm' | 'target' | 'upper' | 'shamt' | 'sr' }
  | { readonly kind: 'order'; readonly field: 'pred' | 'succ' };

/** An instruction as the table has it. */
export interface Row {
  /** The mnemonic. */
  readonly name: string;
  /** The encoding as a picture, such as `imm[11:0] rs1 000 rd 0010011`. */
  readonly bits: string;
  /** The encoding, parsed. */
  readonly picture: Picture;
  /** The operands in the order of the assembly language. */
  readonly operands: readonly Operand[];
  /** The operands as written in the source of the row, for the manual and for error messages. */
  readonly syntax: string;
  /** The chapter of the manual. */
  readonly group: string;
  /** Where it traps as a privileged instruction. */
  readonly privilege: Privilege;
  /** Why it is sensitive, as the table declares it; empty = it is innocuous. */
  readonly sensitive: readonly Sensitivity[];
  /** Similar instructions of real machines, for the manual; may be empty. */
  readonly kin: string;
  /** The feature that a machine must have; undefined = every machine has the instruction. */
  readonly feature: Feature | undefined;
  /** What it does to the port that rs1 names; undefined = it uses no port. */
  readonly port: PortUse | undefined;
  /** What executing it does. */
  readonly effect: Effect;
  /** The destination and the source, if in ring 0 it only moves state; otherwise undefined. */
  readonly moves: Move | undefined;
  /** One sentence for the manual. */
  readonly says: string;
}

/** A decoded instruction. Fields that its encoding does not have are 0. */
export interface Instruction {
  /** The row of the table that the word matches. */
  readonly row: Row;
  /** The word itself, unsigned. */
  readonly word: number;
  /** Number of the destination register, 0 to 31. */
  readonly rd: number;
  /** Number of the first source register, 0 to 31; of the base register in a load, store or jump. */
  readonly rs1: number;
  /** Number of the second source register, 0 to 31. */
  readonly rs2: number;
  /** The immediate (signed), the shift amount, or the number of a system register. */
  readonly imm: number;
}

/** Makes the rows of one group. Throws an Error for a malformed row, so the table is checked when it is loaded. */
export function rows(group: string, sources: readonly RowSource[]): Row[] {
  return sources.map((source) => ({
    name: source.name,
    bits: source.bits,
    picture: parsePicture(source.bits),
    operands: source.operands === '' ? [] : source.operands.split(', ').map(parseOperand),
    syntax: source.operands,
    group,
    privilege: source.privilege ?? 'none',
    sensitive: source.sensitive ?? [],
    kin: source.kin ?? '',
    feature: source.feature,
    port: source.port,
    effect: source.effect,
    moves: source.moves,
    says: source.says,
  }));
}

function parseOperand(word: string): Operand {
  switch (word) {
    case 'rd':
    case 'rs1':
    case 'rs2':
      return { kind: 'register', field: word };
    case 'imm(rs1)':
      return { kind: 'memory' };
    case 'imm':
    case 'target':
    case 'upper':
    case 'shamt':
    case 'sr':
      return { kind: word };
    case 'pred':
    case 'succ':
      return { kind: 'order', field: word };
    default:
      throw new Error(`unknown operand word "${word}" in the instruction table`);
  }
}

/** The field that holds the immediate of a row, if there is one. */
export function immediateField(row: Row): Field | undefined {
  const candidates = ['imm', 'shamt', 'sr'] as const;
  return candidates.find((field) => row.picture.pieces.some((piece) => piece.field === field));
}

/** Decodes `word` as an instruction of `row`; the word must fit the row. */
export function instructionOf(row: Row, word: number): Instruction {
  const field = immediateField(row);
  return {
    row,
    word: word >>> 0,
    rd: extract(row.picture, 'rd', word),
    rs1: extract(row.picture, 'rs1', word),
    rs2: extract(row.picture, 'rs2', word),
    imm: field === undefined ? 0 : extract(row.picture, field, word),
  };
}

/** How a host intercepts a system instruction of its guest: by a bit for the instruction, or for the register that it names. */
export interface Intercept {
  readonly kind: 'instruction' | 'read' | 'write';
  /** funct7, or the number of the system register. */
  readonly number: number;
}

/** The intercept of a system instruction. */
export function interceptOf({ row, word, imm }: Instruction): Intercept {
  if (row.moves?.[1] === 'sr') return { kind: 'read', number: imm };
  if (row.moves?.[0] === 'sr') return { kind: 'write', number: imm };
  return { kind: 'instruction', number: word >>> 25 };
}
