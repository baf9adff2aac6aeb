/**
 * Text made safe to print: what a terminal would obey, or show as something else than it is, is spelled out as \u001b,
 * which JSON reads back. These are the control characters but newline and tab, and the marks that change the direction of
 * writing (Unicode 15, Bidi_Control).
 */
const unsafe = /(?![\n\t])[\p{Control}\p{Bidi_Control}]/gu;

/** The text, in which foreign parts may be, without control characters. Lines stay lines. */
export function printable(text: string): string {
  return text.replace(unsafe, spelled);
}

/** A foreign text that is a part of one line: line ends and tabs are spelled out too. */
export function printableWord(text: string): string {
  return printable(text.replace(/[\n\t]/g, spelled));
}

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
