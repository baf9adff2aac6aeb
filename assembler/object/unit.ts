/**
 * The result of reading one source file. While it is read, its sections are filled and its symbols get their
 * definitions. Values that cannot be computed yet become fixups for the linker.
 */
import { SourceProblem } from '../diagnostics.ts';
import type { Statement } from '../source/statement.ts';
import type { Scope } from './bound.ts';
import type { Fixup } from './fixup.ts';
import { ObjectSection, type SectionFlags } from './section.ts';
import { AsmSymbol, type Definition, INTERNAL } from './symbol.ts';

/** The bytes of one statement, for the listing and the line table. */
export interface LineRecord {
  readonly statement: Statement;
  readonly section: ObjectSection;
  readonly from: number;
  readonly to: number;
}

/** The settings of `.option` that have an effect here. */
export interface Options {
  /** Code is position-independent: addresses come from the global offset table. */
  readonly pic: boolean;
}

const NOWHERE: SectionFlags = { alloc: false, write: false, exec: false, nobits: true };
const TEXT: SectionFlags = { alloc: true, write: false, exec: true, nobits: false };

export class SourceUnit implements Scope {
  readonly file: string;
  private readonly named = new Map<string, ObjectSection>();
  /** The section in which `.struct` counts offsets. */
  readonly absolute = new ObjectSection('of `.struct`', NOWHERE, 0, true);
  options: Options = { pic: false };
  readonly optionStack: Options[] = [];
  readonly symbols = new Map<string, AsmSymbol>();
  readonly fixups: Fixup[] = [];
  readonly lines: LineRecord[] = [];
  /** The current section; the next bytes go there. */
  section: ObjectSection;
  previous: ObjectSection | undefined;
  readonly stack: { readonly section: ObjectSection; readonly previous: ObjectSection | undefined }[] = [];
  /** The numbers of conditional branches that did not reach their targets in an earlier pass. */
  readonly long: ReadonlySet<number>;
  branches = 0;
  /** An included file could not be read, so the names that it defines are missing and must not be reported. */
  incomplete = false;
  place: { readonly section: ObjectSection; readonly offset: number };
  /**
   * Problems of statements that use a register's name as a label. They are reported at the end, unless the label is
   * defined.
   */
  readonly doubts = new Map<Statement, () => SourceProblem>();
  /** The statement being read. */
  statement: Statement;
  private readonly numeric = new Map<string, { back: AsmSymbol | undefined; next: AsmSymbol | undefined }>();
  private unique = 0;
  private macroUses = 0;

  constructor(file: string, long: ReadonlySet<number>) {
    this.file = file;
    this.long = long;
    this.section = this.sectionNamed('.text', TEXT);
    this.place = { section: this.section, offset: 0 };
    this.statement = { file, line: 0, column: 0, text: '', source: '' };
  }

  /** The sections; subsections are in their order. */
  get sections(): readonly ObjectSection[] {
    return [...this.named.values()].sort((one, other) => one.order - other.order);
  }

  /** Whether a section of that name has been made. */
  hasSection(name: string): boolean {
    return this.named.has(name);
  }

  /**
   * The section with that name. If it is new, it is made with `flags`. Subsections are sections with the same name
   * and flags.
   */
  sectionNamed(name: string, flags: SectionFlags, order = 0): ObjectSection {
    const first = this.named.get(name) ?? this.addSection(name, new ObjectSection(name, flags));
    if (order === 0) return first;
    const key = `${name} ${order}`;
    return this.named.get(key) ?? this.addSection(key, new ObjectSection(name, first.flags, order));
  }

  private addSection(key: string, section: ObjectSection): ObjectSection {
    this.named.set(key, section);
    return section;
  }

  /** Makes `section` the current one. */
  enter(section: ObjectSection): void {
    this.previous = this.section;
    this.section = section;
    this.here();
  }

  /** Sets `.` to the end of the current section. */
  here(): void {
    this.place = { section: this.section, offset: this.section.size };
  }

  symbol(name: string): AsmSymbol {
    let symbol = this.symbols.get(name);
    if (symbol === undefined) {
      symbol = new AsmSymbol(name);
      this.symbols.set(name, symbol);
    }
    return symbol;
  }

  /**
   * Defines a label here: a name, or the digits of a numeric label. Throws SourceProblem if the name is already
   * defined.
   */
  label(name: string, at: number): void {
    const definition = { kind: 'label', section: this.section, offset: this.section.size } as const;
    if (/^\d/.test(name)) this.defineNumeric(name, definition);
    else this.define(name, at, definition);
  }

  /** Gives a symbol its definition. If it has one already, throws SourceProblem, which names the other place. */
  define(name: string, at: number, definition: Definition): AsmSymbol {
    const symbol = this.symbol(name);
    const before = symbol.definition;
    const again = before.kind === 'value' && definition.kind === 'value' && !before.once && !definition.once;
    if (symbol.isDefined && !again) throw this.alreadyDefined(symbol, at);
    symbol.definition = definition;
    symbol.definedAt = { statement: this.statement, at };
    return symbol;
  }

  private alreadyDefined(symbol: AsmSymbol, at: number): SourceProblem {
    const first = symbol.definedAt?.statement;
    const where = first === undefined ? '' : `; it was first defined at ${first.file}:${first.line}`;
    return new SourceProblem(
      at,
      `\`${symbol.name}\` is already defined${where}`,
      'rename one of the two, or use a numeric label like `1:`',
    );
  }

  private defineNumeric(label: string, definition: Definition): void {
    const entry = this.numeric.get(label);
    const symbol = entry?.next ?? new AsmSymbol(`${INTERNAL}${label}`);
    symbol.definition = definition;
    this.numeric.set(label, { back: symbol, next: undefined });
  }

  numericLabel(label: string, forward: boolean, at: number): AsmSymbol {
    const entry = this.numeric.get(label) ?? { back: undefined, next: undefined };
    if (!forward) {
      if (entry.back !== undefined) return entry.back;
      throw new SourceProblem(
        at,
        `there is no label \`${label}:\` before this line`,
        `\`${label}f\` means the next one after it`,
      );
    }
    const next = entry.next ?? new AsmSymbol(`${label}f`);
    this.numeric.set(label, { back: entry.back, next });
    return next;
  }

  /** A new number for each use of a pseudo-instruction. */
  nextUnique(): number {
    return this.unique++;
  }

  /** The value of `\@`: the number of macros that were used before. */
  nextMacroUse(): number {
    return this.macroUses++;
  }
}
