/** How many rounds of pre-copy until this guest has moved? */
import { presets } from '../../../vmm/migration/policy.ts';
import { TwoHosts } from '../../hosts.ts';
import { formatRounds } from '../../rounds.ts';
import type { Kind } from '../exercise.ts';
import { imageOf } from '../guest.ts';
import type { Random } from '../random.ts';

const page = 4096;

/** A guest, a cable and a policy; pages and milliseconds. */
export interface Move {
  /** Pages of memory, all of them different. */
  readonly pages: number;
  /** Pages that the guest writes, one after the other, again and again. */
  readonly written: number;
  /** Pages that it writes, and that the cable carries, in a millisecond. */
  readonly dirtied: number;
  readonly carried: number;
  /** Stop when so few pages are dirty. */
  readonly few: number;
}

/** Steps that the guest takes for a page. */
const stepsPerPage = 4;

/** Fills its memory, and then writes pages at its pace: every page costs the same steps. */
function programOf({ pages, written }: Move): string {
  return [
    '_start: lui  s1, 0x20             # its pages begin here',
    '        lui  s2, 1',
    `        lui  s3, ${0x20 + pages - 0x20}`,
    '        add  a0, s1, zero',
    'fill:   sw   a0, 0(a0)            # every page is different',
    '        sw   a0, 0x400(a0)',
    '        add  a0, a0, s2',
    '        bltu a0, s3, fill',
    `        lui  s3, ${0x20 + written}`,
    'again:  add  a0, s1, zero',
    'next:   sw   s4, 8(a0)',
    '        addi s4, s4, 1',
    '        add  a0, a0, s2',
    '        bltu a0, s3, next',
    '        j    again',
    '',
  ].join('\n');
}

/**
 * Dirty pages after each round by the rule of the course, from those after the first round on: a round takes whole
 * milliseconds, and one more for the answer, and leaves what the guest writes meanwhile, but no page twice.
 */
export function byRule({ written, dirtied, carried, few }: Move, first: number): readonly number[] {
  const left = [first];
  for (;;) {
    const [last = 0, before] = left.toReversed();
    if (last <= few || (before !== undefined && last >= before)) return left;
    left.push(Math.min(written, dirtied * (Math.ceil(last / carried) + 1)));
  }
}

/** Moves the guest from one host to another; returns the migration. */
export function moved(move: Move) {
  const image = imageOf(programOf(move));
  const world = new TwoHosts({
    image,
    memory: move.pages * page,
    stepsPerMs: Math.round(move.dirtied * stepsPerPage),
    bytesPerMs: move.carried * (page + 64),
  });
  // The guest fills its memory first.
  for (let n = 0; n < 4 * move.pages; n++) world.step();
  return world.migrate({ ...presets.ringlab, few: move.few, downtimeMs: null });
}

function someMove(random: Random): Move {
  const pages = 16 * random.between(6, 12);
  const carried = random.pick([6, 8, 12, 16]);
  const dirtied = random.pick([2, 3, 4, 6, 8].filter((rate) => 2 * rate <= carried));
  const written = random.pick([pages - 40, 32, 48, 64].filter((count) => count <= pages - 40));
  return { pages, written, dirtied, carried, few: random.pick([2, 4, 6, 8, 12]) };
}

export const rounds: Kind = {
  name: 'rounds',
  unit: 10,
  asks: 'How many rounds until this guest has moved?',
  make(random) {
    for (;;) {
      const move = someMove(random);
      const source = moved(move);
      const left = source.rounds.map((round) => round.dirtied);
      const rule = byRule(move, left[0] ?? 0);
      // A page more or less than the rule has it must not matter: such a move is for no exercise.
      const fits =
        rule.length === left.length && rule.every((count, n) => Math.abs(count - (left[n] ?? 0)) <= 1);
      if (!fits || left.length < 2) continue;
      const { pages, written, dirtied, carried, few } = move;
      return {
        question: [
          `A guest has ${pages} pages. Again and again it writes the same ${written} pages, one after the other, ${dirtied} of them in a millisecond. The cable carries ${carried} pages in a millisecond. Each round of pre-copy sends what is dirty; it takes whole milliseconds, and one more until the target has answered. The guest is stopped when at most ${few} pages are dirty, or when a round leaves no fewer pages than the one before.`,
          '',
          `After the first round, in which all pages were sent, ${left[0]} pages are dirty. After how many rounds, the first one included, is the guest stopped?`,
        ],
        form: { kind: 'parts', parts: ['rounds'] },
        answer: [String(left.length)],
        why: [
          `A round of n pages takes n / ${carried} milliseconds, rounded up, and one more. In each of them the guest writes ${dirtied} pages. These are the rounds that were measured:`,
          '',
          ...formatRounds(source),
          `  Then it was stopped: ${source.reason}.`,
        ],
      };
    }
  },
};
