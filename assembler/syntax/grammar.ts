/**
 * The grammar of one statement. It is pure syntax, without mnemonics,
 * directives and registers. parse.ts makes the tree.
 *
 * Rules are lexical (lower case), so that columns are exact. A file is parsed
 * statement by statement, so that a long file needs little memory. Comments are removed before (source/scan.ts).
 * An expression is a flat list here; precedence.ts makes it a tree.
 */
import { type Grammar, grammar } from 'ohm-js';

const source = String.raw`
  Assembly {
    statement = sp label* body? sp end
    onlyOperands = sp operands sp end

    label = labelName sp ":" sp
    labelName = quotedName | name | digits

    body = assignment | operation
    assignment = (quotedName | name) sp "=" "="? sp expression
    operation = name (blank sp operands)?

    operands = &end -- none
      | slot (sp "," sp slot)* -- some
    slot = operand | missing
    missing (an operand) = &("," | end)
    operand = lone | string | plain | keyword
    lone = (name | plainDigits) &(sp ("," | end))
    keyword (a keyword) = ("@" | "%") word ~(sp "(")
    plain = expression base?
    base = sp "(" sp name sp ")"

    expression = term (sp operator sp term)*
    term = prefix* primary
    prefix = ("-" | "~" | "!" | "+") sp
    primary = symbol | number | group | relocation
    group = "(" sp expression sp ")"
    relocation = "%" word sp "(" sp expression sp ")"
    symbol (a name) = (quotedName | name) suffix?
    suffix = "@" word

    operator (an operator) = "<<" | ">>" | "<=" | ">=" | "==" | "!=" | "<>" | "&&" | "||"
      | "<" | ">" | "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "!"

    number (a number) = plainDigits | hex | binary | numericReference | character
    hex = ("0x" | "0X") ("0".."9" | "a".."f" | "A".."F")+ ~nameRest
    binary = ("0b" | "0B") ("0" | "1")+ ~nameRest
    numericReference = digits ("b" | "f") ~nameRest
    plainDigits = digits ~nameRest
    digits (a number) = "0".."9"+

    character = "'" characterBody "'"?
    characterBody = "\\" any -- escaped
      | any
    string (a string) = quoted (sp quoted)* &(sp ("," | end))
    quotedName = quoted
    quoted = "\"" stringPart* "\""
    stringPart = ~("\"" | "\\") any -- one
      | "\\" any -- escaped

    name (a name) = nameStart ("a".."z" | "A".."Z" | "_" | "." | "$" | "0".."9" | "\u{80}".."\u{10FFFF}")*
    word = nameStart ("a".."z" | "A".."Z" | "_" | "-" | "0".."9")*
    nameStart = "a".."z" | "A".."Z" | "_" | "." | "$" | "\u{80}".."\u{10FFFF}"
    nameRest = nameStart | "0".."9"
    blank (a blank) = " " | "\t"
    sp (a blank) = (" " | "\t")*
  }
`;

let built: Grammar | undefined;

/** The grammar. It is built on first use, because that takes tens of milliseconds. */
export function assemblyGrammar(): Grammar {
  built ??= grammar(source);
  return built;
}
