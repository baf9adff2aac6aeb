/**
 * Prints the meaning of a row as JavaScript: a factory that takes the fields of an instruction
 * and returns its step, a function from pc to the next pc.
 *
 *     addi:  rd === 0 ? … : (pc) => { x[rd] = (x[rs1] + imm | 0); return pc + 4 | 0; }
 *
 * The text is the same for every instruction of a row, so the JavaScript engine optimizes it
 * once. System rows contain functions already and are not printed.
 */
import type { Effect, Expression } from '../../table/effects.ts';
import { operatorFunctions, operatorJavaScript } from '../../table/operators.ts';
import { CAUSE } from '../../table/traps.ts';
import { FAULT } from '../../machine/addressing.ts';
import { LOAD, STORE } from '../../machine/translate.ts';

/** Executes one instruction at `pc` (signed), traps included; returns the next pc (signed). */
export type Step = (pc: number) => number;

/** What a row's meaning is when it is a tree. */
export type UserEffect = Exclude<Effect, { kind: 'system' }>;

const next = 'return pc + 4 | 0;';

function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'register':
      return `x[${expression.field}]`;
    case 'immediate':
      return 'imm';
    case 'pc':
      return 'pc';
    case 'constant':
      return String(expression.value);
    case 'operation': {
      const left = printExpression(expression.left);
      const right = printExpression(expression.right);
      return operatorJavaScript[expression.operator].replace(/\b[ab]\b/g, (side) =>
        side === 'a' ? left : right,
      );
    }
  }
}

function printJump(target: Expression, link: string): string {
  return `const target = ${printExpression(target)};
    if ((target & 3) !== 0) return machine.trap(${CAUSE.MISALIGNED}, target, pc);
    ${link}return target;`;
}

/** The body of a step. `write` prints the assignment to rd; it prints nothing if rd is x0. */
function printBody(effect: UserEffect, write: (value: string) => string): string {
  switch (effect.kind) {
    case 'set':
      return `${write(printExpression(effect.value))}${next}`;
    case 'load': {
      const { width, signed, address } = effect;
      const shift = 32 - 8 * width;
      const extend = signed && shift > 0 ? ` << ${shift} >> ${shift}` : '';
      return `const at = machine.locate(${printExpression(address)}, ${width}, ${LOAD}, named);
    if (at === ${FAULT}) return machine.fault(pc);
    const value = at >= 0 ? memory.read(at, ${width}) : memory.readSplit(${width});
    ${write(`value${extend}`)}${next}`;
    }
    case 'store': {
      const { width, address, value } = effect;
      return `const at = machine.locate(${printExpression(address)}, ${width}, ${STORE}, named);
    if (at === ${FAULT}) return machine.fault(pc);
    if (at >= 0) memory.write(at, ${width}, ${printExpression(value)});
    else memory.writeSplit(${width}, ${printExpression(value)});
    ${next}`;
    }
    case 'branch':
      return `if (${printExpression(effect.condition)}) { ${printJump(effect.target, '')} }
    ${next}`;
    case 'jump':
      return printJump(effect.target, write('pc + 4 | 0'));
    case 'trap':
      return `return machine.trap(${effect.cause}, 0, pc);`;
    case 'nothing':
      return next;
  }
}

const header = `'use strict';
const { x, memory } = machine;
const { rd, rs1, rs2, imm } = at;
const named = rs1 !== 0;
const { ${Object.keys(operatorFunctions).join(', ')} } = functions;`;

/** The body of a user row's factory, a function of `machine`, `at` and `functions` (compile.ts). */
export function printRow(effect: UserEffect): string {
  const body = (write: (value: string) => string) => `(pc) => {
    ${printBody(effect, write)}
}`;
  return `${header}
if (rd === 0) return ${body(() => '')};
return ${body((value) => `x[rd] = ${value}; `)};`;
}
