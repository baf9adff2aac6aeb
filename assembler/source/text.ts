/** What may be a source at all: refuses binary files and giants in one line each. */

/** Thrown for a file that cannot be assembly; the message is one line, without the file's name. */
export class NotAssembly extends Error {}

const MAX_CHARACTERS = 32 * 1024 * 1024;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Checks a source's text. Throws NotAssembly. */
export function checkText(text: string): void {
  if (text.length > MAX_CHARACTERS) {
    throw new NotAssembly(
      `this file of ${Math.round(text.length / 2 ** 20)} MiB is too long; at most ${MAX_CHARACTERS / 2 ** 20} MiB can be assembled`,
    );
  }
  const foreign = /(?![\t\n\v\f\r])\p{Cc}|\ufffd/u.exec(text);
  if (foreign === null) return;
  const line = text.slice(0, foreign.index).split('\n').length;
  const code = foreign[0].charCodeAt(0);
  const what = code === 0xfffd ? 'bytes that are not UTF-8' : `byte 0x${code.toString(16).padStart(2, '0')}`;
  throw new NotAssembly(`this is not assembly text: line ${line} holds ${what}`);
}

/** An included file's text. Throws NotAssembly. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > 4 * MAX_CHARACTERS) throw new NotAssembly('this file is too long to be assembled');
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new NotAssembly('this is not assembly text: it is not UTF-8');
  }
  checkText(text);
  return text;
}
