/**
 * Characters that word processors, web pages and foreign keyboards produce instead of plain ones. GNU `as` takes
 * them as parts of names, which is never what the programmer meant.
 */

/** The name of a character, and what to type instead; '' if it must be deleted. */
type Meant = readonly [name: string, instead: string];

const groups: readonly (readonly [characters: string, ...Meant])[] = [
  ['\u00a0\u202f\u2007', 'a no-break space', ' '],
  [
    '\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000\u1680',
    'a wide or narrow space',
    ' ',
  ],
  ['\u200b\u200c\u200d\u2060\u00ad\u180e', 'an invisible character', ''],
  ['\ufeff', 'a byte order mark, left where files were joined', ''],
  [
    '\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069',
    'an invisible mark of the direction of writing',
    '',
  ],
  ['\u2028\u2029\u0085', 'a line separator', '\n'],
  ['\u2018\u2019\u201a\u201b\u2039\u203a\u02bc', 'a curly quote', "'"],
  ['\u2032\u00b4', 'an accent or a prime', "'"],
  ['\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u3003', 'a curly quote', '"'],
  ['\u2010\u2011\u2012\u2013\u2014\u2015', 'a dash', '-'],
  ['\u2212\ufe63\u02d7', 'a minus sign of mathematics', '-'],
  ['\u00d7\u2217\u22c5', 'a multiplication sign', '*'],
  ['\u00f7\u2044\u2215', 'a division sign', '/'],
  ['\u2260', 'a not-equal sign', '!='],
  ['\u2264', 'a less-or-equal sign', '<='],
  ['\u2265', 'a greater-or-equal sign', '>='],
  ['\u00ac', 'a sign of negation', '~'],
  ['\u2236\ua789', 'another colon', ':'],
  ['\u037e', 'a Greek question mark', ';'],
  ['\u060c\u3001', 'a comma of another script', ','],
  ['\u3002\u00b7', 'a dot of another script', '.'],
  ['\u2026', 'an ellipsis', '...'],
];

const meant: ReadonlyMap<string, Meant> = new Map(
  groups.flatMap(([characters, ...what]) =>
    Array.from(characters, (character) => [character, what] as const),
  ),
);

/** The message about a character that looks like a plain one, or is invisible; undefined for any other. */
export function lookAlike(
  character: string,
): { readonly message: string; readonly hint: string } | undefined {
  const [name, instead] = meant.get(character) ?? fullWidth(character) ?? [];
  if (name === undefined || instead === undefined) return undefined;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { message: `here is ${name} (U+${code})`, hint: advice(instead) };
}

function advice(instead: string): string {
  switch (instead) {
    case '':
      return 'delete it';
    case ' ':
      return 'type a plain space';
    case '\n':
      return 'begin a new line';
    default:
      return `type \`${instead}\``;
  }
}

/** Full-width forms, U+FF01 to U+FF5E, are in the same order as the plain characters. */
function fullWidth(character: string): Meant | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0xff01 || code > 0xff5e) return undefined;
  return ['a full-width character', String.fromCodePoint(code - 0xfee0)];
}
