/** Directives about symbols: their visibility, their type, their value. */
import { SourceProblem } from '../diagnostics.ts';
import { loadImmediate } from '../../isa/table/pseudo.ts';
import { registerNumbers } from '../../isa/table/registers.ts';
import type { Bound } from '../object/bound.ts';
import { tryEvaluate } from '../object/evaluate.ts';
import type { AsmSymbol, SymbolType } from '../object/symbol.ts';
import type { SourceUnit } from '../object/unit.ts';
import { didYouMean } from '../suggest.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { boundOperand, expectCount, nameOperand, rangedOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RunDirective, Use } from './directive.ts';
import { usualSection } from './sections.ts';
import { moveTo } from './space.ts';

/** A directive that does something to each symbol it names. */
function each(act: (symbol: AsmSymbol) => void): RunDirective {
  return ({ unit }, use) => {
    if (use.operands.length === 0)
      throw new SourceProblem(use.at, `\`${use.name}\` needs the name of a symbol`);
    for (const operand of use.operands) act(unit.symbol(nameOperand(operand, use.at)));
  };
}

const types: Readonly<Record<string, SymbolType>> = {
  function: 'function',
  func: 'function',
  gnu_indirect_function: 'function',
  object: 'object',
  tls_object: 'object',
  common: 'object',
  notype: 'none',
};

/** `.type name, @function`. */
function type({ unit }: DirectiveContext, use: Use): void {
  expectCount(use, 2, 2, 'name, @function');
  const [name, kind] = use.operands as [WrittenOperand, WrittenOperand];
  const word = (kind.kind === 'keyword' ? kind.name : kind.text.replaceAll('"', ''))
    .replace(/^STT_/, '')
    .toLowerCase();
  const known = types[word];
  if (known === undefined) {
    throw new SourceProblem(
      kind.at,
      `\`${kind.text}\` is not a symbol type`,
      didYouMean(word, Object.keys(types)) ?? 'write `@function` or `@object`',
    );
  }
  unit.symbol(nameOperand(name, use.at)).type = known;
}

function size({ unit }: DirectiveContext, use: Use): void {
  expectCount(use, 2, 2, 'name, .-name');
  const [name, value] = use.operands as [WrittenOperand, WrittenOperand];
  const symbol = unit.symbol(nameOperand(name, use.at));
  symbol.size = boundOperand(unit, value);
  symbol.sizedBy = unit.statement;
}

/** `.set name, value`, and `.equiv name, value`, where the name must be new. */
function set(once: boolean): RunDirective {
  return ({ unit }, use) => {
    expectCount(use, 2, 2, 'name, value');
    const [name, value] = use.operands as [WrittenOperand, WrittenOperand];
    assign(unit, nameOperand(name, use.at), name.at, boundOperand(unit, value), once);
  };
}

/** Gives `name` a value. If the name is `.`, moves the position of the next byte instead. Throws SourceProblem. */
export function assign(unit: SourceUnit, name: string, at: number, value: Bound, once: boolean): void {
  if (name === '.') {
    moveTo(unit, value, 0);
    return;
  }
  if (registerNumbers.has(name))
    throw new SourceProblem(
      at,
      `\`${name}\` is a register, and cannot be given a value`,
      `as an instruction: \`${loadImmediate} ${name}, …\``,
    );
  const now = tryEvaluate(value);
  const number: Bound | undefined =
    now !== undefined && now.section === undefined
      ? { kind: 'number', at: value.at, value: now.value }
      : undefined;
  unit.define(name, at, { kind: 'value', value: number ?? value, once });
}

/** `.comm name, size[, alignment]`. */
function comm({ unit }: DirectiveContext, use: Use): void {
  const { name, at, bytes, alignment } = common(unit, use);
  const symbol = unit.symbol(name);
  if (symbol.definition.kind === 'common') return;
  if (symbol.binding === 'local' && symbol.declaredLocal) {
    reserve(unit, name, at, bytes, alignment);
    return;
  }
  unit.define(name, at, { kind: 'common', size: bytes, alignment });
  symbol.binding = symbol.binding === 'weak' ? 'weak' : 'global';
  symbol.type = 'object';
}

