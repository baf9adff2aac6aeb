/** Runs a witness program as `ringlab run` would, and gives back what it printed and its exit status. */
import { run } from '../../examples/machine.ts';
import type { Variant } from '../../isa/table/variants.ts';

export interface Shown {
  readonly printed: string;
  readonly status: number;
}

/** Throws the assembler's error, or an Error when the program does not end by itself. */
export function runProgram(text: string, variant: Variant, input?: string): Shown {
  const { printed, status } = run('witness.s', text, variant, input);
  if (status === undefined) throw new Error('the program does not end by itself');
  return { printed, status };
}
