/** Assembles one written instruction: finds the form that fits its operands, or reports what is wrong. */
import { independent, loadImmediate } from '../../isa/table/pseudo.ts';
import { repairHint } from '../hints/repairs.ts';
import { joinProblems, SourceProblem } from '../diagnostics.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { allForms, type Form } from './forms.ts';
import { mayBeLabel, type OperandProblem, shapeProblem } from './operands.ts';

/** Appends the instruction `name`, which must be in the table, with these operands. Throws SourceProblem. */
export function emitInstruction(
  unit: SourceUnit,
  name: string,
  operands: readonly WrittenOperand[],
  at: number,
): void {
  const plain = name.toLowerCase();
  const meant = unit.options.pic ? (independent.get(plain) ?? plain) : plain;
  const forms = allForms().get(meant) ?? [];
  const missing = operands.find(({ kind }) => kind === 'missing');
  if (missing)
    throw new SourceProblem(
      missing.at,
      'an operand is missing here',
      commentedNumber(unit) ?? syntaxHint(name, forms),
    );
  const attempts: Attempt[] = [];
  for (const form of forms) {
    const arranged = form.arrange(operands);
    if (arranged === undefined) continue;
    const tried = attempt(unit, form, arranged);
    if (tried.problems.length === 0) {
      form.emit(unit, arranged, at, emitInstruction);
      return;
    }
    attempts.push(tried);
  }
  const [best] = attempts.sort((one, other) => one.problems.length - other.problems.length);
  const repair = (): string | undefined =>
    repairHint(plain, operands, [...allForms().keys()], (...use) => fits(unit, ...use));
  if (best === undefined) throw wrongCount(name, forms, operands, at, repair() ?? commentedNumber(unit));
  const problem = (): SourceProblem => withHint(best.problems, repair());
  const withLabels = attempts.find(({ hasLabels }) => hasLabels);
  if (withLabels === undefined) throw problem();
  if (!unit.doubts.has(unit.statement)) unit.doubts.set(unit.statement, problem);
  withLabels.form.emit(unit, withLabels.arranged, at, emitInstruction);
}

/** Whether the instruction `name` takes these operands and is a sensible suggestion for them. */
export function fits(unit: SourceUnit, name: string, operands: readonly WrittenOperand[]): boolean {
  const last = operands.at(-1);
  const isName = last?.kind === 'expression' && last.expression.kind === 'symbol';
  if (operands.some(({ kind }) => kind === 'missing') || (name === loadImmediate && isName)) return false;
  return (allForms().get(name) ?? []).some((form) => {
    const arranged = form.arrange(operands);
    return arranged !== undefined && attempt(unit, form, arranged).problems.length === 0;
  });
}

/** All problems as one; only the first one if the repair solves them all. */
function withHint(problems: readonly OperandProblem[], repair: string | undefined): SourceProblem {
  const [first] = problems as [OperandProblem];
  if (repair !== undefined && first.hint === undefined) return first.told(repair);
  return joinProblems(problems.map((problem) => problem.told()));
}

/** A hint for a number that is written as `#5`, as in other assemblers. Here `#` begins a comment. */
function commentedNumber({ statement }: SourceUnit): string | undefined {
  const after = statement.source.slice(statement.column + statement.text.length);
  const [, number] = /^\s*#(-?[\w.$]+)/.exec(after) ?? [];
  return number === undefined
    ? undefined
    : `\`#\` begins a comment; a number is written without it: \`${number}\``;
}

/** A form that was tried with the written operands. */
interface Attempt {
  readonly form: Form;
  readonly arranged: readonly WrittenOperand[];
  readonly problems: readonly OperandProblem[];
  /** The form fits if there are labels with the names of registers. */
  readonly hasLabels: boolean;
}

function attempt(unit: SourceUnit, form: Form, arranged: readonly WrittenOperand[]): Attempt {
  const known = (symbol: string): boolean => unit.symbols.get(symbol)?.definition.kind === 'value';
  const problems: OperandProblem[] = [];
  let hasLabels = true;
  form.shapes.forEach((shape, n) => {
    const operand = arranged[n] as WrittenOperand;
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
  operands: readonly WrittenOperand[],
  at: number,
  hint: string | undefined,
): SourceProblem {
  if (forms.every((form) => form.syntax === ''))
    return new SourceProblem(at, `\`${name}\` takes no operands`);
  return new SourceProblem(at, countMessage(name, operands.length), hint ?? syntaxHint(name, forms));
}

function syntaxHint(name: string, forms: readonly Form[]): string {
  const told = forms.filter(({ shapes }) => !shapes.includes('mark'));
  const syntaxes = [...new Set(told.map((form) => `\`${`${name} ${form.syntax}`.trim()}\``))];
  return `write ${syntaxes.join(' or ')}`;
}

/** The message for a wrong number of operands. */
export function countMessage(name: string, count: number): string {
  if (count === 0) return `\`${name}\` needs operands`;
  return `\`${name}\` does not take ${count} operand${count === 1 ? '' : 's'}`;
}
