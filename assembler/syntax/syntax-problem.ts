/** Makes the error for a statement that the grammar does not accept. */
import type { FailedMatchResult } from 'ohm-js';
import { SourceProblem } from '../diagnostics.ts';
import { commonMistake } from './mistakes.ts';

/** The error at the farthest place in `text` that the parser reached, with what was expected there. */
export function syntaxProblem(match: FailedMatchResult, text: string): SourceProblem {
  const position = match.getRightmostFailurePosition();
  const rest = text.slice(position).trim();
  const found =
    rest === ''
      ? 'the statement ends too early'
      : `\`${String.fromCodePoint(rest.codePointAt(0) ?? 0)}\` does not fit here`;
  return commonMistake(text, position) ?? new SourceProblem(position, found, expectation(match));
}

/** Part of Ohm's match results that its type declarations leave out. */
type WithFailures = FailedMatchResult & { getRightmostFailures(): { toString(): string }[] };

/** What may start an operand, as the grammar names it. */
const starts = [
  'a name',
  'a number',
  'a string',
  'an operand',
  '"\\""',
  'a keyword',
  '"("',
  '"%"',
  '"-"',
  '"~"',
  '"!"',
  '"+"',
];

/** What was expected, in words. Everything that may start an operand is replaced by one word. */
function expectation(match: FailedMatchResult): string | undefined {
  const failures = (match as WithFailures).getRightmostFailures();
  const wanted = new Set(failures.map((failure) => failure.toString()));
  if (wanted.has('a name') && wanted.has('a number')) {
    for (const start of starts) wanted.delete(start);
    wanted.add(wanted.has('"="') || wanted.has('":"') ? 'operands' : 'an operand');
  }
  wanted.delete('a blank');
  if (wanted.delete('end of input')) wanted.add('the end of the statement');
  const words = [...wanted].map((word) => word.replace(/^"(.*)"$/, '`$1`')).sort();
  return words.length === 0
    ? undefined
    : `expected ${words.join(words.length > 2 ? ', ' : ' or ').replace(/, ([^,]*)$/, ' or $1')}`;
}
