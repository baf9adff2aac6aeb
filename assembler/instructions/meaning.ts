/**
 * Finds rows by their effect, so that the assembler contains no mnemonics: the parts of `li`,
 * the immediate form of an operation, the opposite of a branch.
 */
import type { Effect, Operator } from '../../isa/table/effects.ts';
import type { Row } from '../../isa/table/row.ts';
import { allRows } from '../../isa/table/table.ts';

function find(what: string, fits: (effect: Effect, row: Row) => boolean): Row {
  const row = allRows.find((candidate) => fits(candidate.effect, candidate));
  if (row === undefined) throw new Error(`the instruction table has no row that ${what}`);
  return row;
}

function operates(effect: Effect, operator: Operator, right: 'immediate' | 'register'): boolean {
  if (effect.kind !== 'set' || effect.value.kind !== 'operation') return false;
  const { left, right: second } = effect.value;
  return effect.value.operator === operator && left.kind === 'register' && second.kind === right;
}

/** rd = the upper 20 bits of a word. */
export const loadUpper = find(
  'loads an upper immediate',
  (effect) => effect.kind === 'set' && effect.value.kind === 'immediate',
);

/** rd = rs1 + imm. */
export const addImmediate = find('adds an immediate', (effect) => operates(effect, 'add', 'immediate'));

/** rd = rs1 - rs2. */
export const subtraction = find('subtracts', (effect) => operates(effect, 'sub', 'register'));

/** A jump to a pc-relative target, with link. */
export const jumpTo = find(
  'jumps to a target',
  (effect, row) => effect.kind === 'jump' && row.operands.some((operand) => operand.kind === 'target'),
);

/** The row that does the operation of `row` with an immediate instead of the second register, if there is one. */
export function immediateForm(row: Row): Row | undefined {
  const { effect } = row;
  if (effect.kind !== 'set' || effect.value.kind !== 'operation') return undefined;
  const { operator } = effect.value;
  if (!operates(effect, operator, 'register')) return undefined;
  return allRows.find((candidate) => operates(candidate.effect, operator, 'immediate'));
}

const opposites: Partial<Record<Operator, Operator>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  ltu: 'geu',
  geu: 'ltu',
};

/** The branch that is taken exactly if `row`, a conditional branch, is not taken. */
export function oppositeBranch(row: Row): Row {
  const operator = branchOperator(row.effect);
  const opposite = operator && opposites[operator];
  return find(
    'is the opposite branch',
    (effect) => opposite !== undefined && branchOperator(effect) === opposite,
  );
}

function branchOperator(effect: Effect): Operator | undefined {
  return effect.kind === 'branch' && effect.condition.kind === 'operation'
    ? effect.condition.operator
    : undefined;
}
