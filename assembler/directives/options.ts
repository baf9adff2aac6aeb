/** `.option`: settings of the assembler within a source (GNU `as` manual, "RISC-V Directives"). */
import { SourceProblem } from '../diagnostics.ts';
import type { Options, SourceUnit } from '../object/unit.ts';
import { didYouMean } from '../suggest.ts';
import type { DirectiveContext, DirectiveGroup, RawUse } from './directive.ts';

const settings: Readonly<Record<string, Partial<Options>>> = {
  pic: { pic: true },
  nopic: { pic: false },
  relax: {},
  norelax: {},
  norvc: {},
  arch: {},
  'csr-check': {},
  'no-csr-check': {},
};

const compressed = 'Ring32 has no compressed instructions: every instruction here takes 4 bytes';

/** `.option word`. After `arch` follows a list, in which only the extension of compressed instructions matters here. */
function option({ unit, diagnostics }: DirectiveContext, use: RawUse): void {
  const [, blank = '', word = '', rest = ''] = /^(\s*)([\w-]*)(.*)$/s.exec(use.text.slice(use.rest)) ?? [];
  const at = use.rest + blank.length;
  const setting = Object.hasOwn(settings, word) ? settings[word] : undefined;
  if (word === 'push') unit.optionStack.push(unit.options);
  else if (word === 'pop') unit.options = popped(unit, at);
  else if (word === 'rvc' || (word === 'arch' && /\+c(?![a-z])/.test(rest)))
    diagnostics.warn(unit.statement, at, compressed);
  else if (setting !== undefined) unit.options = { ...unit.options, ...setting };
  else diagnostics.warn(unit.statement, at, `\`${word}\` is not an option`, nearestOption(word));
}

function nearestOption(word: string): string | undefined {
  return didYouMean(word, [...Object.keys(settings), 'push', 'pop', 'rvc']);
}

function popped(unit: SourceUnit, at: number): Options {
  const options = unit.optionStack.pop();
  if (options === undefined) throw new SourceProblem(at, '`.option pop` without `.option push`');
  return options;
}

export const optionDirectives: DirectiveGroup = { raw: { '.option': option } };
