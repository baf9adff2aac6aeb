/**
 * How the course's pictures are drawn: SVG of 960 by 540, which follows the reader's light or dark scheme, and prints light.
 * A picture is a function of what a machine did; nothing of it is typed.
 */

/** What a part of a picture is; the style sheet below gives it its colours. */
export type Tone = 'plain' | 'quiet' | 'guest' | 'monitor' | 'real' | 'warm';

const light = `.ground{fill:#fff}.ink{fill:#1a1d21}.faint{fill:#57606a}.line{stroke:#57606a}.plain{fill:#f3f4f6;stroke:#8b949e}
.quiet{fill:none;stroke:#c2c8cf}.guest{fill:#dcebfb;stroke:#1f5fa8}.monitor{fill:#fbe3d6;stroke:#b4451b}.real{fill:#e4f3e5;stroke:#2e7d32}.warm{fill:#fdf0c8;stroke:#8a6100}.run{fill:#2e7d32}`;
const dark = `.ground{fill:#14171a}.ink{fill:#eceff2}.faint{fill:#a9b2bc}.line{stroke:#a9b2bc}.plain{fill:#22272d;stroke:#7d8894}
.quiet{fill:none;stroke:#4a525b}.guest{fill:#15304d;stroke:#6fb1f5}.monitor{fill:#4a2213;stroke:#f29b72}.real{fill:#17371a;stroke:#7cc980}.warm{fill:#3f320a;stroke:#e0b94a}.run{fill:#7cc980}`;

/** A whole picture. `says` is a sentence for those who cannot see it. */
export function drawing(title: string, says: string, parts: readonly string[]): string {
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 540" width="960" height="540" role="img" font-family="DejaVu Sans, Verdana, sans-serif" font-size="16">',
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(says)}</desc>`,
    `<style>.mono{font-family:DejaVu Sans Mono,Menlo,Consolas,monospace}rect{stroke-width:1.5}${light}@media screen and (prefers-color-scheme:dark){${dark}}</style>`,
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" class="faint"/></marker></defs>',
    '<rect class="ground" width="960" height="540" stroke="none"/>',
    text(40, 48, title, { size: 24, bold: true }),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
  readonly faint?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A line of text whose baseline begins, ends or has its middle at x, y. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size, bold, mono, faint, anchor } = style;
  const classes = [faint ? 'faint' : 'ink', ...(mono ? ['mono'] : [])].join(' ');
  const more = [
    ...(size === undefined ? [] : [`font-size="${size}"`]),
    ...(bold ? ['font-weight="bold"'] : []),
    ...(anchor === undefined ? [] : [`text-anchor="${anchor}"`]),
  ];
  return `<text x="${round(x)}" y="${round(y)}" class="${classes}" ${more.join(' ')} xml:space="preserve">${escaped(content)}</text>`;
}

/** A rectangle. */
export function box(x: number, y: number, width: number, height: number, tone: Tone): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${round(Math.min(6, width / 4, height / 4))}" class="${tone}"/>`;
}

/** A rectangle with lines of text in its middle. */
export function labelled(
  [x, y, width, height]: readonly [number, number, number, number],
  tone: Tone,
  lines: readonly string[],
  style: TextStyle = {},
): string {
  const size = style.size ?? 16;
  const top = y + height / 2 - ((lines.length - 1) * size * 1.25) / 2 + size * 0.36;
  const texts = lines.map((line, n) =>
    text(x + width / 2, top + n * size * 1.25, line, { anchor: 'middle', ...style }),
  );
  return [box(x, y, width, height, tone), ...texts].join('\n');
}

/** An arrow. */
export function arrow(x1: number, y1: number, x2: number, y2: number, isDashed = false): string {
  const dash = isDashed ? ' stroke-dasharray="6 4"' : '';
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="line" stroke-width="2"${dash} marker-end="url(#head)"/>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
