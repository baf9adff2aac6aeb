/**
 * The effect language: what a user instruction means, as data.
 *
 * Every value is a 32-bit word. An expression reads registers, the immediate, the
 * pc and constants; an effect is the one thing an instruction then does. The
 * interpreter prints these trees as JavaScript, the fast engine as WebAssembly, and
 * the classifier reads from them which state an instruction can see.
 *
 * Rows written in it: user.ts. What the operators compute: operators.ts.
 */
import type { Processor } from './processor.ts';
import type { Instruction } from './row.ts';

/** Every binary operator; comparisons yield 1 or 0, shifts use the low five bits of the right side. */
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

/** Bytes moved by a load or a store. */
export type Width = 1 | 2 | 4;

/**
 * What an instruction does. All but `branch`, `jump` and `trap` go on to the next
 * instruction; `set`, `load` and `jump` (which links) write `rd`.
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
  | { readonly kind: 'system'; readonly run: SystemMeaning };

/**
 * A system instruction's meaning: a function over the whole processor. Gets the
 * decoded instruction and its own address; returns the address to go on at.
 */
export type SystemMeaning = (cpu: Processor, at: Instruction, pc: number) => number;

export const rs1: Expression = { kind: 'register', field: 'rs1' };
export const rs2: Expression = { kind: 'register', field: 'rs2' };
export const imm: Expression = { kind: 'immediate' };
export const pc: Expression = { kind: 'pc' };

export function constant(value: number): Expression {
  return { kind: 'constant', value };
}

/** An operator of one operand is given the left one; it does not look at the right one. */
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
