/** Lines of text that fit a terminal that is not wide, or a panel beside something else. */

const columns = 80;

/**
 * A line of text as lines of at most 80 columns; what follows the first stands below its own text, behind a
 * label or a first column. Listings (`  | …`) and words that are longer stay whole.
 */
function foldLine(line: string): string {
  if (line.length <= columns || /^ *\|/.test(line)) return line;
  const first = /^(\[.*?\] | *(?:\S+(?: \S+)* {2,})?)/.exec(line)?.[0] ?? '';
  const indent = ' '.repeat(first.length < columns / 2 ? first.length : 0);
  const lines = [first];
  for (const word of line.slice(first.length).split(' ')) {
    const last = lines.at(-1) as string;
    const joined = last === first || last === indent ? last + word : `${last} ${word}`;
    if (joined.length <= columns) lines[lines.length - 1] = joined;
    else lines.push(indent + word);
  }
  return lines.join('\n');
}

/** A text with all its lines folded. */
export const fold = (text: string): string => text.split('\n').map(foldLine).join('\n');
