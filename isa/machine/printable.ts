/**
 * Makes text safe to print. Characters that a terminal would obey, or that make text look like other text, are written as
 * escapes like \u001b, which JSON can read back. These are the control characters except newline and tab, and the marks that
 * change the direction of writing (Unicode 15, Bidi_Control).
 */
const unsafe = /(?![\n\t])[\p{Control}\p{Bidi_Control}]/gu;

/** The text without control characters. Line ends stay. */
export function printable(text: string): string {
  return text.replace(unsafe, spelled);
}

/** Text from elsewhere that becomes part of a line: line ends and tabs are escaped too. */
export function printableWord(text: string): string {
  return printable(text.replace(/[\n\t]/g, spelled));
}

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
