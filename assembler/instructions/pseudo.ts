/**
 * Pseudo-instructions: the templates of the table are parsed once. The written operands replace the
 * names of the template, so that an error points to what the programmer wrote.
 */
import type { Pseudo } from '../../isa/table/pseudo.ts';
import { SourceProblem } from '../diagnostics.ts';
import { INTERNAL } from '../object/symbol.ts';
import type { SourceUnit } from '../object/unit.ts';
import { parseStatement } from '../syntax/parse.ts';
import type { StatementBody, WrittenExpression, WrittenOperand, Parsed } from '../syntax/tree.ts';
import { expressionOf } from './emit.ts';
import type { EmitNamed, Form } from './forms.ts';
import type { OperandShape } from './operands.ts';

const shapes: Readonly<Record<string, OperandShape>> = {
  rd: 'register',
  rs: 'register',
  rt: 'register',
  target: 'address',
  symbol: 'address',
  '%tprel_add(symbol)': 'mark',
};

/** In a template's labels, this text is replaced by the number of the use. */
const OWN = '$own';

/** A use of a pseudo-instruction: the written operands, by the names in the template. */
interface Use {
  readonly written: ReadonlyMap<string, WrittenOperand>;
  /** Offset of the pseudo-instruction in the statement. */
  readonly at: number;
  readonly unique: string;
  readonly emitNamed: EmitNamed;
}

/** A pseudo-instruction as a form. */
export function pseudoForm(pseudo: Pseudo): Form {
  const names = pseudo.operands;
  let template: readonly Parsed[] | undefined;
  return {
    syntax: names.join(', '),
    shapes: names.map((name) => shapeOf(pseudo, name)),
    arrange: (operands) => (operands.length === names.length ? operands : undefined),
    emit: (unit, operands, at, emitNamed) => {
      template ??= pseudo.gives.map((line) => parseStatement(line.replaceAll('\\@', OWN)));
      const written = new Map(names.map((name, n) => [name, operands[n] as WrittenOperand]));
      const use = { written, at, unique: `${INTERNAL}${unit.nextUnique()}`, emitNamed };
      for (const line of template) emitLine(unit, line, use);
    },
  };
}

/**
 * The shape of an operand. If the template contains `0(rs)`, the operand may also be written as `offset(register)`,
 * as in `jr 4(a0)`.
 */
function shapeOf(pseudo: Pseudo, name: string): OperandShape {
  const shape = shapes[name] ?? 'address';
  const whole = pseudo.gives.some((line) => line.includes(` 0(${name})`));
  return whole ? 'through' : shape;
}

function emitLine(unit: SourceUnit, line: Parsed, use: Use): void {
  const body = line.body as StatementBody & { kind: 'operation' };
  for (const label of line.labels) unit.label(ownName(label.name, use), use.at);
  const operands = body.operands.map((operand) => replaceOperand(operand, use));
  if (body.name === '.word') emitWord(unit, operands);
  else use.emitNamed(unit, body.name, operands, use.at);
}

function emitWord(unit: SourceUnit, [word]: readonly WrittenOperand[]): void {
  if (word?.kind !== 'expression' || word.expression.kind !== 'number')
    throw new Error('a template has a word that is not a number');
  unit.section.appendWord(Number(word.expression.value));
}

function ownName(name: string, use: Use): string {
  return name.replace(OWN, use.unique);
}

function replaceOperand(operand: WrittenOperand, use: Use): WrittenOperand {
  if (operand.kind === 'memory') {
    const base = use.written.get(operand.base.name);
    if (base?.kind === 'memory') return base;
    const name = base === undefined ? operand.base.name : base.text;
    const offset = operand.offset && replaceNames(operand.offset, use);
    return { ...operand, at: base?.at ?? use.at, offset, base: { at: base?.at ?? use.at, name } };
  }
  if (operand.kind !== 'expression') return operand;
  const whole = operand.expression.kind === 'symbol' ? use.written.get(operand.expression.name) : undefined;
  return whole ?? { ...operand, at: use.at, expression: replaceNames(operand.expression, use) };
}

function replaceNames(expression: WrittenExpression, use: Use): WrittenExpression {
  switch (expression.kind) {
    case 'number':
    case 'numeric':
      return { ...expression, at: use.at };
    case 'symbol': {
      const written = use.written.get(expression.name);
      return written === undefined
        ? { kind: 'symbol', at: use.at, name: ownName(expression.name, use) }
        : expressionOf(written);
    }
    case 'unary':
      return { ...expression, at: use.at, operand: replaceNames(expression.operand, use) };
    case 'relocation': {
      const operand = replaceNames(expression.operand, use);
      return { ...expression, at: operand.at, operand };
    }
    case 'binary':
      throw new SourceProblem(use.at, 'a pseudo-instruction template must not compute');
  }
}
