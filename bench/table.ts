/** Formats tables of plain text. The first column is aligned to the left, the others to the right. */

/** The width of the widest line. */
const columns = 80;

/**
 * Formats rows of cells as lines; a column is as wide as its widest cell. Throws RangeError if the table is wider
 * than `columns`.
 */
export function formatTable(rows: readonly (readonly string[])[], gap = 2): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, n) =>
    Math.max(...rows.map((row) => [...(row[n] ?? '')].length)),
  );
  const lines = rows.map((row) =>
    widths
      .map((width, n) => pad(row[n] ?? '', width, n === 0))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
  const widest = Math.max(0, ...lines.map((line) => [...line].length));
  if (widest > columns) throw new RangeError(`a table ${widest} columns wide`);
  return lines.map((line) => `${line}\n`).join('');
}

function pad(text: string, width: number, left: boolean): string {
  const space = ' '.repeat(width - [...text].length);
  return left ? text + space : space + text;
}

/** A ratio with three digits: 0.123, 1.23, 12.3, 123. */
export function formatRatio(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toFixed(digits);
}

/** A count; a large one in thousands or millions. */
export function formatCount(value: number): string {
  if (value >= 1e7) return `${(value / 1e6).toFixed(0)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  return String(value);
}
