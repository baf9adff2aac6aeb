/**
 * A user row's printed text made into a function: at run time here, when ringlab runs from its sources. In a
 * bundle this module is another one (cli/plugins.js), with the functions of all rows in it as they were
 * printed: a page may forbid what is done here.
 */
import type { Machine } from '../../machine/machine.ts';
import type { Instruction, Row } from '../../table/row.ts';
import { printRow, type Step, type UserEffect } from './print.ts';

type Functions = Readonly<Record<string, (a: number, b: number) => number>>;

/** Makes a step; `functions` are those operators that are calls. */
export type PrintedFactory = (machine: Machine, at: Instruction, functions: Functions) => Step;

/** The factory of `row`, whose effect is `effect`. */
export function compileRow(_row: Row, effect: UserEffect): PrintedFactory {
  return new Function('machine', 'at', 'functions', printRow(effect)) as PrintedFactory;
}
