/** Requests about classification: measuring every instruction of a processor, and the program that shows a witness. */
import { classify, classifying } from '../../isa/classify/classify.ts';
import type { Class } from '../../isa/classify/classes.ts';
import { formatProgram, inputOf, NoProgramError } from '../../isa/classify/program.ts';
import { summaryOf } from '../../isa/classify/summarize.ts';
import type { InstructionSummary } from '../../isa/classify/summary.ts';
import { rowNamed } from '../../isa/table/table.ts';
import type { Work } from '../../isa/work.ts';
import type { Handlers } from './protocol.ts';
import { variantOf, type VariantChoice } from './scenario.ts';

/** What was measured. */
export interface Measured {
  readonly instructions: readonly InstructionSummary[];
  /** Executions, and comparisons of two. */
  readonly executions: number;
  readonly compared: number;
}

/** A program that shows why an instruction is what it is, or why there is none. */
export type ShownWitness =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string };

export interface ClassifyRequests {
  /** Measures all instructions of a processor, one after the other. Progress: those that are measured. */
  classify: { ask: { variant: VariantChoice }; answer: Measured };
  /** The program for one instruction's witness of a class. */
  witness: { ask: { variant: VariantChoice; name: string; of: Class }; answer: ShownWitness };
}

export const classifyHandlers: Handlers<ClassifyRequests> = {
  classify: ({ variant }) => measureAll(variant),
  witness: ({ variant, name, of }) => {
    const row = rowNamed(name);
    const processor = variantOf(variant);
    const one = row && classify(processor, [row]).instructions[0];
    const witness = one?.witnesses.get(of);
    if (witness === undefined) return { ok: false, why: `${name} has no witness of that kind` };
    const isa = typeof variant === 'string' ? variant : `${variant.name}.json`;
    try {
      const input = inputOf(witness);
      const head = input === undefined ? '' : `# with input: ${JSON.stringify(input)}\n`;
      return { ok: true, text: `${head}${formatProgram(witness, processor, isa)}` };
    } catch (error) {
      if (error instanceof NoProgramError) return { ok: false, why: error.message };
      throw error;
    }
  },
};

function* measureAll(choice: VariantChoice): Work<readonly InstructionSummary[], Measured> {
  const measuring = classifying(variantOf(choice));
  const instructions: InstructionSummary[] = [];
  for (;;) {
    const { done, value } = measuring.next();
    if (done) return { instructions, executions: value.executions, compared: value.compared };
    instructions.push(summaryOf(value));
    yield instructions;
  }
}
