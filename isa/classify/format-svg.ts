/**
 * Draws a classification as an Euler diagram in SVG, for a projector. The privileged, sensitive and user-sensitive
 * instructions are overlapping boxes, and every system instruction is written in its place.
 *
 *     +-- privileged ---------------+
 *     |           +-- sensitive ----|-----------+
 *     |           |                 | critical  |
 *     |           | +-- user-sensitive -------+ |
 *     |           | |               |         | |
 */
import type { Classification, InstructionClass } from './classify.ts';
import { sentences } from './verdicts.ts';

const view = { width: 1280, height: 720 } as const;
const font = "font-family='DejaVu Sans, Verdana, Helvetica, Arial, sans-serif'";
const colours = {
  privileged: '#1f5fa8',
  sensitive: '#b8860b',
  user: '#6b3fa0',
  critical: '#c62828',
} as const;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const privilegedBox: Box = { x: 40, y: 110, width: 740, height: 470 };
const sensitiveBox: Box = { x: 270, y: 140, width: 970, height: 410 };
const userBox: Box = { x: 300, y: 260, width: 910, height: 270 };

/** A classification as a diagram of its sets, an SVG image. */
export function formatSvg(classification: Classification): string {
  const { isa, instructions } = classification;
  const shown = instructions.filter(isShown);
  const at = (privileged: boolean, sensitive: boolean, user: boolean) =>
    shown.filter(
      (one) =>
        one.privileged === privileged && one.sensitive.length > 0 === sensitive && one.userSensitive === user,
    );
  const others = instructions.length - shown.length;
  return [
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ${view.width} ${view.height}' ${font}>`,
    `<title>Privileged, sensitive and user-sensitive instructions of ${escapeText(isa)}</title>`,
    `<rect width='${view.width}' height='${view.height}' fill='white'/>`,
    text(40, 62, 38, '#111', escapeText(isa), 'bold'),
    text(40 + 24 * isa.length + 20, 62, 26, '#444', 'Popek and Goldberg, measured'),
    criticalGround(),
    outline(privilegedBox, colours.privileged),
    outline(sensitiveBox, colours.sensitive),
    outline(userBox, colours.user),
    text(60, 145, 26, colours.privileged, 'privileged', 'bold'),
    text(300, 178, 26, colours.sensitive, 'sensitive', 'bold'),
    text(320, 296, 26, colours.user, 'user-sensitive', 'bold'),
    text(800, 178, 26, colours.critical, 'critical', 'bold'),
    names({ x: 60, y: 190, width: 190, height: 370 }, at(true, false, false), '#111'),
    names({ x: 300, y: 186, width: 460, height: 70 }, at(true, true, false), '#111'),
    names({ x: 800, y: 186, width: 410, height: 70 }, at(false, true, false), colours.critical),
    names({ x: 320, y: 310, width: 440, height: 210 }, at(true, true, true), '#111'),
    names({ x: 800, y: 310, width: 400, height: 210 }, at(false, true, true), colours.critical),
    text(800, 128, 22, '#444', outsideText(at(false, false, false), others)),
    ...verdictLines(classification),
    '</svg>',
    '',
  ].join('\n');
}

/**
 * Whether the diagram shows an instruction: all of the system half, and those of the user half that are not
 * innocuous.
 */
function isShown({ row, innocuous }: InstructionClass): boolean {
  return row.effect.kind === 'system' || innocuous === undefined;
}

function outsideText(outside: readonly InstructionClass[], others: number): string {
  const listed = outside.map(({ name }) => name).join(' ');
  return `innocuous: ${listed === '' ? '' : `${escapeText(listed)} and `}${others} more`;
}

function criticalGround(): string {
  const x = privilegedBox.x + privilegedBox.width;
  const { y, height } = sensitiveBox;
  return `<rect x='${x}' y='${y}' width='${sensitiveBox.x + sensitiveBox.width - x}' height='${height}' rx='18' fill='#fdecea'/>`;
}

function outline({ x, y, width, height }: Box, colour: string): string {
  return `<rect x='${x}' y='${y}' width='${width}' height='${height}' rx='18' fill='${colour}' fill-opacity='0.07' stroke='${colour}' stroke-width='4'/>`;
}

function text(
  x: number,
  y: number,
  size: number,
  colour: string,
  content: string,
  weight = 'normal',
): string {
  return `<text x='${x}' y='${y}' font-size='${size}' font-weight='${weight}' fill='${colour}'>${content}</text>`;
}

/** The names in columns that fill the box, in smaller letters if there are many. */
function names(box: Box, list: readonly InstructionClass[], colour: string): string {
  const { size, columns } = sizeFor(box, Math.max(...list.map(({ name }) => name.length), 4), list.length);
  const cell = box.width / columns;
  return list
    .map(({ name }, n) => {
      const x = box.x + (n % columns) * cell;
      const y = box.y + size + Math.floor(n / columns) * size * 1.3;
      return text(Math.round(x), Math.round(y), size, colour, escapeText(name), 'bold');
    })
    .join('\n');
}

/** The largest font size, from 30 down to 12, with which `count` names of `length` letters fit into the box. */
function sizeFor(box: Box, length: number, count: number): { size: number; columns: number } {
  for (let size = 30; size > 12; size -= 2) {
    const columns = Math.max(1, Math.floor(box.width / (size * 0.75 * (length + 1))));
    if (Math.ceil(count / columns) * size * 1.3 <= box.height) return { size, columns };
  }
  return { size: 12, columns: Math.max(1, Math.floor(box.width / (9 * (length + 1)))) };
}

function verdictLines(classification: Classification): readonly string[] {
  return sentences(classification).map(({ theorem, holds }, n) => {
    const colour = holds ? '#1b5e20' : colours.critical;
    return text(60 + n * 400, 650, 22, colour, `${theorem}: ${holds ? 'yes' : 'no'}`, 'bold');
  });
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
