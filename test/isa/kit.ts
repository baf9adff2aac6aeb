/** Small machines for tests: instructions by name, placed in memory and run. */
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { Machine, type MachineOptions } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { encode, type FieldValues, rowNamed } from '../../isa/table/table.ts';

/** The word of an instruction: `word('addi', { rd: 5, imm: 1 })`. */
export function word(name: string, values: FieldValues = {}): number {
  const row = rowNamed(name);
  if (row === undefined) throw new Error(`no instruction ${name}`);
  return encode(row, values);
}

/** A machine of 256 KiB with `words` at physical address `at` (default 0), pc there. */
export function machineWith(words: readonly number[], options: MachineOptions = {}, at = 0): Machine {
  const machine = new Machine({ memory: 2 ** 18, ...options });
  for (const [n, value] of words.entries()) machine.memory.write(at + 4 * n, 4, value);
  machine.pc = at;
  return machine;
}

/** Runs a machine for `steps` more steps, by the interpreter. */
export function runSteps(machine: Machine, steps: number): Stop {
  return new Interpreter(machine).run(machine.steps + steps);
}
