/**
 * Computes the value of a bound expression. Before layout, only distances within a section are known; after
 * layout, all values are known.
 */
import { SourceProblem } from '../diagnostics.ts';
import { didYouMean } from '../suggest.ts';
import { type Bound, binary, unary } from './bound.ts';
import type { ObjectSection } from './section.ts';
import type { AsmSymbol } from './symbol.ts';

export interface Value {
  /** Signed 64-bit; after layout, with the section's address added. */
  readonly value: bigint;
  /** The section that contains the address; undefined for a plain number. */
  readonly section: ObjectSection | undefined;
}

/** When and where an expression is evaluated. */
export interface Moment {
  /** Whether sections have their addresses. */
  readonly placed: boolean;
  /** Address of the instruction, for the pc-relative functions. */
  readonly pc: number;
  /** What the linker has laid out in addition to the sections. Only relocation functions need it. */
  readonly tables?: Tables;
}

export interface Tables {
  /** The address of the entry in the global offset table for a relocation function and its symbol. */
  entry(relocation: Relocation): number | undefined;
  /** The address of the template of thread-local variables; undefined if there are none. */
  readonly threads: number | undefined;
}

/** A name is not defined. The linker reports each one only once. */
export class UndefinedSymbol extends SourceProblem {
  readonly symbol: AsmSymbol;

  constructor(symbol: AsmSymbol, at: number, placed: boolean) {
    const numeric = /^(\d+)f$/.exec(symbol.name)?.[1];
    if (numeric === undefined) super(at, unknown(symbol.name, placed));
    else
      super(
        at,
        `there is no label \`${numeric}:\` after this line`,
        `\`${numeric}b\` means the last one before it`,
      );
    this.symbol = symbol;
  }
}

function unknown(name: string, placed: boolean): string {
  return `\`${name}\` is not defined ${placed ? 'anywhere' : 'before this line, and its value is needed here'}`;
}

const BEFORE_LAYOUT: Moment = { placed: false, pc: 0 };

/** One evaluation. Its length is limited, because names can be defined by each other in a circle. */
interface Run {
  readonly moment: Moment;
  steps: number;
  depth: number;
}

const MOST_STEPS = 100_000;
const DEEPEST = 500;

/** The value of `bound`. Throws SourceProblem if it is not known at this moment. */
export function evaluate(bound: Bound, moment: Moment): Value {
  return compute(bound, { moment, steps: 0, depth: 0 });
}

function compute(bound: Bound, run: Run): Value {
  run.steps++;
  if (run.steps > MOST_STEPS) throw new SourceProblem(bound.at, 'this expression is too long to compute');
  switch (bound.kind) {
    case 'number':
      return { value: bound.value, section: undefined };
    case 'place':
      return addressOf(bound.section, bound.offset, run.moment);
    case 'symbol':
      return symbolValue(bound.symbol, bound.at, run);
    case 'unary': {
      const { value, section } = compute(bound.operand, run);
      if (!run.moment.placed && section !== undefined && bound.operator !== '+') throw notYet(bound.at);
      return { value: unary(bound.operator, value), section: undefined };
    }
    case 'binary':
      return combine(bound, run);
    case 'relocation':
      return relocate(bound, run);
    case 'captured':
      return inner(bound.value, bound.at, run);
  }
}

/** The value of `bound` as a plain number, which must be known before layout. Throws SourceProblem. */
export function evaluateNow(bound: Bound): bigint {
  const { value, section } = evaluate(bound, BEFORE_LAYOUT);
  if (section !== undefined) throw notYet(bound.at);
  return value;
}

/** The value of `bound` before layout, a number or an offset in a section; undefined if it is not known yet. */
export function tryEvaluate(bound: Bound): Value | undefined {
  if (bound.kind === 'number') return { value: bound.value, section: undefined };
  try {
    return evaluate(bound, BEFORE_LAYOUT);
  } catch (problem) {
    if (problem instanceof SourceProblem) return undefined;
    throw problem;
  }
}

function notYet(at: number): SourceProblem {
  return new SourceProblem(
    at,
    'this needs a number that is known here; addresses are known only after everything is read',
    'a difference of two labels of one section, both already defined, is a number',
  );
}

function addressOf(section: ObjectSection, offset: number, moment: Moment): Value {
  if (section.absolute) return { value: BigInt(offset), section: undefined };
  return { value: BigInt(moment.placed ? section.address + offset : offset), section };
}

function symbolValue(symbol: AsmSymbol, at: number, run: Run): Value {
  const { definition } = symbol;
  switch (definition.kind) {
    case 'label':
      return addressOf(definition.section, definition.offset, run.moment);
    case 'value':
      if (run.depth > DEEPEST)
        throw new SourceProblem(at, `\`${symbol.name}\` is defined in terms of itself`);
      return inner(definition.value, at, run);
    case 'elsewhere':
      return symbolValue(definition.symbol, at, run);
    case 'common':
      throw notYet(at);
    case 'undefined':
      return undefinedValue(symbol, at, run.moment);
  }
}

function undefinedValue(symbol: AsmSymbol, at: number, moment: Moment): Value {
  if (moment.placed && (symbol.binding === 'weak' || symbol.weaklyReferred))
    return { value: 0n, section: undefined };
  throw new UndefinedSymbol(symbol, at, moment.placed);
}

