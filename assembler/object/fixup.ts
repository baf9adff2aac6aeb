/** Fixups: values that the linker fills in when every address is known. */
import type { Row } from '../../isa/table/row.ts';
import type { FieldValues } from '../../isa/table/table.ts';
import type { Statement } from '../source/statement.ts';
import type { Bound } from './bound.ts';
import type { ObjectSection } from './section.ts';

interface Place {
  readonly statement: Statement;
  readonly section: ObjectSection;
  readonly offset: number;
}

/** The operand of the row that the expression is for. */
export type ValueKind = 'imm' | 'memory' | 'target' | 'upper' | 'shamt' | 'sr';

/** An instruction that lacks its one computed operand. */
export interface InstructionFixup extends Place {
  readonly kind: 'instruction';
  readonly row: Row;
  readonly values: FieldValues;
  readonly operand: ValueKind;
  readonly value: Bound;
  /** For a conditional branch: its number in the file, which identifies it in the next pass. */
  readonly branch?: number;
}

export interface DataFixup extends Place {
  readonly kind: 'data';
  /** Bytes: 1 to 8. */
  readonly size: number;
  readonly value: Bound;
}

export type Fixup = InstructionFixup | DataFixup;
