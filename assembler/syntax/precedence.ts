/**
 * Makes a tree of a flat expression with the operator precedence of GNU `as`, which
 * is not that of C (`as` manual, "Infix Operators"): `|` and `&` bind more strongly than `+`.
 */
import type { BinaryOperator, WrittenExpression } from './tree.ts';

/** The strength of each operator. Stronger operators bind first. */
const strength: Readonly<Record<BinaryOperator, number>> = {
  '*': 5,
  '/': 5,
  '%': 5,
  '<<': 5,
  '>>': 5,
  '|': 4,
  '&': 4,
  '^': 4,
  '!': 4,
  '+': 3,
  '-': 3,
  '==': 2,
  '!=': 2,
  '<>': 2,
  '<': 2,
  '>': 2,
  '<=': 2,
  '>=': 2,
  '&&': 1,
  '||': 0,
};

/** An operator between two terms, and its offset in the statement. */
export interface Infix {
  readonly at: number;
  readonly operator: BinaryOperator;
}

/**
 * The tree of `terms[0] infixes[0] terms[1] infixes[1] …`. Operators of the same strength are grouped from the left.
 */
export function shape(terms: readonly WrittenExpression[], infixes: readonly Infix[]): WrittenExpression {
  const values: WrittenExpression[] = [];
  const waiting: Infix[] = [];
  const reduce = (): void => {
    const { operator, at } = waiting.pop() as Infix;
    const right = values.pop() as WrittenExpression;
    const left = values.pop() as WrittenExpression;
    values.push({ kind: 'binary', at, operator, left, right });
  };
  terms.forEach((term, n) => {
    values.push(term);
    const infix = infixes[n];
    if (infix === undefined) return;
    for (
      let top = waiting.at(-1);
      top && strength[top.operator] >= strength[infix.operator];
      top = waiting.at(-1)
    ) {
      reduce();
    }
    waiting.push(infix);
  });
  while (waiting.length > 0) reduce();
  return values[0] as WrittenExpression;
}
