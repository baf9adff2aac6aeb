/** Directives that choose the section which the next bytes go to. */
import { SourceProblem } from '../diagnostics.ts';
import type { Section, SectionFlags } from '../object/section.ts';
import type { Unit } from '../object/unit.ts';
import type { Operand } from '../syntax/tree.ts';
import { stringOperand } from './arguments.ts';
import type { Context, DirectiveGroup, Run, Use } from './directive.ts';

const none: SectionFlags = { alloc: false, write: false, exec: false, nobits: false };
const code: SectionFlags = { ...none, alloc: true, exec: true };
const constants: SectionFlags = { ...none, alloc: true };
const variables: SectionFlags = { ...none, alloc: true, write: true };
const zeros: SectionFlags = { ...variables, nobits: true };

/** Flags that a section has by its name, up to the second dot. */
const usual: Readonly<Record<string, SectionFlags>> = {
  '.text': code,
  '.init': code,
  '.fini': code,
  '.rodata': constants,
  '.srodata': constants,
  '.data': variables,
  '.sdata': variables,
  '.init_array': variables,
  '.fini_array': variables,
  '.bss': zeros,
  '.sbss': zeros,
};

function usualFlags(name: string): SectionFlags | undefined {
  return usual[/^\.?[^.]*/.exec(name)?.[0] ?? ''];
}

/** The section of that name with the flags that such a section usually has. */
export function usualSection(unit: Unit, name: string): Section {
  return unit.sectionNamed(name, usualFlags(name) ?? none);
}

/** `.text`, `.data`, … */
function named(name: string): Run {
  return ({ unit }) => unit.enter(usualSection(unit, name));
}

/** `.section name[, "flags"[, @type[, size]]]`. */
function section(context: Context, use: Use): void {
  context.unit.enter(chosenSection(context, use));
}

function chosenSection({ unit, diagnostics }: Context, use: Use): Section {
  const [first, second, third] = use.operands;
  if (first === undefined)
    throw new SourceProblem(use.at, `\`${use.name}\` needs a name`, `as in \`${use.name} .rodata\``);
  const name = first.kind === 'string' ? new TextDecoder().decode(first.bytes) : first.text;
  if (/[\s()]/.test(name)) throw new SourceProblem(first.at, `\`${name}\` cannot be the name of a section`);
  if (second === undefined) {
    if (usualFlags(name) === undefined && !unit.sections.has(name) && !/^\.(debug|note|comment)/.test(name)) {
      diagnostics.warn(
        unit.statement,
        first.at,
        `section ${name} will not be in memory when the program runs`,
        `write \`.section ${name}, "aw"\` if it should be`,
      );
    }
    return usualSection(unit, name);
  }
  return unit.sectionNamed(name, writtenFlags(second, third, use.at));
}

function writtenFlags(flags: Operand, type: Operand | undefined, at: number): SectionFlags {
  const letters = new TextDecoder().decode(stringOperand(flags, at));
  const unknown = /[^awxMSGTo?Re]/.exec(letters);
  if (unknown !== null) {
    throw new SourceProblem(
      flags.at,
      `\`${unknown[0]}\` is not a section flag`,
      'the flags are a (in memory), w (writable), x (executable)',
    );
  }
  return {
    alloc: letters.includes('a'),
    write: letters.includes('w'),
    exec: letters.includes('x'),
    nobits: isNobits(type),
  };
}

const types = ['progbits', 'nobits', 'note', 'init_array', 'fini_array', 'preinit_array'];

function isNobits(type: Operand | undefined): boolean {
  if (type === undefined) return false;
  const name = type.kind === 'keyword' ? type.name : type.kind === 'string' ? type.text.slice(1, -1) : '';
  if (types.includes(name)) return name === 'nobits';
  throw new SourceProblem(
    type.at,
    `\`${type.text}\` is not a section type`,
    'write `@progbits` or `@nobits`',
  );
}

function pushSection(context: Context, use: Use): void {
  const { unit } = context;
  const target = chosenSection(context, use);
  unit.stack.push({ section: unit.section, previous: unit.previous });
  unit.enter(target);
}

function popSection({ unit }: Context, use: Use): void {
  const top = unit.stack.pop();
  if (top === undefined) throw new SourceProblem(use.at, '`.popsection` without `.pushsection`');
  unit.enter(top.section);
  unit.previous = top.previous;
}

function previous({ unit }: Context, use: Use): void {
  if (unit.previous === undefined) throw new SourceProblem(use.at, 'there is no previous section yet');
  unit.enter(unit.previous);
}

export const sectionDirectives: DirectiveGroup = {
  parsed: {
    '.text': named('.text'),
    '.data': named('.data'),
    '.rodata': named('.rodata'),
    '.bss': named('.bss'),
    '.section': section,
    '.pushsection': pushSection,
    '.popsection': popSection,
    '.previous': previous,
  },
};
