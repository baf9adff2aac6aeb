/** Tables of text, as the verbs of a pool print them. */

/** Lines with their cells in columns; no heads = only the lines. */
export function formatColumns(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = heads.length > 0 ? [heads, ...rows] : rows;
  const count = Math.max(0, ...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, n) =>
    Math.max(...lines.map((line) => line[n]?.length ?? 0)),
  );
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, n) => cell.padEnd(widths[n] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** How long ago a time is, in its largest unit. */
export function sinceText(at: number, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
