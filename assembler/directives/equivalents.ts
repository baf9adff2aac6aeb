/**
 * `.eqv`. In RARS and MARS, `.eqv NAME text` makes a name stand for any text: a number, a register, an address
 * (RARS help, "Directives"). In GNU `as`, `.eqv NAME, expression` has a comma, and the expression is computed when the name is used.
 */
import { registerNumbers } from '../../isa/table/registers.ts';
import { SourceProblem } from '../diagnostics.ts';
import { replaceNames } from '../read/substitute.ts';
import { parseOperands } from '../syntax/parse.ts';
import { boundOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RawUse } from './directive.ts';
import { assign } from './symbols.ts';

function eqv({ unit, reader }: DirectiveContext, use: RawUse): void {
  const [head, blank = '', name = '', comma = '', text = ''] =
    /^(\s*)([A-Za-z_.$][\w.$]*)(?:\s*(,)\s*|\s+)(.*)$/s.exec(use.text.slice(use.rest)) ?? [];
  if (head === undefined || text.trim() === '')
    throw new SourceProblem(use.at, '`.eqv` needs a name and its replacement', 'as in `.eqv SIZE 8`');
  const at = use.rest + blank.length;
  const [operand] = comma === '' ? [] : parseOperands(use.text, use.text.length - text.length);
  if (operand !== undefined && !registerNumbers.has(text.trim())) {
    assign(unit, name, at, boundOperand(unit, operand), true);
    return;
  }
  const meant = replaceNames(text.trim(), reader.equivalents);
  const before = reader.equivalents.get(name);
  if (before !== undefined && before !== meant)
    throw new SourceProblem(at, `\`${name}\` is already \`${before}\``, 'a name of `.eqv` cannot be changed');
  reader.equivalents.set(name, meant);
}

export const equivalentDirectives: DirectiveGroup = { raw: { '.eqv': eqv } };
