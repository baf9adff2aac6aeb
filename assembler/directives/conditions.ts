/** Conditional assembly: `.if` and its kin, `.else`, `.elseif`, `.endif`. */
import { SourceProblem } from '../diagnostics.ts';
import { evaluateNow } from '../object/evaluate.ts';
import { splitArguments } from '../read/macro.ts';
import { parseOperands } from '../syntax/parse.ts';
import { boundOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RawUse, RunRawDirective } from './directive.ts';

type Test = (context: DirectiveContext, use: RawUse) => boolean;

/** The value of the expression after the directive. */
function value({ unit }: DirectiveContext, use: RawUse): bigint {
  const [operand, second] = parseOperands(use.text, use.rest);
  if (operand === undefined) throw new SourceProblem(use.at, `\`${use.name}\` needs an expression`);
  if (second !== undefined) throw new SourceProblem(second.at, 'expected the end of the statement');
  return evaluateNow(boundOperand(unit, operand));
}

function compares(test: (value: bigint) => boolean): Test {
  return (context, use) => test(value(context, use));
}

/** Whether the name after the directive has a definition so far. */
function defined({ unit }: DirectiveContext, use: RawUse): boolean {
  const name = use.text.slice(use.rest).trim();
  if (!/^[\w.$\u0080-\uffff]+$/u.test(name))
    throw new SourceProblem(use.rest, `\`${use.name}\` needs one name`);
  return unit.symbols.get(name)?.isDefined ?? false;
}

/** Whether the two texts after the directive are the same. */
function same(_context: DirectiveContext, use: RawUse): boolean {
  const texts = splitArguments(use.text.slice(use.rest)).map((argument) =>
    argument.text.replace(/^(['"])(.*)\1$/s, '$2'),
  );
  if (texts.length !== 2)
    throw new SourceProblem(use.at, `\`${use.name}\` compares two texts`, `write \`${use.name} a, b\``);
  return texts[0] === texts[1];
}

function blank(_context: DirectiveContext, use: RawUse): boolean {
  return use.text.slice(use.rest).trim() === '';
}

function not(test: Test): Test {
  return (context, use) => !test(context, use);
}

/** Opens a condition. If it is inside a skipped block, it is skipped too. */
function open(test: Test): RunRawDirective {
  return (context, use) => {
    const { reader, unit } = context;
    const skipped = !reader.isActive();
    const condition = { statement: unit.statement, active: false, taken: skipped, inElse: false };
    reader.conditions.push(condition);
    if (skipped) return;
    condition.taken = true;
    condition.active = test(context, use);
    condition.taken = condition.active;
  };
}

function innermost({ reader }: DirectiveContext, use: RawUse) {
  const condition = reader.conditions.at(-1);
  if (condition === undefined) throw new SourceProblem(use.at, `\`${use.name}\` without \`.if\``);
  if (condition.inElse && !use.name.startsWith('.end'))
    throw new SourceProblem(use.at, `\`${use.name}\` after \`.else\``);
  return condition;
}

function otherwise(context: DirectiveContext, use: RawUse): void {
  const condition = innermost(context, use);
  condition.active = !condition.taken;
  condition.taken = true;
  condition.inElse = true;
}

function otherwiseIf(context: DirectiveContext, use: RawUse): void {
  const condition = innermost(context, use);
  condition.active = false;
  if (condition.taken) return;
  condition.active = value(context, use) !== 0n;
  condition.taken = condition.active;
}

function end(context: DirectiveContext, use: RawUse): void {
  innermost(context, use);
  context.reader.conditions.pop();
}

export const conditionDirectives: DirectiveGroup = {
  raw: {
    '.if': open(compares((number) => number !== 0n)),
    '.ifne': open(compares((number) => number !== 0n)),
    '.ifeq': open(compares((number) => number === 0n)),
    '.ifgt': open(compares((number) => number > 0n)),
    '.ifge': open(compares((number) => number >= 0n)),
    '.iflt': open(compares((number) => number < 0n)),
    '.ifle': open(compares((number) => number <= 0n)),
    '.ifdef': open(defined),
    '.ifndef': open(not(defined)),
    '.ifnotdef': open(not(defined)),
    '.ifb': open(blank),
    '.ifnb': open(not(blank)),
    '.ifc': open(same),
    '.ifnc': open(not(same)),
    '.ifeqs': open(same),
    '.ifnes': open(not(same)),
    '.else': otherwise,
    '.elseif': otherwiseIf,
    '.endif': end,
    '.elsec': otherwise,
    '.endc': end,
  },
};
