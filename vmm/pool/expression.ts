/**
 * Requirements and ranks, as OpenNebula has them: which hosts a machine may be on, and which of them it prefers.
 *
 *     requirement:  FREE_MEM >= 512 & !(HOST = "10.0.0.*" | GPU = 1)
 *     rank:         FREE_CPU - 2 * RUNNING_VMS
 *
 * Names are those of `placementNames`, and the labels of a node. The highest rank wins.
 */
import { FieldError } from '../wire/schema.ts';

/** What a name stands for on one host. */
export type Facts = ReadonlyMap<string, number | string>;

export type Requirement = (facts: Facts) => boolean;
export type RankFunction = (facts: Facts) => number;

/** Names that every host has. Memory is in MiB, a processor in percent. */
const placementNames = [
  'FREE_MEM',
  'USED_MEM',
  'MAX_MEM',
  'FREE_CPU',
  'USED_CPU',
  'MAX_CPU',
  'RUNNING_VMS',
  'HOST',
  'ISA',
  'MONITOR',
  'PRIORITY',
] as const;

/** OpenNebula's policies: a name for a rank. */
const rankPolicies: Readonly<Record<string, string>> = {
  packing: 'RUNNING_VMS',
  striping: '-RUNNING_VMS',
  load: 'FREE_CPU',
  fixed: 'PRIORITY',
};

/** The requirement in `text`; nothing = every host. Throws FieldError, also for a name that is not among `labels` or the names of hosts. */
export function parseRequirement(text: string, labels: Iterable<string>): Requirement {
  if (text.trim() === '') return () => true;
  const parser = new ExpressionParser('requirements', text, labels);
  return parser.whole(() => parser.either());
}

/** The rank in `text`, an expression or the name of a policy; nothing = all hosts are equally good. Throws FieldError. */
export function parseRank(text: string, labels: Iterable<string>): RankFunction {
  if (text.trim() === '') return () => 0;
  const expression = rankPolicies[text.trim().toLowerCase()] ?? text;
  const parser = new ExpressionParser('rank', expression, labels);
  return parser.whole(() => parser.sum());
}

/** Nesting that nobody writes by hand would only exhaust the stack. */
const deepest = 100;

class ExpressionParser {
  readonly #what: string;
  readonly #text: string;
  readonly #names: ReadonlySet<string>;
  readonly #tokens: readonly RegExpMatchArray[];
  #at = 0;
  #depth = 0;

