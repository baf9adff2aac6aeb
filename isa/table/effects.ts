/**
 * The effect language: what a user instruction means, as data.
 *
 * Every value is a 32-bit word. An expression reads registers, the immediate, the
 * pc and constants. An effect is what the instruction does with the result. The
 * interpreter prints these trees as JavaScript, the fast engine as WebAssembly, and
 * the classifier finds out from them which state an instruction can see.
 *
 * The rows in user.ts are written in this language. operators.ts says what the operators compute.
 */
import type { Processor } from './processor.ts';
import type { Instruction } from './row.ts';

/** Every operator. Comparisons give 1 or 0; shifts use the low five bits of the right side. */
export type Operator =
  | 'add'
  | 'sub'
  | 'and'
  | 'or'
  | 'xor'
  | 'sll'
  | 'srl'
  | 'sra'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'ge'
  | 'ltu'
  | 'geu'
  | 'mul'
  | 'mulh'
  | 'mulhsu'
  | 'mulhu'
  | 'div'
  | 'divu'
  | 'rem'
  | 'remu';

export type Expression =
  | { readonly kind: 'register'; readonly field: 'rs1' | 'rs2' }
  | { readonly kind: 'immediate' }
  | { readonly kind: 'pc' }
  | { readonly kind: 'constant'; readonly value: number }
  | {
      readonly kind: 'operation';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** Number of bytes that a load or store moves. */
export type Width = 1 | 2 | 4;

/**
 * What an instruction does. All effects except `branch`, `jump` and `trap` continue at the
 * next instruction. `set` and `load` write `rd`; `jump` writes the return address to it.
 */
export type Effect =
  | { readonly kind: 'set'; readonly value: Expression }
  | {
      readonly kind: 'load';
      readonly width: Width;
      readonly signed: boolean;
      readonly address: Expression;
    }
  | {
      readonly kind: 'store';
      readonly width: Width;
      readonly address: Expression;
      readonly value: Expression;
    }
  | { readonly kind: 'branch'; readonly condition: Expression; readonly target: Expression }
  | { readonly kind: 'jump'; readonly target: Expression }
  | { readonly kind: 'trap'; readonly cause: number }
  | { readonly kind: 'nothing' }
  /** `calls`: where it does not trap, it may change any register. */
  | { readonly kind: 'system'; readonly run: SystemMeaning; readonly calls?: true };

/**
 * The meaning of a system instruction: a function over the whole processor. It gets the
 * decoded instruction and its address, and returns the address of the next instruction.
 */
export type SystemMeaning = (cpu: Processor, at: Instruction, pc: number) => number;

export const rs1: Expression = { kind: 'register', field: 'rs1' };
export const rs2: Expression = { kind: 'register', field: 'rs2' };
export const imm: Expression = { kind: 'immediate' };
export const pc: Expression = { kind: 'pc' };

export function constant(value: number): Expression {
  return { kind: 'constant', value };
}

/** An operator with one operand uses `left` and ignores `right`. */
export function op(operator: Operator, left: Expression, right: Expression = constant(0)): Expression {
  return { kind: 'operation', operator, left, right };
}

export function set(value: Expression): Effect {
  return { kind: 'set', value };
}

export function load(width: Width, signed: boolean): Effect {
  return { kind: 'load', width, signed, address: op('add', rs1, imm) };
}

export function store(width: Width): Effect {
  return { kind: 'store', width, address: op('add', rs1, imm), value: rs2 };
}

export function branch(operator: Operator): Effect {
  return { kind: 'branch', condition: op(operator, rs1, rs2), target: op('add', pc, imm) };
}

export function jump(target: Expression): Effect {
  return { kind: 'jump', target };
}

export const nothing: Effect = { kind: 'nothing' };
