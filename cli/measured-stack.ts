/** What a stack of two monitors does on a variant, measured: it stands beside the verdict of Theorem 2. */
import { assemble } from '../assembler/index.ts';
import type { Classification } from '../isa/classify/classify.ts';
import { NoProgramError } from '../isa/classify/program.ts';
import type { MeasuredStack } from '../isa/classify/theorems.ts';
import { witnessProgram } from '../isa/classify/witness-program.ts';
import { type Image, readImage } from '../isa/machine/image.ts';
import type { Variant } from '../isa/table/variants.ts';
import { compareGuest } from '../vmm/monitor/compare-guest.ts';

/** The monitor that Theorem 2 is about, on itself. */
const monitor = 'trap-and-emulate/trap-and-emulate';
/** Enough for any witness program. */
const memory = 2 ** 21;
const limit = 1_000_000;

/**
 * Runs witness programs on the bare machine and under the stack: those of the critical instructions, until one diverges; of a
 * variant that has none, those of all sensitive instructions.
 */
export function measureStack(classification: Classification, variant: Variant): MeasuredStack {
  const { instructions } = classification;
  const some = instructions.some(({ critical }) => critical);
  const asked = instructions.filter(({ critical, sensitive }) => (some ? critical : sensitive.length > 0));
  const programs: string[] = [];
  let steps = 0;
  for (const { name } of asked) {
    const image = imageOf(classification, name, variant);
    if (image === undefined) continue;
    programs.push(name);
    const compared = compareGuest({ image, variant, memory, limit, monitor, engine: 'interpreter' });
    steps += compared.steps;
    if (compared.divergence === undefined) continue;
    const { step, instruction } = compared.divergence;
    return { monitor, programs, steps, divergence: { program: name, step, instruction } };
  }
  return { monitor, programs, steps, divergence: null };
}

/** The witness of an instruction as a program; undefined if it has none. */
function imageOf(classification: Classification, name: string, variant: Variant): Image | undefined {
  try {
    const text = witnessProgram(classification, name, variant, variant.name);
    return readImage(assemble([{ name: `${name}.s`, text }]).elf);
  } catch (error) {
    if (error instanceof NoProgramError) return undefined;
    throw error;
  }
}
