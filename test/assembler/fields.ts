/** Random instructions, row by row of the table. */
import { fieldRange } from '../../isa/table/picture.ts';
import { immediateField, type Row } from '../../isa/table/row.ts';
import type { FieldValues } from '../../isa/table/table.ts';
import fc from '../property/fast-check.ts';

/** Any values for the fields that the row's operands show. */
export function anyFields(row: Row): fc.Arbitrary<FieldValues> {
  const fields: Record<string, fc.Arbitrary<number>> = {};
  for (const operand of row.operands) {
    if (operand.kind === 'register') fields[operand.field] = fc.integer({ min: 0, max: 31 });
    else if (operand.kind === 'order') fields[operand.field] = fc.integer({ min: 0, max: 15 });
    else fields.imm = anyImmediate(row);
    if (operand.kind === 'memory') fields.rs1 = fc.integer({ min: 0, max: 31 });
  }
  return fc.record(fields);
}

function anyImmediate(row: Row): fc.Arbitrary<number> {
  const { min, max, multiple } = fieldRange(row.picture, immediateField(row) ?? 'imm') ?? {
    min: 0,
    max: 0,
    multiple: 1,
  };
  return fc
    .integer({ min: min / multiple, max: Math.floor(max / multiple) })
    .map((value) => value * multiple);
}
