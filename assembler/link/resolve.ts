/** Resolves names across files: finds the definition that each one refers to. */
import type { Diagnostics } from '../diagnostics.ts';
import type { ObjectSection } from '../object/section.ts';
import { AsmSymbol } from '../object/symbol.ts';
import type { SourceUnit } from '../object/unit.ts';

export interface Names {
  /** Symbols that all files share, by name. */
  readonly globals: ReadonlyMap<string, AsmSymbol>;
  /** Symbols that only the linker can define, and that some file refers to. */
  readonly provided: ReadonlyMap<string, AsmSymbol>;
}

/**
 * Connects each undefined symbol with its definition in another file. Two definitions of
 * the same name are an error, unless one of them is weak. `.comm` symbols get room in `commons`.
 */
export function resolveNames(
  units: readonly SourceUnit[],
  commons: ObjectSection,
  offered: ReadonlySet<string>,
  diagnostics: Diagnostics,
): Names {
  const globals = new Map<string, AsmSymbol>();
  for (const unit of units) {
    nameSections(unit);
    for (const symbol of unit.symbols.values()) {
      if (symbol.isDefined && symbol.binding !== 'local') addGlobal(globals, symbol, diagnostics);
    }
  }
  const provided = new Map<string, AsmSymbol>();
  for (const unit of units) {
    for (const symbol of unit.symbols.values()) refer(symbol, globals, provided, offered);
  }
  for (const unit of units) {
    for (const symbol of unit.symbols.values()) placeCommon(symbol, commons);
  }
  return { globals, provided };
}

/**
 * If no symbol has a section's name, the name means the start of the section. Debugging information of compilers
 * relies on this.
 */
function nameSections(unit: SourceUnit): void {
  for (const section of unit.sections) {
    const symbol = unit.symbols.get(section.name);
    if (symbol !== undefined && !symbol.isDefined) symbol.definition = { kind: 'label', section, offset: 0 };
  }
}

function addGlobal(globals: Map<string, AsmSymbol>, symbol: AsmSymbol, diagnostics: Diagnostics): void {
  const before = globals.get(symbol.name);
  if (before === undefined || outranks(symbol, before)) {
    globals.set(symbol.name, symbol);
    return;
  }
  if (rank(symbol) < STRONG || rank(before) < STRONG || symbol.definedAt === undefined) return;
  const first = before.definedAt?.statement;
  const { statement, at } = symbol.definedAt;
  diagnostics.error(
    statement,
    at,
    `\`${symbol.name}\` is already defined in another file: ${first?.file}:${first?.line}`,
    'only one file may define a `.globl` name; remove `.globl` if the name is used in one file only',
  );
}

const STRONG = 3;

/** The strength of a definition: a common one replaces a weak one, and a real one replaces both. */
function rank(symbol: AsmSymbol): number {
  if (symbol.binding === 'weak') return 1;
  return symbol.definition.kind === 'common' ? 2 : STRONG;
}

function outranks(symbol: AsmSymbol, before: AsmSymbol): boolean {
  const bigger =
    symbol.definition.kind === 'common' &&
    before.definition.kind === 'common' &&
    symbol.definition.size > before.definition.size;
  return rank(symbol) > rank(before) || bigger;
}

function refer(
  symbol: AsmSymbol,
  globals: ReadonlyMap<string, AsmSymbol>,
  provided: Map<string, AsmSymbol>,
  offered: ReadonlySet<string>,
): void {
  const isLocal = symbol.isDefined && symbol.binding === 'local';
  const definition = globals.get(symbol.name);
  if (definition !== undefined) {
    if (definition !== symbol && !isLocal) symbol.definition = { kind: 'elsewhere', symbol: definition };
    return;
  }
  if (symbol.isDefined || !offered.has(symbol.name)) return;
  const made = provided.get(symbol.name) ?? new AsmSymbol(symbol.name);
  made.binding = 'global';
  provided.set(symbol.name, made);
  symbol.definition = { kind: 'elsewhere', symbol: made };
}

function placeCommon(symbol: AsmSymbol, commons: ObjectSection): void {
  const { definition } = symbol;
  if (definition.kind !== 'common') return;
  const { size, alignment } = definition;
  commons.fill((alignment - (commons.size % alignment)) % alignment, 0);
  commons.alignment = Math.max(commons.alignment, alignment);
  symbol.definition = { kind: 'label', section: commons, offset: commons.size };
  symbol.size = { kind: 'number', at: 0, value: BigInt(size) };
  commons.fill(size, 0);
}
