/** One written instruction: finds the form that fits, or says what does not. */
import { independent } from '../../isa/table/pseudo.ts';
import { SourceProblem, throwProblems } from '../diagnostics.ts';
import type { Unit } from '../object/unit.ts';
import type { Operand } from '../syntax/tree.ts';
import { allForms, type Form } from './forms.ts';
import { shapeProblem } from './operands.ts';

/** Appends the instruction `name`, which the table has, with these operands. Throws SourceProblem. */
export function emitInstruction(unit: Unit, name: string, operands: readonly Operand[], at: number): void {
  const meant = unit.options.pic ? (independent.get(name) ?? name) : name;
  const forms = allForms().get(meant) ?? [];
  const missing = operands.find(({ kind }) => kind === 'missing');
  if (missing) throw new SourceProblem(missing.at, 'an operand is missing here', syntaxHint(name, forms));
  let best: readonly SourceProblem[] | undefined;
  for (const form of forms) {
    const arranged = form.arrange(operands);
    if (arranged === undefined) continue;
    const problems = formProblems(unit, form, arranged);
    if (problems.length === 0) {
      form.emit(unit, arranged, at);
      return;
    }
    if (best === undefined || problems.length < best.length) best = problems;
  }
  if (best === undefined) throw wrongCount(name, forms, operands, at);
  throwProblems(best);
}

function formProblems(unit: Unit, form: Form, operands: readonly Operand[]): SourceProblem[] {
  const known = (symbol: string): boolean => unit.symbols.get(symbol)?.definition.kind === 'value';
  return form.shapes.flatMap((shape, n) => {
    const problem = shapeProblem(operands[n] as Operand, shape, known);
    return problem === undefined ? [] : [problem];
  });
}

function wrongCount(
  name: string,
  forms: readonly Form[],
  operands: readonly Operand[],
  at: number,
): SourceProblem {
  if (forms.every((form) => form.syntax === ''))
    return new SourceProblem(at, `\`${name}\` takes no operands`);
  return new SourceProblem(at, countMessage(name, operands.length), syntaxHint(name, forms));
}

function syntaxHint(name: string, forms: readonly Form[]): string {
  const told = forms.filter(({ shapes }) => !shapes.includes('mark'));
  const syntaxes = [...new Set(told.map((form) => `\`${`${name} ${form.syntax}`.trim()}\``))];
  return `write ${syntaxes.join(' or ')}`;
}

/** That a name does not go with so many operands. */
export function countMessage(name: string, count: number): string {
  if (count === 0) return `\`${name}\` needs operands`;
  return `\`${name}\` does not take ${count} operand${count === 1 ? '' : 's'}`;
}
