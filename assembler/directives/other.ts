/** Directives that print messages, and directives of compilers that have no effect here. */
import { SourceProblem } from '../diagnostics.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { expectCount, numberOperand, stringOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RunRawDirective, Use } from './directive.ts';

function textOf(use: Use, otherwise: string): string {
  const [operand] = use.operands;
  return operand === undefined ? otherwise : new TextDecoder().decode(stringOperand(operand, use.at));
}

function error(_context: DirectiveContext, use: Use): void {
  throw new SourceProblem(use.at, textOf(use, `\`${use.name}\` here`));
}

/** `.fail number`: an error below 500, a warning from 500 on. */
function fail(context: DirectiveContext, use: Use): void {
  expectCount(use, 1, 1, 'number');
  const number = numberOperand(context.unit, use.operands[0] as WrittenOperand);
  const message = `\`.fail ${number}\` here`;
  if (number < 500) throw new SourceProblem(use.at, message);
  context.diagnostics.warn(context.unit.statement, use.at, message);
}

function warning({ unit, diagnostics }: DirectiveContext, use: Use): void {
  diagnostics.warn(unit.statement, use.at, textOf(use, `\`${use.name}\` here`));
}

const ignore: RunRawDirective = () => {};

/**
 * Directives that are accepted, but have no effect: information for linkers, debuggers and unwinders, the layout of a
 * printed listing, and directives that matter only in shared libraries.
 */
const ignored = `
  .file .loc .line .linefile .loc_mark_labels .func .endfunc .stabs .stabn .stabd .ident .version
  .attribute .gnu_attribute .addrsig .addrsig_sym .variant_cc .symver .attach_to_group .linkonce
  .list .nolist .title .sbttl .psize .plen .llen .eject .page .nopage .spc .lflags .format .noformat
`;

export const otherDirectives: DirectiveGroup = {
  parsed: {
    '.error': error,
    '.err': error,
    '.abort': error,
    '.fail': fail,
    '.warning': warning,
    '.print': warning,
  },
  raw: {
    ...Object.fromEntries(
      ignored
        .trim()
        .split(/\s+/)
        .map((name) => [name, ignore]),
    ),
    '.end': ({ reader }) => reader.stop(),
  },
};

/** Whether a directive gives call-frame information. Such directives are accepted, but have no effect. */
export function isFrameInformation(name: string): boolean {
  return name.startsWith('.cfi_');
}
