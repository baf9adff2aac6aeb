/** Exit multiplication as a table, and drawn on a logarithmic scale. */
import type { NestingResult } from './nesting.ts';
import { formatTable } from './table.ts';

/** The exits as a table of at most 80 columns. */
export function formatNesting(results: readonly NestingResult[]): string {
  const depths = results[0]?.exits.map((_, depth) => String(depth)) ?? [];
  const rows = results.map(({ guest, monitor, exits }) => [`${guest}, ${monitor}`, ...exits.map(String)]);
  return (
    'Exits to the outermost monitor, by the number of minivisors between it and the\nguest:\n\n' +
    formatTable([['guest, outermost monitor', ...depths], ...rows])
  );
}

const width = 820;
const height = 400;
const plot = { left: 90, right: 500, top: 64, bottom: 330 } as const;

/** One colour for each guest, one line for each outermost monitor. */
const colours = ['#2c6fbb', '#c0392b', '#2e7d32'] as const;
const dashes = ['', '7 4', '2 3', '9 3 2 3'] as const;

/** The drawing as SVG text. Values of 0 are drawn on the lowest line. */
export function formatNestingSvg(results: readonly NestingResult[]): string {
  const most = Math.max(10, ...results.flatMap(({ exits }) => exits));
  const depths = Math.max(2, ...results.map(({ exits }) => exits.length));
  const x = (depth: number) => plot.left + ((plot.right - plot.left) * depth) / (depths - 1);
  const y = (exits: number) =>
    plot.bottom - ((plot.bottom - plot.top) * Math.log10(Math.max(1, exits))) / Math.log10(most);
  const guests = [...new Set(results.map(({ guest }) => guest))];
  const monitors = [...new Set(results.map(({ monitor }) => monitor))];
  const styleOf = ({ guest, monitor }: NestingResult) => ({
    colour: colours[guests.indexOf(guest) % colours.length] as string,
    dash: dashes[monitors.indexOf(monitor) % dashes.length] as string,
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    '<title>Exits to the outermost monitor, by the minivisors between it and the guest</title>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${plot.left}" y="24" font-size="16" font-weight="bold">Exit multiplication</text>`,
    `<text x="${plot.left}" y="44" fill="#444">Exits to the outermost monitor, by the minivisors between it and the guest</text>`,
    ...scale(most, y),
    ...Array.from(
      { length: depths },
      (_, depth) =>
        `<text x="${x(depth).toFixed(1)}" y="${plot.bottom + 20}" text-anchor="middle">${depth}</text>`,
    ),
    `<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 44}" text-anchor="middle">minivisors</text>`,
    ...results.map((result) => drawLine(result, styleOf(result), x, y)),
    ...guests.map((guest, n) => key(n, colours[n % colours.length] as string, '', guest)),
    ...monitors.map((monitor, n) =>
      key(guests.length + 1 + n, '#444', dashes[n % dashes.length] as string, monitor.replaceAll('/', ' / ')),
    ),
    '</svg>',
    '',
  ].join('\n');
}

function drawLine(
  { guest, monitor, exits }: NestingResult,
  { colour, dash }: { readonly colour: string; readonly dash: string },
  x: (depth: number) => number,
  y: (exits: number) => number,
): string {
  const points = exits.map((count, depth) => `${x(depth).toFixed(1)},${y(count).toFixed(1)}`);
  const marks = exits.map(
    (count, depth) =>
      `<circle cx="${x(depth).toFixed(1)}" cy="${y(count).toFixed(1)}" r="3" fill="${colour}"><title>${guest}, ${monitor}, ${depth} minivisors: ${count} exits</title></circle>`,
  );
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dash}"/>${marks.join('')}`;
}

/** Lines at powers of ten. */
function scale(most: number, y: (value: number) => number): string[] {
  const lines: string[] = [];
  for (let value = 1; value <= most; value *= 10) {
    const at = y(value);
    lines.push(
      `<line x1="${plot.left}" x2="${plot.right}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" stroke="#ddd"/>`,
      `<text x="${plot.left - 8}" y="${(at + 4).toFixed(1)}" text-anchor="end">${value}</text>`,
    );
  }
  return lines;
}

/** An entry of the legend, in row `n`. */
function key(n: number, colour: string, dash: string, text: string): string {
  const at = plot.top + 8 + n * 24;
  const from = plot.right + 24;
  return (
    `<line x1="${from}" x2="${from + 28}" y1="${at}" y2="${at}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>` +
    `<text x="${from + 36}" y="${at + 4}">${text}</text>`
  );
}
