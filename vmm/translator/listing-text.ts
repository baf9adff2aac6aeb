/**
 * Formats a listing as lines of at most 80 columns: on the left the guest's code, on the right the
 * words that run instead of it, with the kind of each word.
 */
import type { ListedExit, ListedTarget, ListedUnit, ListedWord, WordKind } from './listing.ts';

/** Colours the text of a kind of word for a terminal. */
export type Paint = (kind: WordKind, text: string) => string;

/** The name of a guest address, such as `name+0x10`; '' if it has none. */
export type Describe = (address: number) => string;

const width = { guest: 22, cache: 21, line: 80 } as const;

/** Columns before the translation: the guest's address and instruction. */
const left = 8 + 1 + width.guest;

const plain: Paint = (_kind, text) => text;

/** The lines of one unit: its source and its context, then its instructions, then its stubs. */
export function formatUnit(unit: ListedUnit, describe: Describe, paint: Paint = plain): string[] {
  return [
    ...formatHead(unit, describe),
    ...unit.instructions.flatMap(({ pc, assembly, words }) =>
      formatWords(`${address(pc)} ${cut(assembly, width.guest)}`, words, paint),
    ),
    ...unit.exits.flatMap((exit) => formatWords(exitText(exit, describe), exit.words, paint)),
    ...(unit.continues === undefined
      ? []
      : [`  (on to ${place(unit.continues, describe)}, in the next unit)`]),
  ];
}

function formatHead({ pc, page, cache, ...good }: ListedUnit, describe: Describe): string[] {
  const { ring, paging, pending, space } = good;
  const name = describe(pc);
  const parts = [
    `ring ${ring}`,
    ...(paging ? ['paging on'] : []),
    ...(space > 1 ? [`space ${space}`] : []),
    ...(pending ? ['an interrupt pending'] : []),
    `page ${hex(page)}`,
  ];
  const head = `${name === '' ? 'unit' : name}: ${hex(pc, 8)} -> ${hex(cache, 8)}`;
  const line = `${head}, ${parts.join(', ')}`;
  return line.length <= width.line ? [line] : [head, `    ${parts.join(', ')}`];
}

/** A line for each word; the first one begins with the text `guest`. */
function formatWords(guest: string, words: readonly ListedWord[], paint: Paint): string[] {
  return words.map((word, n) => {
    const { kind } = word;
    const code = `${address(word.address)} ${word.assembly.padEnd(width.cache)}`;
    const room = width.line - left - code.length - 2;
    const text = `${(n === 0 ? guest : '').padEnd(left)} ${code} ${cut(wordText(word), room)}`;
    return kind === 'identical' ? text : `${text.slice(0, left)}${paint(kind, text.slice(left))}`;
  });
}

/** The kind of a word, in a few letters. */
function wordText({ kind, note }: ListedWord): string {
  switch (kind) {
    case 'identical':
    case 'chained':
    case 'stub':
      return kind;
    case 'unchained':
      return 'not chained yet';
    case 'callout':
      return note.includes('traced') ? 'callout, adapted' : 'callout';
    case 'sequence':
      if (note.startsWith('counts')) return note;
      return note === '' ? 'sequence' : `sequence ${note}`;
  }
}

function exitText({ kind, target }: ListedExit, describe: Describe): string {
  const where = { fall: 'else:', taken: 'taken:', misaligned: 'misaligned:' }[kind];
  const to = kind === 'misaligned' ? 'a trap' : place(target, describe);
  return `  ${cut(`${where} ${to}`, left - 2)}`;
}

/** The tables of indirect targets: a line for each used entry, below a title. No lines if there is no entry. */
export function formatTargets(targets: readonly ListedTarget[], describe: Describe): string[] {
  if (targets.length === 0) return [];
  const lines = targets.map(({ slot, cache, target, to, ring, space }) => {
    const good = space > 1 ? `ring ${ring}, space ${space}` : `ring ${ring}`;
    const name = cut(describe(target), width.guest);
    return `${address(target)} ${name.padEnd(width.guest)} ${address(cache)} -> ${address(to)}  slot ${slot}, ${good}`;
  });
  return ['Targets of indirect jumps: guest address, slot of the table, translation', ...lines];
}

/** A guest address as its name, or in hexadecimal if it has none. */
function place(target: number, describe: Describe): string {
  const name = describe(target);
  return name === '' ? hex(target, 8) : name;
}

function address(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function hex(value: number, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
