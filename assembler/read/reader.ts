/**
 * The reader returns one statement after another from files, macros and
 * repetitions, without those that a condition skips. Its work is limited: a macro that calls itself
 * without end, or very many repetitions, cause an error.
 */
import { SourceProblem } from '../diagnostics.ts';
import type { Statement } from '../source/statement.ts';
import { type Condition, type SourceFrame, frame } from './frame.ts';
import { headOf } from './head.ts';
import type { Macro } from './macro.ts';

const MAX_DEPTH = 200;
/** The most statements of a source, with its macros and repetitions expanded. */
export const MAX_STATEMENTS = 2_000_000;

/** Thrown when a limit is exceeded. Reading cannot continue. */
export class ReadLimit extends SourceProblem {
  override readonly fatal = true;
}

export class Reader {
  /** Macros by name, in small letters. */
  readonly macros = new Map<string, Macro>();
  /** Texts that were named by `.eqv`, by name. */
  readonly equivalents = new Map<string, string>();
  /** Macros have the alternate syntax (`.altmacro`). */
  isAlternate = false;
  private readonly frames: SourceFrame[] = [];
  private read = 0;
  private readonly unclosed: (condition: Condition) => void;

  /** `unclosed` is called with every condition that is still open when its file or macro ends. */
  constructor(unclosed: (condition: Condition) => void) {
    this.unclosed = unclosed;
  }

  /** Inserts statements, which are read next. Throws ReadLimit. */
  push(
    kind: SourceFrame['kind'],
    statements: readonly Statement[],
    nextRound?: SourceFrame['nextRound'],
  ): void {
    if (this.frames.length >= MAX_DEPTH) {
      throw new ReadLimit(
        0,
        `macros, repetitions and included files are nested more than ${MAX_DEPTH} deep`,
        'does one of them use itself without end?',
      );
    }
    this.frames.push(frame(kind, statements, nextRound));
  }

  /** The next statement that is not skipped by a condition. Conditional directives themselves are never skipped. */
  next(): Statement | undefined {
    for (;;) {
      const statement = this.nextRaw();
      if (statement === undefined) return undefined;
      if (this.isActive() || isConditional(statement)) return statement;
    }
  }

  /** Whether statements are read here, and not skipped. */
  isActive(): boolean {
    return this.conditions.at(-1)?.active ?? true;
  }

  /** The open conditions of the current file or macro; the innermost is the last. */
  get conditions(): Condition[] {
    return this.frames.at(-1)?.conditions ?? [];
  }

  private nextRaw(): Statement | undefined {
    for (let top = this.frames.at(-1); top !== undefined; top = this.frames.at(-1)) {
      const statement = top.statements[top.index];
      if (statement !== undefined) {
        top.index++;
        this.count();
        return statement;
      }
      this.endRound(top);
    }
    return undefined;
  }

  private endRound(top: SourceFrame): void {
    for (const condition of top.conditions.splice(0)) this.unclosed(condition);
    const more = top.nextRound?.();
    if (more === undefined) {
      this.frames.pop();
      return;
    }
    this.count();
    top.statements = more;
    top.index = 0;
  }

  private count(): void {
    this.read++;
    if (this.read > MAX_STATEMENTS) {
      throw new ReadLimit(
        0,
        `macros and repetitions give more than ${MAX_STATEMENTS} statements`,
        'does one of them go on without end?',
      );
    }
  }

  /** The statements up to the directive that closes a block; `opens` and `closes` are directives. Throws SourceProblem. */
  block(opens: readonly string[], closes: readonly string[], at: number): Statement[] {
    const body: Statement[] = [];
    const top = this.frames.at(-1);
    for (let depth = 1; ; ) {
      const statement = top?.statements[top.index];
      if (top === undefined || statement === undefined) {
        throw new SourceProblem(at, `this block never ends`, `close it with \`${closes[0]}\``);
      }
      top.index++;
      const name = headOf(statement.text)?.name ?? '';
      if (opens.includes(name)) depth++;
      if (closes.includes(name)) depth--;
      if (depth === 0) return body;
      body.push(statement);
    }
  }

  /** Ends the source here: nothing more is read. */
  stop(): void {
    for (const { conditions } of this.frames.splice(0)) for (const open of conditions) this.unclosed(open);
  }

  /** Leaves the current macro. Throws SourceProblem if there is none. */
  exitMacro(at: number): void {
    const index = this.frames.findLastIndex((candidate) => candidate.kind === 'macro');
    if (index < 0) throw new SourceProblem(at, '`.exitm` is not inside a macro');
    this.frames.length = index;
  }
}

function isConditional(statement: Statement): boolean {
  return /^\.(?:if|else|endif|endc$)/.test(headOf(statement.text)?.name ?? '');
}
