/** Constants taken out of a guest's code into the registers that it starts with: one of the ways to make it smaller. */
import { decode, encode, shownFields } from '../../isa/table/table.ts';
import type { Program } from './program.ts';

/** The register that an instruction sets, and to what, if that can be said from the registers at the start. */
function constantOf(
  word: number,
  x: readonly number[],
): { readonly rd: number; readonly value: number } | undefined {
  const at = decode(word);
  if (at === undefined || at.rd === 0) return undefined;
  if (at.row.name === 'lui') return { rd: at.rd, value: at.imm | 0 };
  if (at.row.name === 'addi') return { rd: at.rd, value: ((x[at.rs1] as number) + at.imm) | 0 };
  return undefined;
}

/** The registers that the code names. */
function named(code: readonly number[]): ReadonlySet<number> {
  return new Set(
    code.flatMap((word) => {
      const at = decode(word);
      return at === undefined ? [] : [at.rd, at.rs1, at.rs2];
    }),
  );
}

/** The code with `fresh` for register `old` wherever it is read from instruction `from` on, until it is set again. */
function renamed(code: readonly number[], from: number, old: number, fresh: number): readonly number[] {
  let live = true;
  return code.map((word, n) => {
    const at = decode(word);
    if (n < from || !live || at === undefined) return word;
    const fields = shownFields(at);
    live = fields.rd !== old;
    const swapped = { ...fields };
    if (fields.rs1 === old) swapped.rs1 = fresh;
    if (fields.rs2 === old) swapped.rs2 = fresh;
    return encode(at.row, swapped);
  });
}

/**
 * The guest without an instruction of its code that makes a constant; the register has it from the start, or
 * another one that is not used otherwise. `without` takes out one instruction.
 */
export function* hoisted(
  program: Program,
  without: (code: readonly number[], from: number, count: number) => readonly number[],
): Generator<Program> {
  const { code, handler, x } = program;
  if (code.length < 2) return;
  const used = named([...code, ...handler]);
  const fresh = x.findLastIndex((_, n) => n > 0 && !used.has(n));
  for (const [n, word] of code.entries()) {
    const constant = constantOf(word, x);
    if (constant === undefined) continue;
    const { rd, value } = constant;
    const rest = without(code, n, 1);
    yield { ...program, code: rest, x: x.with(rd, value) };
    if (fresh > 0) yield { ...program, code: renamed(rest, n, rd, fresh), x: x.with(fresh, value) };
  }
}
