/** The timeline of techniques as tables of at most 80 columns, and drawn as bars. */
import { formatTable } from './table.ts';
import { type ExitKind, kinds, type TimelineResult } from './timeline-kinds.ts';

/**
 * A model of a processor, not a measurement: what a change of world costs, and what a callout of the translator costs, which
 * stays in the guest's world. Cycles; an instruction takes one. Adams and Agesen (ASPLOS 2006) found exits of the first
 * generation to cost some thousands of cycles, and callouts some tens to hundreds.
 */
const model = { exit: 2000, callout: 100 } as const;

const headOf: Readonly<Record<ExitKind, string>> = {
  instructions: 'instr',
  traps: 'traps',
  memory: 'mem',
  interrupts: 'intr',
  translation: 'BT',
  calls: 'calls',
};

/** A technique as it is told: with its year, if it has one. */
function titleOf({ year, technique }: TimelineResult): string {
  return year === '' ? technique : `${year} ${technique}`;
}

function allExits({ exits }: TimelineResult): number {
  return kinds.reduce((sum, kind) => sum + exits[kind], 0);
}

/** By the model: the cycles of the run, divided by those of the guest's own instructions. */
function slowdown({ exits, steps }: TimelineResult): number {
  const callouts = exits.translation;
  const cost =
    kinds.reduce((sum, kind) => sum + exits[kind], -callouts) * model.exit + callouts * model.callout;
  return (steps + cost) / steps;
}

function guestsOf(results: readonly TimelineResult[]): readonly string[] {
  return [...new Set(results.map(({ guest }) => guest))];
}

/** The exits, exact and the same on every host. */
function formatExits(results: readonly TimelineResult[]): string {
  return guestsOf(results)
    .map((guest) => {
      const rows = results
        .filter((one) => one.guest === guest && one.technique !== 'bare machine')
        .map((one) => [
          titleOf(one),
          ...kinds.map((kind) => (one.exits[kind] === 0 ? '–' : String(one.exits[kind]))),
          String(allExits(one)),
          one.technique === 'interpretation' ? '–' : slowdown(one).toFixed(1),
        ]);
      return formatTable([[guest, ...kinds.map((kind) => headOf[kind]), 'exits', 'model'], ...rows]);
    })
    .join('\n');
}

/** The times, of this host and of a monitor in TypeScript. */
function formatTimes(results: readonly TimelineResult[]): string {
  const rows = guestsOf(results).flatMap((guest) => {
    const own = results.filter((one) => one.guest === guest);
    const bare = own[0]?.ms ?? Number.NaN;
    return own.map((one) => [`${guest}, ${titleOf(one)}`, one.ms.toFixed(0), (one.ms / bare).toFixed(2)]);
  });
  return formatTable([['guest, technique', 'ms', 'of bare'], ...rows]);
}

export function formatTimeline(results: readonly TimelineResult[]): string {
  return [
    'Exits to the monitor, by what they are about: instructions that it emulates,',
    'traps that it gives to the guest, memory (shadow page tables), interrupts and',
    'the timer, translated code (BT), and calls. Model: how many times as long a run',
    `takes where an exit costs ${model.exit} cycles, and a callout of translated code ${model.callout}.`,
    '',
    formatExits(results),
    'Processor time of a whole run here, by a monitor in TypeScript. The runs are',
    'short: most of the time goes into compiling, where there is any.',
    '',
    formatTimes(results),
  ].join('\n');
}

const width = 820;
const row = 24;
const left = 250;
const right = 700;
const top = 70;

const colours: Readonly<Record<ExitKind, string>> = {
  instructions: '#2c6fbb',
  traps: '#7b52ab',
  memory: '#c0392b',
  interrupts: '#d68910',
  translation: '#2e7d32',
  calls: '#117a8b',
};

/** The exits as bars, one picture for all guests. */
export function formatTimelineSvg(results: readonly TimelineResult[]): string {
  const guests = guestsOf(results);
  const shown = results.filter(
    ({ technique }) => technique !== 'bare machine' && technique !== 'interpretation',
  );
  const parts: string[] = [];
  let y = top;
  for (const guest of guests) {
    const own = shown.filter((one) => one.guest === guest);
    const most = Math.max(1, ...own.map(allExits));
    parts.push(`<text x="${left - 8}" y="${y + 16}" text-anchor="end" font-weight="bold">${guest}</text>`);
    y += row;
    for (const one of own) {
      parts.push(...bar(one, y, (right - left) / most));
      y += row;
    }
    y += row / 2;
  }
  const height = y + row;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    '<title>Exits to the monitor by technique, from trap-and-emulate to devices that are passed through</title>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    '<text x="20" y="24" font-size="16" font-weight="bold">The timeline of techniques</text>',
    '<text x="20" y="44" fill="#444">Exits to the monitor while one guest runs, by what they are about</text>',
    ...parts,
    ...kinds.map((kind, n) => key(kind, 20 + n * 125, y + 4)),
    '</svg>',
    '',
  ].join('\n');
}

function bar(one: TimelineResult, y: number, scale: number): string[] {
  let x = left;
  const pieces = kinds
    .filter((kind) => one.exits[kind] > 0)
    .map((kind) => {
      const length = one.exits[kind] * scale;
      const piece = `<rect x="${x.toFixed(1)}" y="${y + 4}" width="${length.toFixed(1)}" height="16" fill="${colours[kind]}"><title>${titleOf(one)}, ${kind}: ${one.exits[kind]}</title></rect>`;
      x += length;
      return piece;
    });
  return [
    `<text x="${left - 8}" y="${y + 17}" text-anchor="end">${titleOf(one)}</text>`,
    ...pieces,
    `<text x="${(x + 6).toFixed(1)}" y="${y + 17}">${allExits(one)}</text>`,
  ];
}

function key(kind: ExitKind, x: number, y: number): string {
  return `<rect x="${x}" y="${y - 11}" width="12" height="12" fill="${colours[kind]}"/><text x="${x + 18}" y="${y}">${kind}</text>`;
}
