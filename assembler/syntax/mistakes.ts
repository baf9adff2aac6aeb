/** Common syntax errors, recognized by the text before and after the place where the grammar stopped. */
import { SourceProblem } from '../diagnostics.ts';

interface Stop {
  /** The whole statement. */
  readonly text: string;
  /** Where the grammar stopped. */
  readonly at: number;
  readonly before: string;
  /** The text from there on. */
  readonly rest: string;
}

/** Returns the error with a hint; undefined if this is another mistake. */
type Mistake = (stop: Stop) => SourceProblem | undefined;

function when(applies: (stop: Stop) => boolean, message: string, hint: string): Mistake {
  return (stop) => (applies(stop) ? new SourceProblem(stop.at, message, hint) : undefined);
}

const firstWord = /^\s*(?:[\w.$]+\s*:\s*)*[\w.$]+\s*$/;

const mistakes: readonly Mistake[] = [
  brokenCharacter,
  brokenNumber,
  when(
    ({ rest }) => rest === '\\',
    'a backslash does not continue a statement on the next line',
    'write the statement in one line',
  ),
  when(
    ({ rest }) => rest.startsWith('['),
    'an address has no brackets',
    'it is an offset and a register, as in `4(sp)`',
  ),
  when(({ rest }) => /^[{}]/.test(rest), 'there are no braces', 'use labels and jumps'),
  when(
    ({ before, rest }) => rest.startsWith(',') && firstWord.test(before),
    'there is no comma before the first operand',
    'write a blank instead',
  ),
  when(
    ({ before, rest }) => rest.startsWith('(') && firstWord.test(before),
    'operands have no parentheses around them',
    'put a blank after the name, as in `li a0, 5`',
  ),
  when(
    ({ before, rest }) => rest.startsWith('=') && before.trimEnd().endsWith(','),
    '`=` does not fit here',
    '`li a0, 5` loads a number, `la a0, label` an address',
  ),
  when(
    ({ before, rest }) => rest.startsWith('=') && /\S\s+\S/.test(before),
    '`=` does not fit here',
    'operands are separated by commas',
  ),
  addressWithout,
  when(
    ({ rest }) => /^[@|]/.test(rest),
    'this is neither an operand nor a comment',
    'a comment begins with `#`',
  ),
  missingComma,
];

/**
 * The error for a common mistake at offset `at` of a statement that the grammar does not accept; undefined if it is
 * none of these.
 */
export function commonMistake(text: string, at: number): SourceProblem | undefined {
  const stop = { text, at, before: text.slice(0, at), rest: text.slice(at).trim() };
  for (const mistake of mistakes) {
    const problem = mistake(stop);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A character constant of several characters: `'ab'`. */
function brokenCharacter({ text, before }: Stop): SourceProblem | undefined {
  const open = /'(?:\\.|[^\\'])$/su.exec(before);
  const inside = open && /^'((?:[^'\\]|\\.)*)'/su.exec(text.slice(open.index))?.[1];
  if (open === null || inside === undefined || inside === null) return undefined;
  return new SourceProblem(
    open.index,
    'this is more than one character',
    `write text in double quotes, with a directive: \`.ascii "${inside}"\``,
  );
}

/** A number with letters that do not belong to it: `0x`, `12ab`. */
function brokenNumber({ text, at }: Stop): SourceProblem | undefined {
  const digits = /(?<![\w.$])\d[\w.]*$/.exec(text.slice(0, at + 1));
  if (digits === null || digits[0].length < 2) return undefined;
  const whole = /^[\w.]+/.exec(text.slice(digits.index))?.[0] ?? '';
  return new SourceProblem(digits.index, 'this is not a number', numberHint(whole));
}

function numberHint(written: string): string {
  const [, hexadecimal] = /^([\da-f]+)h$/i.exec(written) ?? [];
  if (hexadecimal !== undefined) return `a hexadecimal number begins with 0x: \`0x${hexadecimal}\``;
  const [, octal] = /^0o([0-7]+)$/i.exec(written) ?? [];
  if (octal !== undefined) return `an octal number begins with 0: \`0${octal}\``;
  if (/^\w*\d_\d\w*$/.test(written))
    return `a number has no \`_\` inside: \`${written.replaceAll('_', '')}\``;
  if (/^\d+\.\d+$/.test(written)) return 'write fractions with `.float` or `.double`';
  return "numbers are like 10, 0x1f, 0b101, 017 or 'a'";
}

/** An offset and a register without its parentheses: `lw a0, 4 sp`. */
function addressWithout({ text, at, before, rest }: Stop): SourceProblem | undefined {
  const [, offset] = /,\s*(-?\d\w*)\s*$/.exec(before) ?? [];
  const [base] = /^[A-Za-z]\w*$/.exec(rest) ?? [];
  if (offset === undefined || base === undefined || /^\s*(?:[\w.$]+\s*:\s*)*\./.test(text)) return undefined;
  return new SourceProblem(
    at,
    `\`${base}\` does not fit here`,
    `an address in memory is an offset and a register: \`${offset}(${base})\``,
  );
}

/** Two operands without a comma between them: `addi a0 a1, 3`. */
function missingComma({ text, at, before, rest }: Stop): SourceProblem | undefined {
  const operands = /^(\s*(?:[\w.$]+\s*:\s*)*[\w.$]+\s+)\S/.exec(before)?.[1];
  const [next] = /^[\w.$%"'(-]+/.exec(rest) ?? [];
  if (operands === undefined || next === undefined || !/[\w.$)"']\s*$/.test(before)) return undefined;
  const list = text.slice(operands.length).trim();
  const simple = /^[\w.$%()\s,-]+$/.test(list) && !/[-%(]\s|\s[-)]\s/.test(list);
  const apart = simple
    ? list.split(/[\s,]+/).join(', ')
    : `${before.slice(operands.length).trimEnd()}, ${rest}`;
  return new SourceProblem(
    at,
    `a comma is missing before \`${rest.split(/[\s,]/, 1)[0]}\``,
    `write \`${operands.trim()} ${apart}\``,
  );
}
