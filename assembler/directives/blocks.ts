/** Directives that add statements for the reader: macros, repetitions and included files. */
import { SourceProblem } from '../diagnostics.ts';
import { showNumber } from '../numbers.ts';
import { evaluateNow } from '../object/evaluate.ts';
import { MAX_STATEMENTS } from '../read/reader.ts';
import { alternateArguments } from '../read/alternate.ts';
import { type Parameter, parseMacroHead, splitArguments } from '../read/macro.ts';
import { substitute } from '../read/substitute.ts';
import { pathFrom } from '../source/path.ts';
import { OpenComment, scan } from '../source/scan.ts';
import { NotAssembly, sourceText } from '../source/text.ts';
import { parseOperands } from '../syntax/parse.ts';
import { boundOperand, stringOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RawUse, RunRawDirective, Use } from './directive.ts';

const loops = ['.rept', '.rep', '.irp', '.irep', '.irpc', '.irepc'];
const loopEnds = ['.endr'];

/** `.macro name parameters` … `.endm`. */
function macro(context: DirectiveContext, use: RawUse): void {
  const body = context.reader.block(['.macro'], ['.endm', '.endmacro'], use.at);
  const { name, parameters: written } = parseMacroHead(use.text.slice(use.rest), use.rest);
  const parameters = context.reader.isAlternate ? written.map((each) => withPreset(each, context)) : written;
  const key = name.toLowerCase();
  if (context.reader.macros.has(key))
    throw new SourceProblem(
      use.rest,
      `macro \`${name}\` is already defined`,
      `\`.purgem ${name}\` forgets it`,
    );
  context.reader.macros.set(key, { name, parameters, body });
}

/** A parameter whose default is written in the alternate syntax. */
function withPreset(parameter: Parameter, { unit }: DirectiveContext): Parameter {
  const { preset = '' } = parameter;
  return preset === '' ? parameter : { ...parameter, preset: alternateArguments(preset, 0, unit)[0]?.text };
}

function purge({ reader }: DirectiveContext, use: RawUse): void {
  const name = use.text.slice(use.rest).trim();
  if (!reader.macros.delete(name.toLowerCase()))
    throw new SourceProblem(use.rest, `there is no macro \`${name}\``);
}

/** `.rept count` … `.endr`. */
function repeat({ reader, unit }: DirectiveContext, use: RawUse): void {
  const body = reader.block(loops, loopEnds, use.at);
  const [operand] = parseOperands(use.text, use.rest);
  if (operand === undefined) throw new SourceProblem(use.at, `\`${use.name}\` needs a count`);
  let left = evaluateNow(boundOperand(unit, operand));
  if (left < 0n) throw new SourceProblem(operand.at, `cannot repeat ${left} times`);
  if (left * BigInt(Math.max(1, body.length)) > MAX_STATEMENTS)
    throw new SourceProblem(
      operand.at,
      `${showNumber(left)} rounds of this block would be more than ${MAX_STATEMENTS} statements`,
      '`.fill` and `.skip` repeat bytes',
    );
  reader.push('repeat', [], () => (left-- > 0n ? body : undefined));
}

/** `.irp name, values…` and `.irpc name, characters`: the body once for each. */
function repeatFor(
  valuesOf: (context: DirectiveContext, text: string, from: number) => string[],
): RunRawDirective {
  return (context, use) => {
    const { reader, unit } = context;
    const body = reader.block(loops, loopEnds, use.at);
    const [, head = '', name = ''] = /^(\s*([\w.$]+)\s*[,\s]?)/.exec(use.text.slice(use.rest)) ?? [];
    if (name === '')
      throw new SourceProblem(
        use.at,
        `\`${use.name}\` needs a name and values`,
        `as in \`${use.name} reg, …\``,
      );
    const values = valuesOf(context, use.text, use.rest + head.length);
    const unique = unit.nextMacroUse();
    const { isAlternate } = reader;
    let index = 0;
    reader.push('repeat', [], () => {
      const value = values[index++];
      return value === undefined
        ? undefined
        : substitute(body, { values: new Map([[name, value]]), unique, isAlternate });
    });
  };
}

function listed({ reader, unit }: DirectiveContext, text: string, from: number): string[] {
  const values = reader.isAlternate
    ? alternateArguments(text, from, unit).map((argument) => argument.text)
    : splitArguments(text.slice(from)).map((argument) => argument.text.replace(/^"(.*)"$/s, '$1'));
  return values.length === 0 ? [''] : values;
}

function characters(_context: DirectiveContext, text: string, from: number): string[] {
  return Array.from(
    text
      .slice(from)
      .trim()
      .replace(/^"(.*)"$/s, '$1'),
  );
}

/** `.include "file"`. */
function include(context: DirectiveContext, use: Use): void {
  const { reader, unit } = context;
  const [file] = use.operands;
  const path = new TextDecoder().decode(stringOperand(file, use.at));
  const at = file?.at ?? use.at;
  try {
    const text = sourceText(context.readFile(path, at));
    // It is named by its path, because its own includes are relative to that.
    const name = pathFrom(unit.statement.file, path);
    reader.push('file', scan(name, text, { kind: 'include', what: 'included', at: unit.statement }));
  } catch (problem) {
    unit.incomplete = true;
    if (problem instanceof NotAssembly)
      throw new SourceProblem(at, `${path}: ${problem.message}`, problem.hint);
    if (problem instanceof OpenComment)
      throw new SourceProblem(at, `${path}:${problem.line}: ${problem.message}`, problem.hint);
    throw problem;
  }
}

/** Throws the error for an end directive without its begin. */
function stray(opening: string): RunRawDirective {
  return (_context, use) => {
    throw new SourceProblem(use.at, `\`${use.name}\` without \`${opening}\``);
  };
}

export const blockDirectives: DirectiveGroup = {
  raw: {
    '.macro': macro,
    '.endm': stray('.macro'),
    '.endmacro': stray('.macro'),
    '.altmacro': ({ reader }) => {
      reader.isAlternate = true;
    },
    '.noaltmacro': ({ reader }) => {
      reader.isAlternate = false;
    },
    '.exitm': ({ reader }, use) => reader.exitMacro(use.at),
    '.mexit': ({ reader }, use) => reader.exitMacro(use.at),
    '.purgem': purge,
    '.rept': repeat,
    '.rep': repeat,
    '.irp': repeatFor(listed),
    '.irep': repeatFor(listed),
    '.irpc': repeatFor(characters),
    '.irepc': repeatFor(characters),
    '.endr': stray('.rept'),
  },
  parsed: { '.include': include },
};
