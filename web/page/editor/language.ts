/** Colours of assembly text in the editor. What a word means is the assembler's business; this only helps the eye. */
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { systemRows } from './system-rows.ts';

const language = StreamLanguage.define({
  name: 'ring32',
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/#.*/)) return 'comment';
    if (stream.match(/[.\w$]+:/)) return 'labelName';
    if (stream.match(/\.\w+/)) return 'keyword';
    if (stream.match(/"(\\.|[^"])*"?/)) return 'string';
    if (stream.match(/-?(0x[\da-f]+|\d+)\b/i)) return 'number';
    const word = stream.match(/\w+/);
    if (word === null) {
      stream.next();
      return null;
    }
    return systemRows.has(stream.current()) ? 'invalid' : null;
  },
});

const style = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--dim)' },
  { tag: tags.labelName, color: 'var(--accent)' },
  { tag: tags.keyword, color: 'var(--dim)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: tags.invalid, color: 'var(--user)', fontWeight: '600' },
]);

export const assembly = [language, syntaxHighlighting(style)];
