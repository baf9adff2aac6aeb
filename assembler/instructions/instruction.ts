/** One written instruction: finds the form that fits, or says what does not. */
import { independent } from '../../isa/table/pseudo.ts';
import { joinProblems, SourceProblem } from '../diagnostics.ts';
import type { Unit } from '../object/unit.ts';
import type { Operand } from '../syntax/tree.ts';
import { allForms, type Form } from './forms.ts';
import { mayBeLabel, shapeProblem } from './operands.ts';

/** Appends the instruction `name`, which the table has, with these operands. Throws SourceProblem. */
export function emitInstruction(unit: Unit, name: string, operands: readonly Operand[], at: number): void {
  const plain = name.toLowerCase();
  const meant = unit.options.pic ? (independent.get(plain) ?? plain) : plain;
  const forms = allForms().get(meant) ?? [];
  const missing = operands.find(({ kind }) => kind === 'missing');
  if (missing) throw new SourceProblem(missing.at, 'an operand is missing here', syntaxHint(name, forms));
  const attempts: Attempt[] = [];
  for (const form of forms) {
    const arranged = form.arrange(operands);
    if (arranged === undefined) continue;
    const tried = attempt(unit, form, arranged);
    if (tried.problems.length === 0) {
      form.emit(unit, arranged, at);
      return;
    }
    attempts.push(tried);
  }
  const [best] = attempts.sort((one, other) => one.problems.length - other.problems.length);
  if (best === undefined) throw wrongCount(name, forms, operands, at);
  const problem = joinProblems(best.problems);
  const withLabels = attempts.find(({ hasLabels }) => hasLabels);
  if (withLabels === undefined) throw problem;
  unit.doubts.set(unit.statement, problem);
  withLabels.form.emit(unit, withLabels.arranged, at);
}

/** One form beside the operands that are written. */
interface Attempt {
  readonly form: Form;
  readonly arranged: readonly Operand[];
  readonly problems: readonly SourceProblem[];
  /** It would fit if there were labels with the names of registers. */
  readonly hasLabels: boolean;
}

function attempt(unit: Unit, form: Form, arranged: readonly Operand[]): Attempt {
  const known = (symbol: string): boolean => unit.symbols.get(symbol)?.definition.kind === 'value';
  const problems: SourceProblem[] = [];
  let hasLabels = true;
  form.shapes.forEach((shape, n) => {
    const operand = arranged[n] as Operand;
    const problem = shapeProblem(operand, shape, known);
    if (problem === undefined) return;
    problems.push(problem);
    hasLabels &&= mayBeLabel(operand, shape);
  });
  return { form, arranged, problems, hasLabels };
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
