/** Expressions of the effect language as WebAssembly. The operators' meaning: table/operators.ts. */
import type { Expression, Operator } from '../../table/effects.ts';
import type { Instruction } from '../../table/row.ts';
import { type Code, OP } from './emitter.ts';

/** Operators that are one instruction. */
const direct: Partial<Readonly<Record<Operator, number>>> = {
  add: OP.i32_add,
  sub: OP.i32_sub,
  and: OP.i32_and,
  or: OP.i32_or,
  xor: OP.i32_xor,
  sll: OP.i32_shl,
  srl: OP.i32_shr_u,
  sra: OP.i32_shr_s,
  eq: OP.i32_eq,
  ne: OP.i32_ne,
  lt: OP.i32_lt_s,
  ge: OP.i32_ge_s,
  ltu: OP.i32_lt_u,
  geu: OP.i32_ge_u,
  mul: OP.i32_mul,
};

/** How the two sides of a high product are widened. */
const widened: Partial<Readonly<Record<Operator, readonly [number, number]>>> = {
  mulh: [OP.i64_extend_i32_s, OP.i64_extend_i32_s],
  mulhsu: [OP.i64_extend_i32_s, OP.i64_extend_i32_u],
  mulhu: [OP.i64_extend_i32_u, OP.i64_extend_i32_u],
};

const I32 = 0x7f;

/** Where expressions find what they read. */
export interface Place {
  readonly code: Code;
  readonly at: Instruction;
  readonly pc: number;
  /** Pushes a general register. */
  readonly register: (number: number) => void;
}

/** Whether an expression is no more than an instruction or two of the host, which cannot fail. */
export function isOneInstruction(expression: Expression): boolean {
  if (expression.kind !== 'operation') return true;
  const { operator, left, right } = expression;
  return direct[operator] !== undefined && isOneInstruction(left) && isOneInstruction(right);
}

/** Pushes the value of `expression`. */
export function emitExpression(place: Place, expression: Expression): void {
  const { code, at, pc } = place;
  switch (expression.kind) {
    case 'register':
      place.register(at[expression.field]);
      return;
    case 'immediate':
      code.constant(at.imm);
      return;
    case 'pc':
      code.constant(pc);
      return;
    case 'constant':
      code.constant(expression.value);
      return;
    case 'operation':
      emitOperation(place, expression.operator, expression.left, expression.right);
  }
}

function emitOperation(place: Place, operator: Operator, left: Expression, right: Expression): void {
  const { code } = place;
  const emitLeft = () => emitExpression(place, left);
  const emitRight = () => emitExpression(place, right);
  const simple = direct[operator];
  const wide = widened[operator];
  if (simple !== undefined) {
    emitLeft();
    emitRight();
    code.op(simple);
  } else if (wide !== undefined) {
    emitLeft();
    code.op(wide[0]);
    emitRight();
    code.op(wide[1], OP.i64_mul, OP.i64_const).signed(32).op(OP.i64_shr_u, OP.i32_wrap_i64);
  } else emitDivision(code, operator, emitLeft, emitRight);
}

/** Quotients and remainders, with RISC-V's results for a zero divisor and for overflow. */
function emitDivision(code: Code, operator: Operator, left: () => void, right: () => void): void {
  const quotient = operator === 'div' || operator === 'divu';
  const signed = operator === 'div' || operator === 'rem';
  const unsignedOp = quotient ? OP.i32_div_u : OP.i32_rem_u;
  const signedOp = quotient ? OP.i32_div_s : OP.i32_rem_s;
  right();
  code.op(OP.i32_eqz, OP.if, I32);
  if (quotient) code.constant(-1);
  else left();
  code.op(OP.else);
  if (signed) {
    right();
    code.constant(-1).op(OP.i32_eq, OP.if, I32).constant(0);
    if (quotient) {
      left();
      code.op(OP.i32_sub);
    }
    code.op(OP.else);
  }
  left();
  right();
  code.op(signed ? signedOp : unsignedOp);
  if (signed) code.op(OP.end);
  code.op(OP.end);
}
