/** Compiles expressions of the effect language to WebAssembly. table/operators.ts defines what the operators mean. */
import type { Expression, Operator } from '../../table/effects.ts';
import type { Instruction } from '../../table/row.ts';
import { type Code, OP } from './emitter.ts';

const I32 = 0x7f;

/** Emits an operator; `left` and `right` push its operands. */
type Emit = (code: Code, left: () => void, right: () => void) => void;

interface Emission {
  readonly emit: Emit;
  /** The operator is one WebAssembly instruction, which cannot trap. */
  readonly isDirect: boolean;
}

function direct(opcode: number): Emission {
  const emit: Emit = (code, left, right) => {
    left();
    right();
    code.op(opcode);
  };
  return { emit, isDirect: true };
}

/** The high word of a product; the opcodes widen its two sides to 64 bits. */
function highProduct(wideLeft: number, wideRight: number): Emission {
  const emit: Emit = (code, left, right) => {
    left();
    code.op(wideLeft);
    right();
    code.op(wideRight, OP.i64_mul, OP.i64_const).signed(32).op(OP.i64_shr_u, OP.i32_wrap_i64);
  };
  return { emit, isDirect: false };
}

/** A quotient or remainder, with RISC-V's results for a zero divisor and for overflow. */
function division(opcode: number, kind: { readonly quotient: boolean; readonly signed: boolean }): Emission {
  const { quotient, signed } = kind;
  const emit: Emit = (code, left, right) => {
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
    code.op(opcode);
    if (signed) code.op(OP.end);
    code.op(OP.end);
  };
  return { emit, isDirect: false };
}

const emissions: Readonly<Record<Operator, Emission>> = {
  add: direct(OP.i32_add),
  sub: direct(OP.i32_sub),
  and: direct(OP.i32_and),
  or: direct(OP.i32_or),
  xor: direct(OP.i32_xor),
  sll: direct(OP.i32_shl),
  srl: direct(OP.i32_shr_u),
  sra: direct(OP.i32_shr_s),
  eq: direct(OP.i32_eq),
  ne: direct(OP.i32_ne),
  lt: direct(OP.i32_lt_s),
  ge: direct(OP.i32_ge_s),
  ltu: direct(OP.i32_lt_u),
  geu: direct(OP.i32_ge_u),
  mul: direct(OP.i32_mul),
  mulh: highProduct(OP.i64_extend_i32_s, OP.i64_extend_i32_s),
  mulhsu: highProduct(OP.i64_extend_i32_s, OP.i64_extend_i32_u),
  mulhu: highProduct(OP.i64_extend_i32_u, OP.i64_extend_i32_u),
  div: division(OP.i32_div_s, { quotient: true, signed: true }),
  divu: division(OP.i32_div_u, { quotient: true, signed: false }),
  rem: division(OP.i32_rem_s, { quotient: false, signed: true }),
  remu: division(OP.i32_rem_u, { quotient: false, signed: false }),
};

/** Where an expression is emitted, and how it reads registers, the immediate and the pc. */
export interface ExpressionSite {
  readonly code: Code;
  readonly at: Instruction;
  readonly pc: number;
  /** Pushes a general register. */
  readonly register: (number: number) => void;
}

/** Whether each operator of an expression is one WebAssembly instruction, which cannot trap. */
export function isOneInstruction(expression: Expression): boolean {
  if (expression.kind !== 'operation') return true;
  const { operator, left, right } = expression;
  return emissions[operator].isDirect && isOneInstruction(left) && isOneInstruction(right);
}

/** Pushes the value of `expression`. */
export function emitExpression(place: ExpressionSite, expression: Expression): void {
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
      emissions[expression.operator].emit(
        code,
        () => emitExpression(place, expression.left),
        () => emitExpression(place, expression.right),
      );
  }
}
