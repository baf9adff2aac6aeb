/**
 * The tree of a statement. Every `at` is an offset in the statement's text,
 * from 0 on. Names are not looked up yet: `a0` is a symbol here, and instructions/ decides whether it is a
 * register.
 */

export type WrittenExpression =
  | { readonly kind: 'number'; readonly at: number; readonly value: bigint }
  | { readonly kind: 'symbol'; readonly at: number; readonly name: string }
  /** `1b` or `1f`: the numeric label before or after this place. */
  | { readonly kind: 'numeric'; readonly at: number; readonly label: string; readonly forward: boolean }
  | {
      readonly kind: 'unary';
      readonly at: number;
      readonly operator: UnaryOperator;
      readonly operand: WrittenExpression;
    }
  | {
      readonly kind: 'binary';
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: WrittenExpression;
      readonly right: WrittenExpression;
    }
  /** `%hi(…)` and similar functions; `name` is without the percent sign. */
  | {
      readonly kind: 'relocation';
      readonly at: number;
      readonly name: string;
      readonly operand: WrittenExpression;
    };

export type UnaryOperator = '-' | '+' | '~' | '!';

export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '|'
  | '&'
  | '^'
  | '!'
  | '+'
  | '-'
  | '=='
  | '!='
  | '<>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '&&'
  | '||';

export type WrittenOperand =
  | {
      readonly kind: 'expression';
      readonly at: number;
      readonly text: string;
      readonly expression: WrittenExpression;
    }
  /** `offset(base)` or `(base)`. */
  | {
      readonly kind: 'memory';
      readonly at: number;
      readonly text: string;
      readonly offset: WrittenExpression | undefined;
      readonly base: { readonly at: number; readonly name: string };
    }
  | { readonly kind: 'string'; readonly at: number; readonly text: string; readonly bytes: Uint8Array }
  /** Nothing between two commas, or after the last one, as in `.p2align 4,,15`. */
  | { readonly kind: 'missing'; readonly at: number; readonly text: string }
  /** `@function`, `%progbits`: `name` is without the first character. */
  | { readonly kind: 'keyword'; readonly at: number; readonly text: string; readonly name: string };

export interface Label {
  readonly at: number;
  /** A name, or the digits of a numeric label. */
  readonly name: string;
}

export type StatementBody =
  /** A directive (the name starts with a dot), a mnemonic, or a macro. */
  | {
      readonly kind: 'operation';
      readonly at: number;
      readonly name: string;
      readonly operands: readonly WrittenOperand[];
    }
  | {
      readonly kind: 'assignment';
      readonly at: number;
      readonly name: string;
      /** `==`: the name must be new. */
      readonly once: boolean;
      readonly value: WrittenExpression;
    };

export interface Parsed {
  readonly labels: readonly Label[];
  readonly body: StatementBody | undefined;
}
