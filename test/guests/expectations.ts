/**
 * What a guest says about itself in the comment at its head: what it wants (`with …`) and
 * what a run of it must give (`expect …`). The grammar is in guests/README.md; whatever is
 * not in it is an error, so that no expectation is lost by a slip of the pen.
 */
import { trapCauses } from '../../isa/table/traps.ts';
import { variants } from '../../isa/table/variants.ts';
import type { Environment } from '../../vmm/process/environments/environment.ts';
import { environments, linux } from '../../vmm/process/environments/environments.ts';
import { readStatements, type Statement, StatementError } from './statements.ts';

/** What a run must give on one variant. */
export interface Outcome {
  readonly console: string;
  /** As `ringlab run` exits with. */
  readonly status: number;
  readonly steps: number;
  /** Kind of the stop, and the trap's name if it was one: `power`, `unhandled breakpoint`. */
  readonly stop: string;
  /** Texts that fill a sector each; undefined when there is no disk. */
  readonly disk: readonly string[] | undefined;
}

/** What the guest wants, and its outcome on each variant that it runs on. */
export interface Expectations {
  readonly process: boolean;
  /** Whether its machine answers calls to the monitor. */
  readonly paravirtual: boolean;
  /** Whose calls a process makes. */
  readonly environment: Environment;
  readonly arguments: readonly string[];
  readonly input: string;
  /** Texts that fill a sector each; undefined when there is no disk. */
  readonly disk: readonly string[] | undefined;
  /** Guests on the same network, by file; none = it is plugged in nowhere. */
  readonly peers: readonly string[];
  /** Bytes; undefined for the machine's own default. */
  readonly memory: number | undefined;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/** What can be said, and whether it can be said once for each variant. */
const known: Readonly<Record<string, 'everywhere' | 'on a variant'>> = {
  'with process': 'everywhere',
  'with paravirtual': 'everywhere',
  'with environment': 'everywhere',
  'with variants': 'everywhere',
  'with arguments': 'everywhere',
  'with input': 'everywhere',
  'with disk': 'everywhere',
  'with memory': 'everywhere',
  'with peer': 'everywhere',
  'expect console': 'on a variant',
  'expect status': 'on a variant',
  'expect steps': 'on a variant',
  'expect stop': 'on a variant',
  'expect disk': 'on a variant',
};

const stops = [
  'power',
  'exit',
  'forever',
  ...trapCauses.flatMap(({ name }) => [`unhandled ${name}`, `killed ${name}`]),
];

/** The statements of one guest, asked by name. */
class Statements {
  readonly #all: readonly Statement[];

  constructor(all: readonly Statement[]) {
    this.#all = all;
  }

  /** Every statement of that name: those for the variant if there are any, else those for all. */
  all(name: string, variant?: string): readonly Statement[] {
    const named = this.#all.filter((statement) => statement.name === name);
    const own = named.filter((statement) => statement.variant !== undefined && statement.variant === variant);
    return own.length > 0 ? own : named.filter((statement) => statement.variant === undefined);
  }

  /** The one statement of that name, read by `read`; undefined if there is none. */
  one<T>(name: string, read: (statement: Statement) => T, variant?: string): T | undefined {
    const [first, second] = this.all(name, variant);
    if (second !== undefined) throw new StatementError(second.line, `\`${name}\` is said twice`);
    return first && read(first);
  }

  /** The same, where there has to be one. */
  required<T>(name: string, read: (statement: Statement) => T, variant: string): T {
    const value = this.one(name, read, variant);
    if (value === undefined) throw new StatementError(1, `no \`${name}: …\` for ${variant}`);
    return value;
  }
}

/** Reads the head of a guest's text. Throws StatementError. */
export function parseExpectations(text: string): Expectations {
  const list = readStatements(text);
  for (const statement of list) checkKnown(statement);
  const statements = new Statements(list);
  const process = statements.one('with process', (statement) => choice(statement, ['yes'])) === 'yes';
  const names = variantsOf(statements, process);
  for (const { variant, line } of list) {
    if (variant !== undefined && !names.includes(variant))
      throw new StatementError(line, `it does not run on ${variant}, but on ${names.join(', ')}`);
  }
  return {
    process,
    paravirtual: statements.one('with paravirtual', (statement) => choice(statement, ['yes'])) === 'yes',
    environment: statements.one('with environment', environmentOf) ?? linux,
    arguments: statements.one('with arguments', texts) ?? [],
    input: statements.one('with input', texts)?.join('') ?? '',
    disk: statements.one('with disk', texts),
    peers: statements.one('with peer', ({ value }) => value.split(/\s+/)) ?? [],
    memory: statements.one('with memory', size),
    outcomes: new Map(names.map((name) => [name, outcomeOn(name, statements, process)])),
  };
}

function outcomeOn(variant: string, statements: Statements, process: boolean): Outcome {
  const console = statements.all('expect console', variant);
  if (console.length === 0) throw new StatementError(1, `no \`expect console: …\` for ${variant}`);
  return {
    console: console.flatMap(texts).join(''),
    status: statements.required('expect status', count, variant),
    steps: statements.required('expect steps', count, variant),
    stop:
      statements.one('expect stop', (statement) => choice(statement, stops), variant) ??
      (process ? 'exit' : 'power'),
    disk: statements.one('expect disk', texts, variant) ?? statements.one('with disk', texts),
  };
}

/** The variants to run on. A process has the user half only, the same in all: once is enough. */
function variantsOf(statements: Statements, process: boolean): readonly string[] {
  const all = variants.map(({ name }) => name);
  const chosen = statements.one('with variants', (statement) => {
    if (process) throw new StatementError(statement.line, 'a process has no variants');
    return statement.value.split(/\s+/).map((name) => choice({ ...statement, value: name }, all));
  });
  return process ? all.slice(0, 1) : (chosen ?? all);
}

function environmentOf(statement: Statement): Environment {
  const name = choice(
    statement,
    environments.map((environment) => environment.name),
  );
  return environments.find((environment) => environment.name === name) ?? linux;
}

function checkKnown({ name, variant, line }: Statement): void {
  const where = known[name];
  if (where === undefined) {
    throw new StatementError(line, `\`${name}\` is unknown; there are ${Object.keys(known).join(', ')}`);
  }
  if (where === 'everywhere' && variant !== undefined)
    throw new StatementError(line, `\`${name}\` cannot depend on the variant`);
}

function choice({ value, line }: Statement, from: readonly string[]): string {
  if (!from.includes(value)) throw new StatementError(line, `\`${value}\` is none of ${from.join(', ')}`);
  return value;
}

function count({ value, line }: Statement): number {
  if (!/^\d+$/.test(value)) throw new StatementError(line, `\`${value}\` is no number`);
  return Number(value);
}

function size({ value, line }: Statement): number {
  const [, number, unit] = /^(\d+)([KM])$/.exec(value) ?? [];
  if (number === undefined) throw new StatementError(line, `\`${value}\` is no size like 64K or 1M`);
  return Number(number) * (unit === 'K' ? 2 ** 10 : 2 ** 20);
}

/** Texts in double quotes, with JSON's escapes, blanks between them. */
function texts({ value, line }: Statement): readonly string[] {
  if (!/^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/.test(value))
    throw new StatementError(line, `\`${value}\` is no list of texts in double quotes`);
  return (value.match(/"(?:[^"\\]|\\.)*"/g) ?? []).map((quoted) => {
    try {
      return String(JSON.parse(quoted));
    } catch {
      throw new StatementError(line, `${quoted} has an escape that JSON does not know`);
    }
  });
}
