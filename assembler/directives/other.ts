/** Messages, and directives of compilers that mean nothing here. */
import { SourceProblem } from '../diagnostics.ts';
import { stringOperand } from './arguments.ts';
import type { Context, DirectiveGroup, RunRaw, Use } from './directive.ts';

function textOf(use: Use, otherwise: string): string {
  const [operand] = use.operands;
  return operand === undefined ? otherwise : new TextDecoder().decode(stringOperand(operand, use.at));
}

function error(_context: Context, use: Use): void {
  throw new SourceProblem(use.at, textOf(use, `\`${use.name}\` here`));
}

function warning({ unit, diagnostics }: Context, use: Use): void {
  diagnostics.warn(unit.statement, use.at, textOf(use, '`.warning` here'));
}

const ignore: RunRaw = () => {};

/** Accepted, and without effect: notes of compilers to linkers, debuggers and unwinders. */
const ignored = [
  '.file',
  '.loc',
  '.ident',
  '.option',
  '.attribute',
  '.addrsig',
  '.addrsig_sym',
  '.version',
  '.variant_cc',
];

export const otherDirectives: DirectiveGroup = {
  parsed: { '.error': error, '.err': error, '.abort': error, '.warning': warning },
  raw: Object.fromEntries(ignored.map((name) => [name, ignore])),
};

/** Whether a directive is one of call-frame information, which is accepted and without effect. */
export function isFrameInformation(name: string): boolean {
  return name.startsWith('.cfi_');
}