  constructor(what: string, text: string, labels: Iterable<string>) {
    this.#what = what;
    this.#text = text;
    this.#names = new Set([...placementNames, ...labels]);
    this.#tokens = [
      ...text.matchAll(/\s*(?:([A-Za-z_]\w*)|(\d+(?:\.\d+)?)|"([^"]*)"|(!=|<=|>=|[=<>!&|()+\-*/])|(\S))/g),
    ];
  }

  whole<T>(parse: () => T): T {
    const found = parse();
    if (this.#at < this.#tokens.length) this.#fail('the end');
    return found;
  }

  // ---- Requirements ----

  either(): Requirement {
    const parts = this.#list('|', () => this.#all());
    return (facts) => parts.some((part) => part(facts));
  }

  #all(): Requirement {
    const parts = this.#list('&', () => this.#not());
    return (facts) => parts.every((part) => part(facts));
  }

  #not(): Requirement {
    if (this.#take('!')) {
      const inner = this.#deeper(() => this.#not());
      return (facts) => !inner(facts);
    }
    return this.#take('(') ? this.#inParentheses(() => this.either()) : this.#comparison();
  }

  #comparison(): Requirement {
    const name = this.#name();
    const operator = ['=', '!=', '<', '>', '<=', '>='].find((one) => this.#take(one));
    if (operator === undefined) return this.#fail('= != < > <= or >=');
    const [, , number, text] = this.#tokens[this.#at] ?? [];
    if (number !== undefined || this.#peek() === '-') {
      const wanted = this.#signed();
      return (facts) => compare(facts.get(name) ?? 0, operator, wanted);
    }
    if (text === undefined || !(operator === '=' || operator === '!='))
      return this.#fail(
        text === undefined ? 'a number, or a pattern in quotes' : 'a number: a pattern is = or !=',
      );
    this.#at += 1;
    const pattern = globPattern(text);
    return (facts) => pattern.test(String(facts.get(name) ?? '')) === (operator === '=');
  }

  #signed(): number {
    const sign = this.#take('-') ? -1 : 1;
    const [, , number] = this.#tokens[this.#at] ?? [];
    if (number === undefined) return this.#fail('a number');
    this.#at += 1;
    return sign * Number(number);
  }

  // ---- Ranks ----

  sum(): RankFunction {
    let left = this.#product();
    for (;;) {
      const operator = ['+', '-'].find((one) => this.#take(one));
      if (operator === undefined) return left;
      const [first, second] = [left, this.#product()];
      left =
        operator === '+' ? (facts) => first(facts) + second(facts) : (facts) => first(facts) - second(facts);
    }
  }

  #product(): RankFunction {
    let left = this.#factor();
    for (;;) {
      const operator = ['*', '/'].find((one) => this.#take(one));
      if (operator === undefined) return left;
      const [first, second] = [left, this.#factor()];
      // A host for which a rank is divided by 0 is no better and no worse than others.
      left =
        operator === '*'
          ? (facts) => first(facts) * second(facts)
          : (facts) => first(facts) / second(facts) || 0;
    }
  }

  #factor(): RankFunction {
    if (this.#take('-')) {
      const inner = this.#deeper(() => this.#factor());
      return (facts) => -inner(facts);
    }
    if (this.#take('(')) return this.#inParentheses(() => this.sum());
    const [, , number] = this.#tokens[this.#at] ?? [];
    if (number !== undefined) {
      this.#at += 1;
      return () => Number(number);
    }
    const name = this.#name();
    return (facts) => Number(facts.get(name) ?? 0) || 0;
  }

  // ---- Tokens ----

  #list<T>(separator: string, parse: () => T): T[] {
    const parts = [parse()];
    while (this.#take(separator)) parts.push(parse());
    return parts;
  }

  #inParentheses<T>(parse: () => T): T {
    const inner = this.#deeper(parse);
    if (!this.#take(')')) this.#fail(')');
    return inner;
  }

  #deeper<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest) throw new FieldError(`${this.#what}: nested more than ${deepest} deep`);
    const found = parse();
    this.#depth -= 1;
    return found;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]?.[4];
  }

  #take(operator: string): boolean {
    const isThere = this.#peek() === operator;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #name(): string {
    const [, name] = this.#tokens[this.#at] ?? [];
    if (name === undefined) return this.#fail('a name');
    if (!this.#names.has(name)) {
      const upper = name.toUpperCase();
      const near = [...this.#names].find((one) => one === upper || isNear(one, upper));
      const hint = near === undefined ? `names are ${[...this.#names].join(' ')}` : `did you mean ${near}?`;
      throw new FieldError(`${this.#what}: there is no ${name}; ${hint}`);
    }
    this.#at += 1;
    return name;
  }

  #fail(expected: string): never {
    const token = this.#tokens[this.#at];
    const found = token === undefined ? 'its end' : token[0].trim();
    throw new FieldError(`${this.#what}: ${this.#text}: expected ${expected}, found ${found}`);
  }
}

function compare(value: number | string, operator: string, wanted: number): boolean {
  const given = Number(value);
  if (operator === '=') return given === wanted;
  if (operator === '!=') return given !== wanted;
  if (operator === '<') return given < wanted;
  if (operator === '>') return given > wanted;
  return operator === '<=' ? given <= wanted : given >= wanted;
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll(/\*+/g, '.*');
  return new RegExp(`^${escaped}$`);
}

/** Whether one is the other with one character more, less or changed, or begins with it. */
function isNear(name: string, given: string): boolean {
  if (given.length > 2 && name.startsWith(given)) return true;
  let from = 0;
  while (from < name.length && name[from] === given[from]) from += 1;
  const [rest, other] = [name.slice(from), given.slice(from)];
  return rest.slice(1) === other.slice(1) || rest.slice(1) === other || rest === other.slice(1);
}
