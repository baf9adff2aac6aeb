/** The error for a name that is not an instruction, a directive or a macro. */
import { registerNumbers } from '../../isa/table/registers.ts';
import { SourceProblem } from '../diagnostics.ts';
import type { DirectiveContext } from '../directives/directive.ts';
import { directiveNames, parsedDirectives } from '../directives/table.ts';
import { written } from '../hints/repairs.ts';
import { words } from '../hints/words.ts';
import { foreignMnemonic } from '../instructions/extensions.ts';
import { allForms } from '../instructions/forms.ts';
import { fits } from '../instructions/instruction.ts';
import { didYouMean } from '../suggest.ts';
import { parseOperands } from '../syntax/parse.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import type { Reader } from './reader.ts';

/**
 * The error for an unknown name at the start of a statement; undefined if the name is known. `rest` is the text after
 * the name.
 */
export function unknownName(
  context: DirectiveContext,
  name: string,
  at: number,
  rest: string,
): SourceProblem | undefined {
  if (isKnown(context, name)) return undefined;
  if (name.startsWith('.')) return unknownDirective(context, name, at);
  const foreign = foreignMnemonic(name);
  if (foreign !== undefined)
    return new SourceProblem(
      at,
      `\`${name}\` belongs to ${foreign.extension}, which Ring32 does not have`,
      foreign.instead,
    );
  return new SourceProblem(at, `there is no instruction \`${name}\``, instructionHint(context, name, rest));
}

function isKnown({ reader }: DirectiveContext, name: string): boolean {
  return name.startsWith('.')
    ? parsedDirectives.has(name.toLowerCase())
    : allForms().has(name.toLowerCase()) || reader.macros.has(name.toLowerCase());
}

function instructionHint(context: DirectiveContext, name: string, rest: string): string | undefined {
  const small = name.toLowerCase();
  const advice = words.get(small)?.advice;
  if (directiveNames.includes(`.${small}`))
    return [`did you mean the directive \`.${small}\`?`, ...(advice === undefined ? [] : [advice])].join(' ');
  if (registerNumbers.has(small))
    return `\`${small}\` is a register; the instruction comes first, as in \`li ${small}, 5\``;
  return foreignWord(context, small, rest) ?? missingColon(context, name, rest) ?? near(context, name);
}

function near({ reader }: DirectiveContext, name: string): string | undefined {
  return didYouMean(name, [...allForms().keys(), ...macroNames(reader)]);
}

function macroNames({ macros }: Reader): string[] {
  return Array.from(macros.values(), (macro) => macro.name);
}

/** What to write instead of a word of another machine; with its operands if an instruction takes them. */
function foreignWord({ unit }: DirectiveContext, word: string, rest: string): string | undefined {
  const meant = words.get(word);
  if (meant === undefined) return undefined;
  const operands = readable(rest);
  const name = operands.length > 0 ? meant.names.find((one) => fits(unit, one, operands)) : undefined;
  if (name !== undefined) return `write ${written(name, operands)}`;
  return rest.trim() === '' ? `${meant.advice}; a label ends with a colon, \`${word}:\`` : meant.advice;
}

function readable(text: string): readonly WrittenOperand[] {
  try {
    return parseOperands(text, 0);
  } catch (problem) {
    if (problem instanceof SourceProblem) return [];
    throw problem;
  }
}

/**
 * A hint for a word that stands alone or before a statement. It is probably a label. Before `equ`, a directive of
 * other assemblers, it is the name of a value.
 */
function missingColon(context: DirectiveContext, name: string, rest: string): string | undefined {
  const [, next = '', more = ''] = /^\s*([\w.$]*)\s*(.*)$/s.exec(rest) ?? [];
  if (next.toLowerCase() === 'equ')
    return `a value is given to a name with \`=\`: \`${name} = ${more.trim()}\``;
  const colon = `a label ends with a colon: \`${name}:\``;
  if (isKnown(context, next)) return colon;
  if (rest.trim() !== '') return undefined;
  const alone = [...allForms()].filter(([, forms]) => forms.some(({ syntax }) => syntax === ''));
  const meant = didYouMean(name, [...alone.map(([word]) => word), ...macroNames(context.reader)]);
  return meant ?? colon;
}

function unknownDirective(context: DirectiveContext, name: string, at: number): SourceProblem {
  const plain = name.slice(1);
  const hint = isKnown(context, plain)
    ? `did you mean \`${plain}\`, without the dot?`
    : (words.get(plain.toLowerCase())?.advice ?? didYouMean(name, directiveNames));
  return new SourceProblem(at, `there is no directive \`${name}\``, hint);
}
