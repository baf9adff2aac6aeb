/** Lesson 9: six stages. A guest moves to another host while it runs. */
import type { HostedGuest } from '../vmm/hosting/hosted-guest.ts';
import { presets } from '../vmm/migration/policy.ts';
import type { MigrationSource } from '../vmm/migration/source.ts';
import { type Stage, stageNumber } from '../vmm/migration/stages.ts';
import { formatRounds, type StageTold, TwoHosts } from './hosts.ts';
import { imageOf } from './monitor.ts';
import { type Desk, giveIfMain, type Lesson } from './lesson.ts';

/** A slow guest, so that numbers stay small: 1 MiB, 14 steps and 16 KiB a millisecond. */
const setting = { image: imageOf('memory-walker.s'), memory: 2 ** 20, stepsPerMs: 14, bytesPerMs: 2 ** 14 };

export const lesson: Lesson = {
  title: 'Lesson 9: six stages',
  shows:
    'A running guest is copied while it runs, in rounds that shrink; it stands still for the rest only, and at no moment runs twice.',
  give,
};

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
    commitment: 'the whole image is here, and kept',
    activation: 'the guest runs here',
  },
};

async function give(desk: Desk): Promise<void> {
  desk.say('Host A runs guests/memory-walker.s in 1 MiB of memory. It writes to some three');
  desk.say('pages in two milliseconds, one after the other; the cable to host B carries four');
  desk.say('in one. Sending all takes 65 milliseconds. (Clark et al., Live Migration of');
  desk.say('Virtual Machines, NSDI 2005.)\n');
  const answer = await desk.ask('For how many milliseconds will the guest stand still?');
  const world = new TwoHosts(setting);
  for (let ms = 0; ms < 200; ms++) world.step();
  const source = world.migrate({ ...presets.ringlab, few: 8, downtimeMs: null });
  for (let ms = 0; ms < 50; ms++) world.step();
  tell(desk, world);
  const still = world.still;
  desk.say(`\nThe guest stood still for ${still} milliseconds of ${duration(source)}.`);
  desk.say(
    Math.abs(Number(answer) - still) <= 2 ? 'You are right.\n' : 'That is what the last round leaves.\n',
  );
  for (const line of formatRounds(source)) desk.say(line);
  desk.say(`  Then it was stopped: ${source.reason}.\n`);
  check(desk, world, source);
}

function duration({ stages }: MigrationSource<HostedGuest>): number {
  return (stages.at(-1)?.at ?? 0) - (stages[0]?.at ?? 0);
}

/** What happened when, on both sides. */
function tell(desk: Desk, { told }: TwoHosts): void {
  const began = told[0]?.at ?? 0;
  for (const { side, stage, at } of told) {
    const host = side === 'source' ? 'A' : 'B';
    desk.say(
      `${String(at - began).padStart(4)} ms  ${host}  stage ${stageNumber(stage)}, ${stage}: ${says[side][stage] ?? ''}`,
    );
  }
}

function check(desk: Desk, world: TwoHosts, source: MigrationSource<HostedGuest>): void {
  const { rounds } = source;
  const inOrder = (side: StageTold['side']) => {
    const numbers = world.told.filter((told) => told.side === side).map(({ stage }) => stageNumber(stage));
    return numbers.every((number, n) => n === 0 || number > (numbers[n - 1] as number));
  };
  desk.check('both sides go through the stages in their order', inOrder('source') && inOrder('target'));
  desk.check(
    'the first round goes through all pages, but for those that are dirty again when their turn comes',
    (rounds[0]?.sent ?? 0) + (rounds[0]?.skipped ?? 0) === source.units.count,
  );
  desk.check(
    'every round leaves fewer pages than the one before',
    rounds.every(({ dirtied }, n) => n === 0 || dirtied < (rounds[n - 1]?.dirtied ?? 0)),
  );
  desk.check('at no millisecond the guest runs on both hosts', !world.ran.includes('AB'));
  desk.check('it stands still for less than a tenth of the time', world.still * 10 < duration(source));
  desk.check('host A has forgotten it', world.hosts.A.slots.size === 0);
  desk.check('on B it is in the state in which it would be, had it stayed', world.isAsIfItHadStayed());
  desk.say('\nThe same between two processes: ringlab host, ringlab migrate.');
}

await giveIfMain(import.meta.url, lesson);
