/** Smaller guests to try instead of one that fails, and the smallest found. */
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { decode, encode, shownFields } from '../../isa/table/table.ts';
import { hoisted } from './hoist.ts';
import { layout, type Program, word } from './program.ts';

const { nop, allRights } = layout;

/** Whether the instruction goes to a place counted from its own. */
function isRelative(word: number): boolean {
  return decode(word)?.row.operands.some(({ kind }) => kind === 'target') ?? false;
}

/** The code without `count` instructions from `from` on; branches go where they went. */
function without(code: readonly number[], from: number, count: number): number[] {
  const moved = (n: number) => (n < from ? n : Math.max(from, n - count));
  return code.flatMap((word, n) => {
    if (n >= from && n < from + count) return [];
    const at = decode(word);
    const target = n + (at?.imm ?? 0) / 4;
    if (at === undefined || !isRelative(word) || target < 0 || target > code.length) return [word];
    return [
      encode(at.row, { ...shownFields(at), imm: at.imm + 4 * (moved(target) - target + n - moved(n)) }),
    ];
  });
}

/** Smaller ones of some code: without pieces of it, the larger first; then with pieces of it that do nothing. */
function* smallerCode(code: readonly number[], least: number): Generator<readonly number[]> {
  for (let size = code.length; size > 0; size >>>= 1) {
    for (let from = 0; from < code.length; from += size) {
      const rest = without(code, from, Math.min(size, code.length - from));
      if (rest.length >= least) yield rest;
    }
  }
  for (let n = 0; n < code.length; n++) {
    if (code[n] !== nop) yield code.map((word, k) => (k === n ? nop : word));
  }
  for (let n = 0; n < code.length; n++) yield* simplerWords(code, n);
}

/** The instruction at `n` with a field of it 0. */
function* simplerWords(code: readonly number[], n: number): Generator<readonly number[]> {
  const at = decode(code[n] as number);
  if (at === undefined || isRelative(code[n] as number)) return;
  const fields = shownFields(at);
  for (const [field, value] of Object.entries(fields)) {
    if (value === 0 || (field === 'imm' && at.row.operands.some(({ kind }) => kind === 'sr'))) continue;
    yield code.map((word, k) => (k === n ? encode(at.row, { ...fields, [field]: 0 }) : word));
  }
}

/**
 * Smaller guests, the boldest first. Each is smaller in a sense in which nothing goes on
 * for ever: fewer instructions, fewer that do something, less state, fewer steps.
 */
export function* smaller(program: Program): Generator<Program> {
  yield* fewerSlices(program);
  yield* smallerButSlices(program);
  yield* smallerSlices(program);
}

/** Smaller ones, compared at the same steps. */
function* smallerButSlices(program: Program): Generator<Program> {
  for (const code of smallerCode(program.code, 1)) yield { ...program, code };
  yield* hoisted(program, without);
  if (program.handler.length > 0) {
    if (program.handler.some((word, n) => word !== simplestHandler[n]))
      yield { ...program, handler: simplestHandler };
    for (const handler of smallerCode(program.handler, 0)) yield { ...program, handler };
  }
  yield* smallerState(program);
  yield* smallerTables(program);
}

/** An endless loop: the trap is taken, and nothing comes after. */
const simplestHandler: readonly number[] = [word('jal')];

function* smallerState(program: Program): Generator<Program> {
  const { system, x, status } = program;
  // Without ERBOUND `iret` takes all memory away: that would be another bug than the one found.
  for (const [n, [number]] of system.entries())
    if (number !== SR.ERBOUND) yield { ...program, system: system.filter((_, other) => other !== n) };
  for (let size = 32; size > 0; size >>>= 1) {
    for (let from = 0; from < 32; from += size) {
      const zeroed = x.map((value, n) => (n >= from && n < from + size ? 0 : value));
      if (zeroed.some((value, n) => value !== x[n])) yield { ...program, x: zeroed };
    }
  }
  for (const [n, value] of x.entries()) {
    for (const simpler of [1, value & ~0xfff, value & ~3, value >>> 1]) {
      if (Math.abs(simpler) < Math.abs(value)) yield { ...program, x: x.with(n, simpler) };
    }
  }
  for (const bits of [STATUS.UF, STATUS.IF, STATUS.RING]) {
    if ((status & bits) !== 0) yield { ...program, status: status & ~bits };
  }
  for (const [n, [number, value]] of system.entries()) {
    if (number !== SR.TIMER) continue;
    for (const sooner of [1, value >>> 1, value - 1]) {
      if (sooner > 0 && sooner < value) yield { ...program, system: system.with(n, [number, sooner]) };
    }
  }
  if (program.input.length > 0) yield { ...program, input: program.input.slice(1) };
}

