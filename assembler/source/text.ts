/**
 * Converts the bytes of a source to text. Refuses files of other kinds and files that are too large, with a message
 * of one line.
 */
import { decodeBytes } from './bytes.ts';

/** Thrown for a file that cannot be assembly. The message is one line, without the file's name. */
export class NotAssembly extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

const MAX_CHARACTERS = 32 * 1024 * 1024;

/**
 * The text of a source in UTF-8, without its byte order mark. The scanner handles single bytes and characters that are not
 * text, because it can tell whether they are in a comment. Throws NotAssembly.
 */
export function sourceText(source: string | Uint8Array): string {
  if (typeof source !== 'string') {
    if (source.length > 4 * MAX_CHARACTERS) throw tooLong(source.length);
    const wide = wideEncoding(source);
    if (wide !== undefined) {
      throw new NotAssembly(
        `this is not assembly text: it is ${wide}, with more than one byte for each letter, from line 1 on`,
        'save it as UTF-8; where PowerShell wrote it with `>`, use `| Out-File -Encoding utf8 FILE`',
      );
    }
  }
  const text = typeof source === 'string' ? source : decodeBytes(source);
  checkText(text);
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** The encoding of a text with two or four bytes for each letter, recognized by its byte order mark or its zeros. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'UTF-32' : 'UTF-16';
  if (first === 0xfe && second === 0xff) return 'UTF-16';
  const start = bytes.subarray(0, 16);
  const zerosAt = (odd: number): boolean => start.every((byte, at) => (byte === 0) === (at % 2 === odd));
  return start.length >= 4 && (zerosAt(0) || zerosAt(1)) ? 'UTF-16' : undefined;
}

function tooLong(length: number): NotAssembly {
  return new NotAssembly(
    `this file of ${Math.round(length / 2 ** 20)} MiB is too long; at most ${MAX_CHARACTERS / 2 ** 20} MiB can be assembled`,
  );
}

const control = /(?![\t\n\v\f\r])\p{Cc}/gu;

/** Refuses a text that is too long, or that has so many control characters that every line would be an error. */
function checkText(text: string): void {
  if (text.length > MAX_CHARACTERS) throw tooLong(text.length);
  const count = text.match(control)?.length ?? 0;
  if (count < 3 || count < text.length / 20) return;
  const line = text.slice(0, text.search(control)).split('\n').length;
  throw new NotAssembly(
    `neither assembly text nor an ELF file: ${count} of its ${text.length} characters are control characters, the first in line ${line}`,
  );
}