/** `.lcomm name, size[, alignment]`: reserves room in this file's .bss. */
function lcomm({ unit }: DirectiveContext, use: Use): void {
  const { name, at, bytes, alignment } = common(unit, use);
  reserve(unit, name, at, bytes, alignment);
}

function common(unit: SourceUnit, use: Use): { name: string; at: number; bytes: number; alignment: number } {
  expectCount(use, 2, 3, 'name, size, alignment');
  const [name, sizeOperand, alignOperand] = use.operands as [WrittenOperand, WrittenOperand, WrittenOperand?];
  const bytes = rangedOperand(unit, sizeOperand, 0, 0xffffffff, 'a size');
  const alignment =
    alignOperand === undefined
      ? naturalAlignment(bytes)
      : rangedOperand(unit, alignOperand, 1, 65536, 'an alignment');
  if (!Number.isInteger(Math.log2(alignment)))
    throw new SourceProblem(alignOperand?.at ?? 0, `${alignment} is not a power of two`);
  return { name: nameOperand(name, use.at), at: name.at, bytes, alignment };
}

function naturalAlignment(bytes: number): number {
  return bytes >= 8 ? 8 : bytes >= 4 ? 4 : bytes >= 2 ? 2 : 1;
}

/** The subsection of .bss in which GNU `as` reserves room. It follows what the source itself puts into .bss. */
const RESERVED = 1;

function reserve(unit: SourceUnit, name: string, at: number, bytes: number, alignment: number): void {
  const { name: section, flags } = usualSection(unit, '.bss');
  const bss = unit.sectionNamed(section, flags, RESERVED);
  bss.fill((alignment - (bss.size % alignment)) % alignment, 0);
  bss.alignment = Math.max(bss.alignment, alignment);
  const symbol = unit.define(name, at, { kind: 'label', section: bss, offset: bss.size });
  symbol.type = 'object';
  symbol.size = { kind: 'number', at: 0, value: BigInt(bytes) };
  bss.fill(bytes, 0);
}

/** `.weakref alias, name`: makes an alias for a name that need not be defined. */
function weakref({ unit }: DirectiveContext, use: Use): void {
  expectCount(use, 2, 2, 'alias, name');
  const [alias, name] = use.operands as [WrittenOperand, WrittenOperand];
  const symbol = unit.symbol(nameOperand(name, use.at));
  symbol.weaklyReferred = true;
  const value = { kind: 'symbol', at: name.at, symbol } as const;
  unit.define(nameOperand(alias, use.at), alias.at, { kind: 'value', value, once: true });
}

const global = each((symbol) => {
  if (symbol.binding === 'local') symbol.binding = 'global';
});
const weak = each((symbol) => {
  symbol.binding = 'weak';
});
const local = each((symbol) => {
  symbol.binding = 'local';
  symbol.declaredLocal = true;
});
const hidden = each((symbol) => {
  symbol.hidden = true;
});

export const symbolDirectives: DirectiveGroup = {
  parsed: {
    '.globl': global,
    '.global': global,
    '.xdef': global,
    '.extern': each(() => {}),
    '.xref': each(() => {}),
    '.weak': weak,
    '.weakref': weakref,
    '.local': local,
    '.hidden': hidden,
    '.internal': hidden,
    '.protected': each(() => {}),
    '.type': type,
    '.size': size,
    '.set': set(false),
    '.equ': set(false),
    '.lsym': set(false),
    '.equiv': set(true),
    '.comm': comm,
    '.common': comm,
    '.common.s': comm,
    '.xcom': comm,
    '.lcomm': lcomm,
  },
};
