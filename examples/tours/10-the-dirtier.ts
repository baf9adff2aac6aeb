/** Lesson 10: the dirtier. A guest that writes faster than its memory can be copied, and two ways to move it all the same. */
import type { HostedGuest } from '../../vmm/hosting/hosted-guest.ts';
import type { Work } from '../../isa/work.ts';
import { type Policy, presets } from '../../vmm/migration/policy.ts';
import type { MigrationSource } from '../../vmm/migration/source.ts';
import type { Claim, Tour } from '../desk.ts';
import { TwoHosts } from '../hosts.ts';
import { formatRounds } from '../rounds.ts';
import { inTurn, type Workbench } from '../workbench.ts';

const guest = 'guests/dirtier.s';
/** 1 MiB, 300 steps and 16 KiB a millisecond: it writes to 20 pages while 4 are sent. */
const setting = { memory: 2 ** 20, stepsPerMs: 300, bytesPerMs: 2 ** 14 };
const scene = { view: 'move', place: { guest, isa: 'ring32-v', monitor: 'none' } } as const;

/** Ways to move it. */
const policies = {
  'pre-copy': { ...presets.ringlab, downtimeMs: null },
  'auto-converge': { ...presets.ringlab, few: 4, factor: 20, downtimeMs: null, autoConverge: true },
  'post-copy': { ...presets.ringlab, mode: 'post-copy' },
} as const satisfies Readonly<Record<string, Policy>>;
type Way = keyof typeof policies;
const ways = Object.keys(policies) as readonly Way[];

interface Move {
  readonly source: MigrationSource<HostedGuest>;
  /** The longest pause of the guest, and when it ran on B. Milliseconds. */
  readonly pause: number;
  readonly away: number;
  /** Milliseconds of the whole migration, and steps that the guest made in them. */
  readonly took: number;
  readonly steps: number;
  readonly asStayed: boolean;
}

/** The guest, moved in that way, once. */
function move(bench: Workbench, way: Way): Work<unknown, Move> {
  return bench.onceDone(`move by ${way}`, function* () {
    const world = new TwoHosts({ ...setting, image: bench.image(guest) });
    yield* world.wait(100);
    const [began, stepsBefore] = [world.now, world.steps];
    const source = yield* world.migrating(policies[way]);
    const [took, steps] = [world.now - began, world.steps - stepsBefore];
    const { longestPause: pause } = world;
    yield* world.wait(20);
    const away = (source.activatedAt ?? 0) - began;
    return { source, pause, away, took, steps, asStayed: world.isAsIfItHadStayed() };
  });
}

function* table(bench: Workbench): Work<unknown, readonly string[]> {
  const moves = yield* inTurn(ways, (way) => move(bench, way));
  return [
    '                   runs on B  longest pause     all of it    speed meanwhile',
    ...moves.map(({ away, pause, took, steps }, n) => {
      const speed = Math.round((100 * steps) / (took * setting.stepsPerMs));
      const cells = [`${away} ms`.padStart(12), `${pause} ms`.padStart(14), `${took} ms`.padStart(13)];
      return `  ${ways[n]?.padEnd(14)}${cells.join(' ')}${`${speed} %`.padStart(19)}`;
    }),
  ];
}

const claim = (text: string, way: Way, holds: (move: Move, pre: Move) => boolean): Claim => ({
  claim: text,
  *holds(bench) {
    return holds(yield* move(bench, way), yield* move(bench, 'pre-copy'));
  },
});

export const tour: Tour = {
  number: 10,
  title: 'Lesson 10: the dirtier',
  shows:
    'Pre-copy cannot move a guest that writes faster than the cable carries; slowing the guest down can, and post-copy moves it before its memory.',
  stops: [
    {
      say: 'guests/dirtier.s writes to all of its 1 MiB, 20 pages a millisecond, each time something new. The cable carries 4 pages a millisecond, and all of its memory in 65.',
      ask: {
        text: 'Pre-copy sends in rounds what was written meanwhile. Will the rounds shrink?',
        choices: ['yes', 'no'],
        answer: 'no',
        right: 'You are right.',
        wrong: 'They do not: whatever a round sends is written again before the round ends.',
      },
      go: scene,
      *show(bench) {
        const { source } = yield* move(bench, 'pre-copy');
        return [...formatRounds(source), `  Then it was stopped: ${source.reason}.`];
      },
      check: [
        claim(
          'a round leaves nearly all pages dirty',
          'pre-copy',
          ({ source }) => (source.rounds.at(-1)?.dirtied ?? 0) > 0.8 * source.units.count,
        ),
        claim(
          'so the guest stands still as if nothing had been sent before',
          'pre-copy',
          ({ pause }) => pause > 50,
        ),
      ],
    },
    {
      say: `There are two ways out. Auto-converge: the guest gets less and less time to run, until the rounds shrink. Post-copy: the guest is stopped at once, runs on B without its memory, and waits for each page that it touches.`,
      ask: {
        text: 'Which of the two gets the guest to run on B first?',
        choices: ['auto-converge', 'post-copy'],
        answer: 'post-copy',
        right: 'You are right.',
        wrong: 'Post-copy: it does not wait for the memory.',
      },
      go: { ...scene, way: 'post-copy' },
      show: (bench) => table(bench),
      check: [
        claim(
          'with less time, the guest dirties less, and stands still only for a short while',
          'auto-converge',
          ({ pause }, pre) => pause < pre.pause / 2,
        ),
        claim('but it had to be slowed down', 'auto-converge', ({ source }) =>
          source.rounds.some(({ throttle }) => throttle > 0),
        ),
        claim('by post-copy it runs on B almost at once', 'post-copy', ({ away }) => away < 10),
        claim('but it waits there for its pages', 'post-copy', ({ pause }) => pause > 10),
        {
          claim: 'each time it ends up in the state in which it would be if it had stayed',
          *holds(bench) {
            return (yield* inTurn(ways, (way) => move(bench, way))).every(({ asStayed }) => asStayed);
          },
        },
      ],
    },
    {
      say: 'With post-copy the memory of the guest is on two hosts for a while. Elsewhere the guest is lost if one of them dies then. Here it is not: each host stores what it needs to run that part again.',
      check: [],
    },
  ],
  more: 'ringlab migrate --help: --post-copy, --auto-converge',
};
