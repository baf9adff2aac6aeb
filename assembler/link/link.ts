/** Links units into an image: resolves names, places sections, applies fixups. */
import { registerNumbers } from '../../isa/table/registers.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { registerHint } from '../hints/registers.ts';
import { evaluate } from '../object/evaluate.ts';
import { ObjectSection } from '../object/section.ts';
import { type AsmSymbol, isInternal } from '../object/symbol.ts';
import type { SourceUnit } from '../object/unit.ts';
import { didYouMean } from '../suggest.ts';
import { applyFixups, type FarBranches } from './fixups.ts';
import { type Layout, layOut } from './layout.ts';
import { OffsetTable } from './offset-table.ts';
import { providedNames, providedValue, TABLE_NAME } from './provided.ts';
import { type Names, resolveNames } from './resolve.ts';

export interface LinkedImage {
  readonly units: readonly SourceUnit[];
  readonly layout: Layout;
  readonly names: Names;
  readonly entry: number;
  /**
   * For each unit, the conditional branches that do not reach their targets. The unit is read again with these in
   * their long form.
   */
  readonly far: readonly FarBranches[];
}

/** Links units at address `base`. Errors are added to `diagnostics`. Throws LayoutError. */
export function link(units: readonly SourceUnit[], base: number, diagnostics: Diagnostics): LinkedImage {
  const commons = new ObjectSection('.bss', { alloc: true, write: true, exec: false, nobits: true });
  const names = resolveNames(units, commons, providedNames, diagnostics);
  const table = new OffsetTable(units, names.provided.has(TABLE_NAME));
  const made = [commons, table.section].filter(({ size }) => size > 0);
  const layout = layOut([...units.flatMap((unit) => unit.sections), ...made], base);
  const tables = table.tables(layout);
  for (const [name, symbol] of names.provided) {
    const value = BigInt(providedValue(name, layout, base));
    symbol.definition = { kind: 'value', once: true, value: { kind: 'number', at: 0, value } };
  }
  const lenient = units.some((unit) => unit.incomplete);
  let guesses = GUESSES;
  const far = units.map((unit) =>
    applyFixups(
      unit,
      tables,
      diagnostics,
      (symbol) => explain(symbol, units) ?? (guesses-- > 0 ? guess(symbol, unit, names) : undefined),
      lenient,
    ),
  );
  if (diagnostics.errors.length === 0) table.fill(tables);
  return {
    units,
    layout,
    names,
    entry: diagnostics.errors.length > 0 ? base : entryOf(units, names, base),
    far,
  };
}

/** The most undefined names for which a similar defined name is searched, for a hint. */
const GUESSES = 100;

function explain(symbol: AsmSymbol, units: readonly SourceUnit[]): string | undefined {
  for (const other of units) {
    const theirs = other.symbols.get(symbol.name);
    const place = theirs?.isDefined ? theirs.definedAt?.statement : undefined;
    if (place !== undefined)
      return `${place.file}:${place.line} defines it, but only for that file; write \`.globl ${symbol.name}\` there`;
  }
  if (registerNumbers.has(symbol.name))
    return `\`${symbol.name}\` is a register; its value is known only when the program runs`;
  return registerHint(symbol.name);
}

function guess(symbol: AsmSymbol, unit: SourceUnit, names: Names): string | undefined {
  const defined = [...unit.symbols.values()]
    .filter((candidate) => candidate.isDefined)
    .map(({ name }) => name);
  return didYouMean(
    symbol.name,
    [...defined, ...names.globals.keys(), ...registerNumbers.keys()].filter((name) => !isInternal(name)),
  );
}

const ENTRY = '_start';

/** `_start`, or the first instruction. */
function entryOf(units: readonly SourceUnit[], names: Names, base: number): number {
  const local = units.map((unit) => unit.symbols.get(ENTRY)).find((symbol) => symbol?.isDefined);
  const symbol = names.globals.get(ENTRY) ?? local;
  if (symbol === undefined) return base;
  return Number(
    BigInt.asUintN(32, evaluate({ kind: 'symbol', at: 0, symbol }, { placed: true, pc: 0 }).value),
  );
}
