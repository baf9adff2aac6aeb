/** Lesson 9: six stages. A guest moves to another host while it runs. */
import type { HostedGuest } from '../../vmm/hosting/hosted-guest.ts';
import type { Work } from '../../isa/work.ts';
import { presets } from '../../vmm/migration/policy.ts';
import type { MigrationSource } from '../../vmm/migration/source.ts';
import { type Stage, stageNumber } from '../../vmm/migration/stages.ts';
import type { Claim, Tour } from '../desk.ts';
import { formatRounds } from '../rounds.ts';
import { type StageTold, TwoHosts } from '../hosts.ts';
import type { Workbench } from '../workbench.ts';

const guest = 'guests/memory-walker.s';
/** A slow guest, so that numbers stay small: 1 MiB, 14 steps and 16 KiB a millisecond. */
const setting = { memory: 2 ** 20, stepsPerMs: 14, bytesPerMs: 2 ** 14 };
const scene = { view: 'move', place: { guest, isa: 'ring32-v', monitor: 'none' } } as const;

const says: Readonly<Record<StageTold['side'], Readonly<Partial<Record<Stage, string>>>>> = {
  source: {
    'pre-migration': 'the guest is to go, and B is looked for',
    reservation: 'B is asked for room for it',
    'pre-copy': 'all pages are sent, then again those it has written meanwhile',
    'stop-and-copy': 'the guest stands still; the last pages, registers and devices',
    commitment: 'everything is sent; B has to say that it has it',
    activation: "written down: from here on the guest is B's",
  },
  target: {
    reservation: 'memory is set aside',
    'pre-copy': 'pages come in',
    'stop-and-copy': 'the last pages and the state come in',
    commitment: 'the whole image is here, and stored',
    activation: 'the guest runs here',
  },
};

interface Moved {
  readonly world: TwoHosts;
  readonly source: MigrationSource<HostedGuest>;
}

/** The guest, moved once. */
function moved(bench: Workbench): Work<unknown, Moved> {
  return bench.onceDone('six stages', function* () {
    const world = new TwoHosts({ ...setting, image: bench.image(guest) });
    yield* world.wait(200);
    const source = yield* world.migrating({ ...presets.ringlab, few: 8, downtimeMs: null });
    yield* world.wait(50);
    return { world, source };
  });
}

function duration({ stages }: MigrationSource<HostedGuest>): number {
  return (stages.at(-1)?.at ?? 0) - (stages[0]?.at ?? 0);
}

/** What happened when, on both sides. */
function told(world: TwoHosts): readonly string[] {
  const began = world.told[0]?.at ?? 0;
  return world.told.map(({ side, stage, at }) => {
    const host = side === 'source' ? 'A' : 'B';
    const time = `${String(at - began).padStart(4)} ms`;
    return `${time}  ${host}  stage ${stageNumber(stage)}, ${stage}: ${says[side][stage] ?? ''}`;
  });
}

function isInOrder(world: TwoHosts, side: StageTold['side']): boolean {
  const numbers = world.told.filter((one) => one.side === side).map(({ stage }) => stageNumber(stage));
  return numbers.every((number, n) => n === 0 || number > (numbers[n - 1] as number));
}

const claim = (text: string, holds: (moved: Moved) => boolean): Claim => ({
  claim: text,
  *holds(bench) {
    return holds(yield* moved(bench));
  },
});

export const tour: Tour = {
  number: 9,
  title: 'Lesson 9: six stages',
  shows:
    'A running guest is copied while it runs, in rounds that shrink; it stands still only for the rest, and at no moment runs twice.',
  stops: [
    {
      say: 'Host A runs guests/memory-walker.s in 1 MiB of memory. The guest writes to some three pages in two milliseconds, one after the other. The cable to host B carries four pages in one millisecond, so sending all of them takes 65. (Clark et al., Live Migration of Virtual Machines, NSDI 2005.)',
      ask: {
        text: 'For how many milliseconds will the guest stand still?',
        within: 2,
        *answer(bench) {
          return String((yield* moved(bench)).world.still);
        },
        right: 'You are right.',
        wrong: 'It stands still for what the last round leaves.',
      },
      go: scene,
      *show(bench) {
        const { world, source } = yield* moved(bench);
        const still = `The guest stood still for ${world.still} milliseconds of ${duration(source)}.`;
        return [...told(world), '', still];
      },
      check: [
        claim(
          'both sides go through the stages in their order',
          ({ world }) => isInOrder(world, 'source') && isInOrder(world, 'target'),
        ),
        claim('at no millisecond the guest runs on both hosts', ({ world }) => !world.ran.includes('AB')),
        claim(
          'it stands still for less than a tenth of the time',
          ({ world, source }) => world.still * 10 < duration(source),
        ),
      ],
    },
    {
      say: 'These are the rounds of stage 2, pre-copy:',
      go: scene,
      *show(bench) {
        const { source } = yield* moved(bench);
        return [...formatRounds(source), `  Then it was stopped: ${source.reason}.`];
      },
      check: [
        claim(
          'the first round goes through all pages, except those that are dirty again when their turn comes',
          ({ source: { rounds, units } }) =>
            (rounds[0]?.sent ?? 0) + (rounds[0]?.skipped ?? 0) === units.count,
        ),
        claim('every round leaves fewer pages than the one before', ({ source: { rounds } }) =>
          rounds.every(({ dirtied }, n) => n === 0 || dirtied < (rounds[n - 1]?.dirtied ?? 0)),
        ),
      ],
    },
    {
      say: 'And afterwards?',
      go: scene,
      check: [
        claim('host A has forgotten the guest', ({ world }) => world.hosts.A.slots.size === 0),
        claim('on B it is in the state in which it would be if it had stayed', ({ world }) =>
          world.isAsIfItHadStayed(),
        ),
      ],
    },
  ],
  more: 'ringlab host --help, ringlab migrate --help: the same between two processes',
};
