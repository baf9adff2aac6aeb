/** Directives that choose the section for the next bytes. */
import { SourceProblem } from '../diagnostics.ts';
import type { ObjectSection, SectionFlags } from '../object/section.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { expectCount, rangedOperand, stringOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RunDirective, Use } from './directive.ts';

const none: SectionFlags = { alloc: false, write: false, exec: false, nobits: false };
const code: SectionFlags = { ...none, alloc: true, exec: true };
const constants: SectionFlags = { ...none, alloc: true };
const variables: SectionFlags = { ...none, alloc: true, write: true };
const zeros: SectionFlags = { ...variables, nobits: true };
const threadVariables: SectionFlags = { ...variables, thread: true };

/** The usual flags of sections, by the name up to the second dot. */
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
  '.tdata': threadVariables,
  '.tbss': { ...threadVariables, nobits: true },
};

function usualFlags(name: string): SectionFlags | undefined {
  return usual[/^\.?[^.]*/.exec(name)?.[0] ?? ''];
}

/** The section of that name with the flags that such a section usually has. */
export function usualSection(unit: SourceUnit, name: string): ObjectSection {
  return unit.sectionNamed(name, usualFlags(name) ?? none);
}

/** `.text [subsection]`, `.data`, … */
function named(name: string): RunDirective {
  return ({ unit }, use) => {
    expectCount(use, 0, 1, 'subsection');
    const [order] = use.operands;
    const section = usualSection(unit, name);
    unit.enter(order === undefined ? section : subsectionOf(unit, section, order));
  };
}

/** The largest number of a subsection in GNU `as`. */
const MAX_SUBSECTION = 8192;

function subsectionOf(unit: SourceUnit, section: ObjectSection, order: WrittenOperand): ObjectSection {
  const number = rangedOperand(unit, order, 0, MAX_SUBSECTION, 'a subsection');
  return unit.sectionNamed(section.name, section.flags, number);
}

/** `.subsection number`: enters the part of the current section with this number. */
function subsection({ unit }: DirectiveContext, use: Use): void {
  expectCount(use, 1, 1, 'number');
  unit.enter(subsectionOf(unit, unit.section, use.operands[0] as WrittenOperand));
}

/** `.section name[, "flags"[, @type[, size]]]`. */
function section(context: DirectiveContext, use: Use): void {
  context.unit.enter(chosenSection(context, use));
}

function chosenSection({ unit, diagnostics }: DirectiveContext, use: Use): ObjectSection {
  const [first, second, third] = use.operands;
  if (first === undefined)
    throw new SourceProblem(use.at, `\`${use.name}\` needs a name`, `as in \`${use.name} .rodata\``);
  const name = first.kind === 'string' ? new TextDecoder().decode(first.bytes) : first.text;
  if (/[\s()]/.test(name)) throw new SourceProblem(first.at, `\`${name}\` cannot be the name of a section`);
  if (second === undefined) {
    if (usualFlags(name) === undefined && !unit.hasSection(name) && !/^\.(debug|note|comment)/.test(name)) {
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

function writtenFlags(flags: WrittenOperand, type: WrittenOperand | undefined, at: number): SectionFlags {
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
    thread: letters.includes('T'),
  };
}

const types = ['progbits', 'nobits', 'note', 'init_array', 'fini_array', 'preinit_array'];

function isNobits(type: WrittenOperand | undefined): boolean {
  if (type === undefined) return false;
  const name = type.kind === 'keyword' ? type.name : type.kind === 'string' ? type.text.slice(1, -1) : '';
  if (types.includes(name)) return name === 'nobits';
  throw new SourceProblem(
    type.at,
    `\`${type.text}\` is not a section type`,
    'write `@progbits` or `@nobits`',
  );
}

function isNumber(operand: WrittenOperand | undefined): operand is WrittenOperand {
  return operand?.kind === 'expression' && operand.expression.kind === 'number';
}

/** `.pushsection name[, subsection][, "flags"[, @type]]`. */
function pushSection(context: DirectiveContext, use: Use): void {
  const { unit } = context;
  const [name, order, ...flags] = use.operands;
  const operands = isNumber(order) ? [name as WrittenOperand, ...flags] : use.operands;
  const chosen = chosenSection(context, { ...use, operands });
  const target = isNumber(order) ? subsectionOf(unit, chosen, order) : chosen;
  unit.stack.push({ section: unit.section, previous: unit.previous });
  unit.enter(target);
}

function popSection({ unit }: DirectiveContext, use: Use): void {
  const top = unit.stack.pop();
  if (top === undefined) throw new SourceProblem(use.at, '`.popsection` without `.pushsection`');
  unit.enter(top.section);
  unit.previous = top.previous;
}

function previous({ unit }: DirectiveContext, use: Use): void {
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
    '.subsection': subsection,
    '.pushsection': pushSection,
    '.popsection': popSection,
    '.previous': previous,
  },
};