function* smallerTables(program: Program): Generator<Program> {
  const { entries } = program;
  if (entries.length === 0) return;
  yield { ...program, entries: [] };
  const usual = entries.map((_, page) => (page << 12) | allRights);
  if (entries.some((entry, page) => entry !== usual[page])) yield { ...program, entries: usual };
  for (const [page, entry] of entries.entries()) {
    if (entry !== usual[page] && page < 32)
      yield { ...program, entries: entries.with(page, usual[page] as number) };
  }
}

function* fewerSlices(program: Program): Generator<Program> {
  const { slices } = program;
  if (slices.length > 1) {
    const sum = slices.reduce((total, slice) => total + slice, 0);
    yield { ...program, slices: [sum] };
    yield { ...program, slices: slices.slice(0, -1) };
    for (let n = 1; n < slices.length; n++) {
      const joined = (slices[n - 1] as number) + (slices[n] as number);
      yield { ...program, slices: slices.toSpliced(n - 1, 2, joined) };
    }
  }
}

function* smallerSlices(program: Program): Generator<Program> {
  const { slices } = program;
  for (const [n, slice] of slices.entries()) {
    for (const shorter of [1, slice >>> 3, slice >>> 1, slice - 8, slice - 1]) {
      if (shorter > 0 && shorter < slice) yield { ...program, slices: slices.with(n, shorter) };
    }
  }
}

/** Steps of a guest up to which it is also shrunk compared at every one of them. */
const fewSteps = 200;

/**
 * The smallest guest found for which `fails` still holds; at most about `most` are tried. A difference that is
 * seen at one step only hides smaller guests, in which that step is another: so a short guest is then compared
 * at every step, made smaller again, and at last compared no oftener than it must be.
 */
export function shrink(program: Program, fails: (program: Program) => boolean, most = 5000): Program {
  return finished(shrinking(program, asked(fails), most));
}

/** Asks whether a guest still fails; what it yields is what `shrinking` yields. `next` are asked if it does not. */
export type Asking<Y> = (program: Program, next?: readonly Program[]) => Generator<Y, boolean, void>;

/** The question as one that needs no preparation. */
const asked = (fails: (program: Program) => boolean): Asking<never> =>
  function* ask(program) {
    yield* [];
    return fails(program);
  };

/** What a generator that yields nothing of interest returns in the end. */
export function finished<R>(generator: Generator<unknown, R, void>): R {
  for (;;) {
    const { done, value } = generator.next();
    if (done === true) return value;
  }
}

/** As `shrink`, for questions that need something to be prepared, by whoever takes what is yielded. */
export function* shrinking<Y>(program: Program, fails: Asking<Y>, most = 5000): Generator<Y, Program, void> {
  const first = yield* descend(program, fails, most);
  const steps = first.slices.reduce((sum, slice) => sum + slice, 0);
  const stepwise = { ...first, slices: Array.from({ length: steps }, () => 1) };
  if (most === 0 || steps > fewSteps || !(yield* fails(stepwise))) return first;
  const second = yield* descend(stepwise, fails, most, stepwiseSmaller);
  const merged = { ...second, slices: [second.slices.length] };
  return (yield* fails(merged)) ? yield* descend(merged, fails, most) : second;
}

/** As `smaller`, still compared at every step. */
function* stepwiseSmaller(program: Program): Generator<Program> {
  const { slices } = program;
  for (let length = 1; length < slices.length; length *= 2)
    yield { ...program, slices: slices.slice(0, length) };
  if (slices.length > 1) yield { ...program, slices: slices.slice(0, -1) };
  yield* smallerButSlices(program);
}

/** Goes from one to a smaller one that fails too. After it, it goes on where it was in the list, and begins anew when there is nothing more. */
function* descend<Y>(
  program: Program,
  fails: Asking<Y>,
  most: number,
  next = smaller,
): Generator<Y, Program, void> {
  let best = program;
  let tried = 0;
  let from = 0;
  for (;;) {
    let found: Program | undefined;
    let n = 0;
    for (const [candidate, upcoming] of inChunks(next(best), from)) {
      n += 1;
      tried += 1;
      if (tried > most) return best;
      if (!(yield* fails(candidate, upcoming))) continue;
      found = candidate;
      break;
    }
    if (found === undefined && from === 0) return best;
    from = found === undefined ? 0 : from + n - 1;
    best = found ?? best;
  }
}

/** Smaller guests that are given to a candidate elsewhere together. One that fails makes the rest useless. */
const chunkSize = 6;

/** The guests from the `from`th on; the first one of each few comes with the others. */
function* inChunks(
  guests: Generator<Program>,
  from: number,
): Generator<readonly [program: Program, next: readonly Program[]]> {
  let chunk: Program[] = [];
  let n = 0;
  for (const guest of guests) {
    n += 1;
    if (n <= from) continue;
    chunk.push(guest);
    if (chunk.length < chunkSize) continue;
    yield* chunked(chunk);
    chunk = [];
  }
  yield* chunked(chunk);
}

function chunked(chunk: readonly Program[]): (readonly [Program, readonly Program[]])[] {
  return chunk.map((program, n) => [program, n === 0 ? chunk.slice(1) : []]);
}
