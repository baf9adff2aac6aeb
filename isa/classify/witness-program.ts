/** Chooses the witness of an instruction that is printed as a program. */
import type { Variant } from '../table/variants.ts';
import type { Classification } from './classify.ts';
import { classNames } from './evidence.ts';
import { telling } from './format-text.ts';
import type { Class } from './classes.ts';
import { formatProgram, NoProgramError } from './program.ts';

/**
 * The program for instruction `name`: it shows the witness of class `of`, or else the one that teaches most
 * and can be shown on the variant. `isa` is the variant as the command line names it.
 * Throws NoProgramError if there is none.
 */
export function witnessProgram(
  { instructions }: Classification,
  name: string,
  variant: Variant,
  isa: string,
  of?: Class,
): string {
  const witnesses = instructions.find((one) => one.name === name)?.witnesses;
  if (witnesses === undefined || witnesses.size === 0) {
    throw new NoProgramError(`${name} is innocuous: there is no witness`);
  }
  if (of !== undefined && !witnesses.has(of)) {
    const has = [...witnesses.keys()].join(', ');
    throw new NoProgramError(`it is not ${classNames[of]}; there are witnesses for ${has}`);
  }
  let refusal: unknown;
  for (const choice of of === undefined ? telling : [of]) {
    const witness = witnesses.get(choice);
    if (witness === undefined) continue;
    try {
      return formatProgram(witness, variant, isa);
    } catch (error) {
      if (!(error instanceof NoProgramError)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}