/** The value of a name's definition. An error in it is shown where the name is used. */
function inner(bound: Bound, at: number, run: Run): Value {
  run.depth++;
  try {
    return compute(bound, run);
  } catch (problem) {
    if (problem instanceof UndefinedSymbol) throw new UndefinedSymbol(problem.symbol, at, run.moment.placed);
    if (problem instanceof SourceProblem) throw new SourceProblem(at, problem.message, problem.hint);
    throw problem;
  } finally {
    run.depth--;
  }
}

function combine(bound: Bound & { kind: 'binary' }, run: Run): Value {
  const left = compute(bound.left, run);
  const right = compute(bound.right, run);
  const { operator, at } = bound;
  const value = binary(operator, left.value, right.value, at);
  const one = left.section === undefined || right.section === undefined;
  if (left.section === right.section && (one || isDistance(operator))) return { value, section: undefined };
  if (operator === '+' && one) return { value, section: left.section ?? right.section };
  if (operator === '-' && right.section === undefined) return { value, section: left.section };
  if (!run.moment.placed) throw notYet(at);
  return { value, section: undefined };
}

function isDistance(operator: string): boolean {
  return ['-', '==', '!=', '<>', '<', '>', '<=', '>='].includes(operator);
}

export type Relocation = Bound & { readonly kind: 'relocation' };

type Function = (bound: Relocation, run: Run) => bigint;

/**
 * The C library's pointer to a thread's variables points this far past their start (RISC-V ELF psABI, "Dynamic Thread
 * Pointer").
 */
export const DTP_BIAS = 0x800n;

/**
 * The functions that give the upper part of a distance from the instruction. The value computes the address at that
 * distance.
 */
const pointers: Readonly<Record<string, Function>> = {
  pcrel_hi: (bound, run) => compute(bound.operand, run).value,
  got_pcrel_hi: tableEntry,
  tls_ie_pcrel_hi: threadEntry,
  tls_gd_pcrel_hi: threadEntry,
};

/** The relocation functions, by name. */
const relocations: Readonly<Record<string, Function>> = {
  hi: (bound, run) => high(compute(bound.operand, run).value),
  lo: (bound, run) => low(compute(bound.operand, run).value),
  ...Object.fromEntries(
    Object.entries(pointers).map(([name, target]): [string, Function] => [
      name,
      (bound, run) => high(BigInt.asIntN(32, target(bound, run) - BigInt(run.moment.pc))),
    ]),
  ),
  pcrel_lo: (bound, run) => pcrelLow(bound, run),
  tprel_hi: (bound, run) => high(threadOffset(bound, run)),
  tprel_lo: (bound, run) => low(threadOffset(bound, run)),
  dtprel: (bound, run) => threadOffset(bound, run) - DTP_BIAS,
};

/** Whether `%pcrel_lo` may belong to this function. */
export function isPointer(name: string): boolean {
  return Object.hasOwn(pointers, name);
}

function tableEntry(bound: Relocation, run: Run): bigint {
  compute(bound.operand, run);
  const entry = run.moment.tables?.entry(bound);
  if (entry !== undefined) return BigInt(entry);
  throw new SourceProblem(bound.at, `\`%${bound.name}\` takes only the name of a symbol`);
}

function threadEntry(bound: Relocation, run: Run): bigint {
  threadOffset(bound, run);
  return tableEntry(bound, run);
}

/** The offset of a thread-local variable from the thread pointer. */
function threadOffset(bound: Relocation, run: Run): bigint {
  const { value, section } = compute(bound.operand, run);
  const start = run.moment.tables?.threads;
  if (section?.flags.thread && start !== undefined) return value - BigInt(start);
  throw new SourceProblem(
    bound.operand.at,
    'this is not a thread-local variable',
    'such variables are in `.tdata`, or in `.tbss` if they begin as zero',
  );
}

function relocate(bound: Relocation, run: Run): Value {
  const relocation = Object.hasOwn(relocations, bound.name) ? relocations[bound.name] : undefined;
  if (relocation === undefined) {
    const names = Object.keys(relocations);
    throw new SourceProblem(
      bound.at,
      `\`%${bound.name}\` is not a relocation function`,
      didYouMean(
        `%${bound.name}`,
        names.map((name) => `%${name}`),
      ) ?? `there are ${names.map((name) => `%${name}`).join(', ')}`,
    );
  }
  if (!run.moment.placed) throw notYet(bound.at);
  return { value: relocation(bound, run), section: undefined };
}

/** The upper 20 bits to which the sign-extended low 12 bits must be added to get the value. */
function high(value: bigint): bigint {
  return ((value + 0x800n) >> 12n) & 0xfffffn;
}

function low(value: bigint): bigint {
  return BigInt.asIntN(12, value);
}

/** `%pcrel_lo(label)`: the low part that belongs to the `%pcrel_hi` at `label`. */
function pcrelLow(bound: Relocation, run: Run): bigint {
  const { value, section } = compute(bound.operand, run);
  const upper = section?.pcrelHigh.get(Number(value) - section.address);
  const target = upper && pointers[upper.name]?.(upper, run);
  if (target === undefined) {
    throw new SourceProblem(
      bound.operand.at,
      '`%pcrel_lo` needs the label of an instruction that has `%pcrel_hi`',
      '`%pcrel_lo(1b)` goes with the instruction at `1:` that has `%pcrel_hi(x)`',
    );
  }
  return low(target - value);
}
