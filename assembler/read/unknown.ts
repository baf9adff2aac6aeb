/** What to say of a name that is neither an instruction, nor a directive, nor a macro. */
import { SourceProblem } from '../diagnostics.ts';
import type { Context } from '../directives/directive.ts';
import { directiveNames, parsedDirectives } from '../directives/table.ts';
import { foreignMnemonic } from '../instructions/extensions.ts';
import { allForms } from '../instructions/forms.ts';
import { didYouMean } from '../suggest.ts';

/** The problem with a name at the start of a statement, or undefined when it is known. */
export function unknownName(context: Context, name: string, at: number): SourceProblem | undefined {
  if (!name.startsWith('.'))
    return allForms().has(name.toLowerCase()) ? undefined : unknownInstruction(context, name, at);
  return parsedDirectives.has(name.toLowerCase()) ? undefined : unknownDirective(context, name, at);
}

function unknownInstruction({ reader }: Context, name: string, at: number): SourceProblem {
  if (directiveNames.includes(`.${name}`)) {
    return new SourceProblem(
      at,
      `there is no instruction \`${name}\``,
      `did you mean the directive \`.${name}\`?`,
    );
  }
  const foreign = foreignMnemonic(name);
  if (foreign !== undefined)
    return new SourceProblem(
      at,
      `\`${name}\` is ${foreign.extension}, which Ring32 does not have`,
      foreign.instead,
    );
  const names = [...allForms().keys(), ...Array.from(reader.macros.values(), (macro) => macro.name)];
  return new SourceProblem(at, `there is no instruction \`${name}\``, didYouMean(name, names));
}

function unknownDirective({ reader }: Context, name: string, at: number): SourceProblem {
  const plain = name.slice(1);
  const dotless = allForms().has(plain) || reader.macros.has(plain.toLowerCase());
  const hint = dotless ? `did you mean \`${plain}\`, without the dot?` : didYouMean(name, directiveNames);
  return new SourceProblem(at, `there is no directive \`${name}\``, hint);
}
