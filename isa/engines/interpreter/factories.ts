/** The factories of rows: given a decoded instruction, a factory makes its step. */
import type { Machine } from '../../machine/machine.ts';
import { operatorFunctions } from '../../table/operators.ts';
import type { Instruction, Row } from '../../table/row.ts';
import { compileRow } from './compile.ts';
import type { Step } from './print.ts';

/** Makes the step of one decoded instruction of a row, on one machine. */
export type StepFactory = (machine: Machine, at: Instruction) => Step;

/** Makes a row's factory. System rows call their function. */
export function createFactory(row: Row): StepFactory {
  const { effect } = row;
  if (effect.kind === 'system') {
    const { run } = effect;
    return (machine, at) => (pc) => run(machine, at, pc);
  }
  const factory = compileRow(row, effect);
  return (machine, at) => factory(machine, at, operatorFunctions);
}

const factories = new WeakMap<Row, StepFactory>();

/** A row's factory, made once. */
export function factoryOf(row: Row): StepFactory {
  const known = factories.get(row);
  if (known !== undefined) return known;
  const factory = createFactory(row);
  factories.set(row, factory);
  return factory;
}
