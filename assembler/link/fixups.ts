/** Applies fixups: fills in the values that were not known during reading, now that every address is known. */
import { registerNumbers } from '../../isa/table/registers.ts';
import { checkDatum } from '../directives/data.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { displacement, encodeValue, reaches } from '../instructions/encode.ts';
import { evaluate, type Tables, UndefinedSymbol } from '../object/evaluate.ts';
import type { DataFixup, Fixup, InstructionFixup } from '../object/fixup.ts';
import type { AsmSymbol } from '../object/symbol.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { Statement } from '../source/statement.ts';

/** The numbers of conditional branches of one unit that do not reach their targets. */
export type FarBranches = number[];

/** Returns a hint why a name is not defined. */
export type Explain = (symbol: AsmSymbol) => string | undefined;

/**
 * Applies a unit's fixups, and checks that its symbols have values. `lenient` means that an included
 * file is missing. Undefined names are not reported then, because that file probably defines them.
 */
export function applyFixups(
  unit: SourceUnit,
  tables: Tables,
  diagnostics: Diagnostics,
  explain: Explain,
  lenient: boolean,
): FarBranches {
  const reporter = new Reporter(diagnostics, explain, lenient, unit.doubts);
  const far: FarBranches = [];
  for (const symbol of unit.symbols.values()) checkSymbol(symbol, reporter);
  for (const fixup of unit.fixups) {
    if (diagnostics.isFull) break;
    reporter.guard(fixup.statement, () => {
      if (applyFixup(fixup, tables) === 'far' && fixup.kind === 'instruction')
        far.push(fixup.branch as number);
    });
  }
  return far;
}

function stringHint(name: string): string {
  const character = name.length === 1 ? `, and a character is \`'${name}'\`` : '';
  return `a quoted word here is the name of a symbol; write text with \`.ascii\` or \`.string\`${character}`;
}

/** Reports the errors of a unit. An undefined name is reported only once. */
class Reporter {
  private readonly diagnostics: Diagnostics;
  private readonly explain: Explain;
  /** Undefined names are not reported. */
  private readonly lenient: boolean;
  private readonly doubts: SourceUnit['doubts'];
  private readonly doubted = new Set<Statement>();
  private readonly reported = new Set<AsmSymbol>();

  constructor(diagnostics: Diagnostics, explain: Explain, lenient: boolean, doubts: SourceUnit['doubts']) {
    this.doubts = doubts;
    this.diagnostics = diagnostics;
    this.lenient = lenient;
    this.explain = explain;
  }

  guard(statement: Statement, work: () => void): void {
    this.diagnostics.guard(statement, () => {
      try {
        work();
      } catch (problem) {
        if (!(problem instanceof UndefinedSymbol)) throw problem;
        const { symbol, at, message, hint } = problem;
        const doubt = registerNumbers.has(symbol.name) ? this.doubts.get(statement) : undefined;
        if (doubt !== undefined && this.doubted.has(statement)) return;
        this.doubted.add(statement);
        if (doubt !== undefined) throw doubt();
        if (!this.reported.has(symbol) && !this.lenient) {
          const quoted = statement.text[at] === '"' ? stringHint(symbol.name) : undefined;
          this.diagnostics.error(statement, at, message, hint ?? quoted ?? this.explain(symbol));
        }
        this.reported.add(symbol);
      }
    });
  }
}

const AFTER_LAYOUT = { placed: true, pc: 0 };

/** Checks that a symbol's value and size can be computed, because the symbol table contains both. */
function checkSymbol({ definition, definedAt, size, sizedBy }: AsmSymbol, reporter: Reporter): void {
  if (definition.kind === 'value' && definedAt !== undefined) {
    reporter.guard(definedAt.statement, () => evaluate(definition.value, AFTER_LAYOUT));
  }
  if (size !== undefined && sizedBy !== undefined)
    reporter.guard(sizedBy, () => evaluate(size, AFTER_LAYOUT));
}

function applyFixup(fixup: Fixup, tables: Tables): 'done' | 'far' {
  return fixup.kind === 'data' ? applyData(fixup, tables) : applyInstruction(fixup, tables);
}

function applyInstruction(fixup: InstructionFixup, tables: Tables): 'done' | 'far' {
  const { section, offset, row, values, operand, value: expression } = fixup;
  const pc = section.address + offset;
  const value = evaluate(expression, { placed: true, pc, tables });
  if (fixup.branch !== undefined && !reaches(row, displacement(value, pc))) return 'far';
  section.writeWord(offset, encodeValue({ row, values, operand, expression }, value, pc));
  return 'done';
}

function applyData(fixup: DataFixup, tables: Tables): 'done' {
  const { section, offset, size, value: expression } = fixup;
  const { value } = evaluate(expression, { placed: true, pc: section.address + offset, tables });
  checkDatum(value, size, expression.at);
  section.write(offset, size, value);
  return 'done';
}
