/**
 * A migration drawn: what each round sent and what the guest dirtied meanwhile, over time,
 * and when it stood still. What is dirtied in every round, however short, is the writable
 * working set (Clark et al., section 4): the line under which pre-copy does not come.
 */
import type { MigrationReport } from './report.ts';

const width = 720;
const height = 380;
const plot = { left: 70, right: 690, top: 64, bottom: 300 } as const;

/** The drawing as SVG text. */
export function formatRoundsSvg(report: MigrationReport): string {
  const { rounds, last, units, unitBytes } = report;
  const bars = [...rounds.map(({ sent, dirtied }) => ({ sent, dirtied })), { sent: last.sent, dirtied: 0 }];
  const step = (plot.right - plot.left) / Math.max(bars.length, 4);
  const most = Math.max(units, ...bars.map(({ sent }) => sent), 1);
  const y = (value: number) =>
    plot.bottom - ((plot.bottom - plot.top) * Math.log1p(value)) / Math.log1p(most);
  const parts = bars.map((bar, n) =>
    drawBar(bar, plot.left + n * step, step, y, n === bars.length - 1 ? 'stop' : String(n + 1)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${plot.left}" y="24" font-size="16" font-weight="bold">${escapeXml(title(report))}</text>`,
    `<text x="${plot.left}" y="44" fill="#444">${escapeXml(summary(report))}</text>`,
    ...scale(most, y),
    ...parts,
    ...workingSet(report, y),
    `<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 36}" text-anchor="middle">round</text>`,
    `<text x="18" y="${(plot.top + plot.bottom) / 2}" text-anchor="middle" transform="rotate(-90 18 ${(plot.top + plot.bottom) / 2})">units of ${unitBytes / 1024} KiB</text>`,
    ...legend(),
    '</svg>',
    '',
  ].join('\n');
}

function title({ guest, from, to, mode }: MigrationReport): string {
  return `${guest}, ${from} to ${to}, ${mode}`;
}

function summary({ totalMs, downtimeMs, bytes, state, reason }: MigrationReport): string {
  if (state === 'failed') return `not moved: ${reason}`;
  const down = downtimeMs === null ? '–' : `${downtimeMs.toFixed(1)} ms`;
  return `${(totalMs / 1000).toFixed(2)} s in all, down for ${down}, ${(bytes / 2 ** 20).toFixed(1)} MiB sent`;
}

function drawBar(
  { sent, dirtied }: { readonly sent: number; readonly dirtied: number },
  x: number,
  step: number,
  y: (value: number) => number,
  label: string,
): string {
  const wide = Math.min(step * 0.36, 40);
  const bar = (value: number, at: number, fill: string) =>
    `<rect x="${at.toFixed(1)}" y="${y(value).toFixed(1)}" width="${wide.toFixed(1)}" height="${(plot.bottom - y(value)).toFixed(1)}" fill="${fill}"><title>${value}</title></rect>`;
  const middle = x + step / 2;
  return [
    bar(sent, middle - wide, label === 'stop' ? '#c0392b' : '#2c6fbb'),
    bar(dirtied, middle, '#e5a11c'),
    `<text x="${middle.toFixed(1)}" y="${plot.bottom + 17}" text-anchor="middle">${label}</text>`,
  ].join('');
}

/** Lines at powers of ten: the scale is logarithmic, for a last round may be a thousandth of the first. */
function scale(most: number, y: (value: number) => number): string[] {
  const marks = [0];
  for (let value = 1; value <= most; value *= 10) marks.push(value);
  return marks.map((value) => {
    const at = y(value).toFixed(1);
    return `<line x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${plot.left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value}</text>`;
  });
}

/** The least that any round left dirty. */
function workingSet({ rounds }: MigrationReport, y: (value: number) => number): string[] {
  if (rounds.length < 2) return [];
  const least = Math.min(...rounds.map(({ dirtied }) => dirtied));
  const at = y(least).toFixed(1);
  return [
    `<line x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}" stroke="#7a5200" stroke-dasharray="5 4"/>`,
    `<text x="${plot.right}" y="${(y(least) - 5).toFixed(1)}" text-anchor="end" fill="#7a5200" stroke="white" stroke-width="4" paint-order="stroke">writable working set: ${least} units</text>`,
  ];
}

function legend(): string[] {
  const entries = [
    ['#2c6fbb', 'sent while it runs'],
    ['#e5a11c', 'dirty at the end of the round'],
    ['#c0392b', 'sent while it stands still'],
  ] as const;
  return entries.map(
    ([fill, text], n) =>
      `<rect x="${plot.left + n * 215}" y="${height - 28}" width="12" height="12" fill="${fill}"/><text x="${plot.left + 18 + n * 215}" y="${height - 17}">${text}</text>`,
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
