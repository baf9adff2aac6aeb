/** Fills in what was left open while reading, once every address is known. */
import { checkDatum } from '../directives/data.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { displacement, encodeValue, reaches } from '../instructions/encode.ts';
import { evaluate, UndefinedSymbol } from '../object/evaluate.ts';
import type { DataFixup, Fixup, InstructionFixup } from '../object/fixup.ts';
import type { AsmSymbol } from '../object/symbol.ts';
import type { Unit } from '../object/unit.ts';

/** Conditional branches of one unit whose targets are too far, by number. */
export type FarBranches = number[];

/** Applies a unit's fixups. `explain` gives the hint for a name that nothing defines. */
export function applyFixups(
  unit: Unit,
  diagnostics: Diagnostics,
  explain: (symbol: AsmSymbol) => string | undefined,
): FarBranches {
  const far: FarBranches = [];
  const reported = new Set<AsmSymbol>();
  for (const fixup of unit.fixups) {
    diagnostics.guard(fixup.statement, () => {
      try {
        if (applyFixup(fixup) === 'far' && fixup.kind === 'instruction') far.push(fixup.branch as number);
      } catch (problem) {
        if (!(problem instanceof UndefinedSymbol)) throw problem;
        if (reported.has(problem.symbol)) return;
        reported.add(problem.symbol);
        diagnostics.error(
          fixup.statement,
          problem.at,
          problem.message,
          problem.hint ?? explain(problem.symbol),
        );
      }
    });
  }
  return far;
}

function applyFixup(fixup: Fixup): 'done' | 'far' {
  return fixup.kind === 'data' ? applyData(fixup) : applyInstruction(fixup);
}

function applyInstruction(fixup: InstructionFixup): 'done' | 'far' {
  const { section, offset, row, values, operand, value: expression } = fixup;
  const pc = section.address + offset;
  const value = evaluate(expression, { placed: true, pc });
  if (fixup.branch !== undefined && !reaches(row, displacement(value, pc))) return 'far';
  section.writeWord(offset, encodeValue({ row, values, operand, expression }, value, pc));
  return 'done';
}

function applyData(fixup: DataFixup): 'done' {
  const { section, offset, size, value: expression } = fixup;
  const { value } = evaluate(expression, { placed: true, pc: section.address + offset });
  checkDatum(value, size, expression.at);
  section.write(offset, size, value);
  return 'done';
}
