/**
 * The forms of a mnemonic: the row itself, its immediate spelling (`add a0, a0, 1`),
 * the pseudo-instructions of the same name, and `li`. All come from isa/table.
 */
import { loadImmediate, pseudos } from '../../isa/table/pseudo.ts';
import type { Operand, Row } from '../../isa/table/row.ts';
import { allRows } from '../../isa/table/table.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { emitRow } from './emit.ts';
import { emitLoadImmediate } from './load-immediate.ts';
import { immediateForm } from './meaning.ts';
import { registerOf, type OperandShape } from './operands.ts';
import { pseudoForm } from './pseudo.ts';

/** One way to write an instruction. */
export interface Form {
  /** The operands, for messages: `rd, rs1, imm`. */
  readonly syntax: string;
  readonly shapes: readonly OperandShape[];
  /** The operands in the form's own order and number; undefined if their number does not fit. */
  arrange(operands: readonly WrittenOperand[]): readonly WrittenOperand[] | undefined;
  /**
   * Appends the instructions; `at` is the offset of the mnemonic. The instructions of a template are emitted through
   * `emitNamed`.
   */
  emit(unit: SourceUnit, operands: readonly WrittenOperand[], at: number, emitNamed: EmitNamed): void;
}

/** Appends the instruction with this name (instruction.ts); the forms of the name are looked up. */
export type EmitNamed = (
  unit: SourceUnit,
  name: string,
  operands: readonly WrittenOperand[],
  at: number,
) => void;

const shapeOf: Readonly<Record<Operand['kind'], OperandShape>> = {
  register: 'register',
  memory: 'memory',
  imm: 'number',
  upper: 'number',
  shamt: 'number',
  target: 'address',
  sr: 'sr',
  order: 'order',
};

/** A row as a form. */
export function rowForm(row: Row): Form {
  const shapes = row.operands.map((operand) => shapeOf[operand.kind]);
  const splits = row.effect.kind === 'jump' && shapes.at(-1) === 'memory';
  return {
    syntax: row.syntax,
    shapes,
    arrange: (operands) => {
      const joined = splits ? joinMemory(operands, shapes.length) : operands;
      return joined.length === shapes.length ? joined : undefined;
    },
    emit: (unit, operands) => emitRow(unit, row, operands),
  };
}

/**
 * A jump through a register may be written as `rd, rs`, `rd, rs, offset` or `rd, offset(rs)`. Changes the first two
 * into the third.
 */
function joinMemory(operands: readonly WrittenOperand[], count: number): readonly WrittenOperand[] {
  const base = operands[count - 1];
  const offset = operands[count];
  if (base === undefined || registerOf(base) === undefined || operands.length > count + 1) return operands;
  if (offset !== undefined && offset.kind !== 'expression') return operands;
  const memory: WrittenOperand = {
    kind: 'memory',
    at: base.at,
    text: base.text,
    offset: offset?.expression,
    base: { at: base.at, name: base.text },
  };
  return [...operands.slice(0, count - 1), memory];
}

const loadImmediateForm: Form = {
  syntax: 'rd, imm',
  shapes: ['register', 'number'],
  arrange: (operands) => (operands.length === 2 ? operands : undefined),
  emit: (unit, operands) => emitLoadImmediate(unit, operands),
};

function buildForms(): ReadonlyMap<string, readonly Form[]> {
  const forms = new Map<string, Form[]>([[loadImmediate, [loadImmediateForm]]]);
  const add = (name: string, form: Form): void => {
    forms.set(name, [...(forms.get(name) ?? []), form]);
  };
  for (const row of allRows) {
    add(row.name, rowForm(row));
    const immediate = immediateForm(row);
    if (immediate !== undefined) add(row.name, rowForm(immediate));
  }
  for (const pseudo of pseudos) add(pseudo.name, pseudoForm(pseudo));
  return forms;
}

let built: ReadonlyMap<string, readonly Form[]> | undefined;

/** Every mnemonic with its forms; real instructions come first. */
export function allForms(): ReadonlyMap<string, readonly Form[]> {
  built ??= buildForms();
  return built;
}
