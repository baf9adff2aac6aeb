/** Names characters that are not allowed at their place, and tells what to type instead. */
import { latinLetter, strayByte } from './bytes.ts';
import { lookAlike } from './look-alikes.ts';

/** What is odd about the characters of a statement. */
export interface Oddity {
  /** Offset in the statement. */
  readonly at: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
}

type Said = Pick<Oddity, 'message' | 'hint'>;

/** The message about a character outside strings; undefined when the character is allowed there. */
export function oddCharacter(character: string): Said | undefined {
  if (character >= ' ' && character <= '~') return undefined;
  const byte = strayByte(character);
  if (byte !== undefined) return { message: strayMessage(byte), hint: 'save the file as UTF-8' };
  if (character === '\ufffd')
    return {
      message: 'here a character was lost (U+FFFD)',
      hint: 'type again what stood here, and save the file as UTF-8',
    };
  if (/\p{Cc}/u.test(character)) return controlCharacter(character);
  return lookAlike(character);
}

/** The first character that is not allowed in a string or character constant. */
export function oddInString(text: string): (Said & { readonly at: number }) | undefined {
  const found = /[\0\u{dc80}-\u{dcff}]/u.exec(text);
  if (found === null) return undefined;
  const byte = strayByte(found[0]);
  if (byte === undefined) return { at: found.index, message: nul, hint: 'write `\\0` for it' };
  const octal = `\\${byte.toString(8)}`;
  return {
    at: found.index,
    message: strayMessage(byte),
    hint: `save the file as UTF-8, or write \`${octal}\` for this one byte`,
  };
}

const nul = 'here is a NUL byte, 0x00';

function strayMessage(byte: number): string {
  const letter = latinLetter(byte);
  const latin = letter === '\ufffd' ? '' : ` (in Latin-1 it is \`${letter}\`)`;
  return `byte 0x${byte.toString(16)} is not UTF-8${latin}`;
}

function controlCharacter(character: string): Said | undefined {
  if ('\t\n\v\f\r'.includes(character)) return undefined;
  const code = character.charCodeAt(0);
  if (code === 0) return { message: nul, hint: 'delete it' };
  const what =
    code === 0x1a
      ? 'Ctrl-Z, 0x1a, with which DOS ends files'
      : `a control character, 0x${code.toString(16).padStart(2, '0')}`;
  return { message: `here is ${what}`, hint: 'delete it' };
}
