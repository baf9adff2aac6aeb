/** Lesson 10: the dirtier. A guest that writes faster than anybody can copy, and three ways to move it all the same. */
import type { HostedGuest } from '../vmm/hosting/hosted-guest.ts';
import { type Policy, presets } from '../vmm/migration/policy.ts';
import type { MigrationSource } from '../vmm/migration/source.ts';
import { formatRounds, TwoHosts } from './hosts.ts';
import { imageOf } from './monitor.ts';
import { type Desk, giveIfMain, type Lesson, wordsOf } from './lesson.ts';

/** 1 MiB, 300 steps and 16 KiB a millisecond: it writes to 20 pages while 4 are sent. */
const setting = { image: imageOf('dirtier.s'), memory: 2 ** 20, stepsPerMs: 300, bytesPerMs: 2 ** 14 };

export const lesson: Lesson = {
  title: 'Lesson 10: the dirtier',
  shows:
    'Pre-copy cannot move a guest that writes faster than the cable; slowing it down can, and post-copy moves it before its memory.',
  give,
};

interface Move {
  readonly name: string;
  readonly source: MigrationSource<HostedGuest>;
  /** The longest pause of the guest, and when it ran on B. Milliseconds. */
  readonly pause: number;
  readonly away: number;
  /** Milliseconds of the whole migration, and steps that the guest made in them. */
  readonly took: number;
  readonly steps: number;
  readonly asStayed: boolean;
}

async function give(desk: Desk): Promise<void> {
  desk.say('guests/dirtier.s writes to all of its 1 MiB, 20 pages a millisecond, each time');
  desk.say('something new. The cable carries 4 pages a millisecond, all of its memory in 65.\n');
  const first = wordsOf(await desk.ask('Pre-copy, in rounds: will they shrink? (yes or no)'));
  const pre = move('pre-copy', { ...presets.ringlab, downtimeMs: null });
  for (const line of formatRounds(pre.source)) desk.say(line);
  desk.say(`  Then it was stopped: ${pre.source.reason}.`);
  desk.say(
    first.has('no') ? 'You are right.\n' : 'Whatever a round sends is written again before it ends.\n',
  );
  const last = pre.source.rounds.at(-1);
  desk.check('a round leaves nearly all pages dirty', (last?.dirtied ?? 0) > 0.8 * pre.source.units.count);
  desk.check('so the guest stands still as if nothing had been sent before', pre.pause > 50);
  desk.say('\nTwo ways out. Auto-converge: the guest is denied part of its time until rounds shrink.');
  desk.say(
    'Post-copy: it is stopped at once, runs on B without its memory, and waits for each page it touches.\n',
  );
  const second = wordsOf(await desk.ask('Which of the two gets the guest to run on B first? (auto or post)'));
  const auto = move('auto-converge', {
    ...presets.ringlab,
    few: 4,
    factor: 20,
    downtimeMs: null,
    autoConverge: true,
  });
  const post = move('post-copy', { ...presets.ringlab, mode: 'post-copy' });
  table(desk, [pre, auto, post]);
  desk.say(second.has('post') ? 'You are right.\n' : 'Post-copy does not wait for memory.\n');
  judge(desk, pre, auto, post);
}

function move(name: string, policy: Policy): Move {
  const world = new TwoHosts(setting);
  for (let ms = 0; ms < 100; ms++) world.step();
  const [began, stepsBefore] = [world.now, world.steps];
  const source = world.migrate(policy);
  const [took, steps] = [world.now - began, world.steps - stepsBefore];
  const { longestPause: pause } = world;
  for (let ms = 0; ms < 20; ms++) world.step();
  const away = (source.activatedAt ?? 0) - began;
  return { name, source, pause, away, took, steps, asStayed: world.isAsIfItHadStayed() };
}

function table(desk: Desk, moves: readonly Move[]): void {
  desk.say('                   runs on B  longest pause     all of it    speed meanwhile');
  for (const { name, away, pause, took, steps } of moves) {
    const speed = Math.round((100 * steps) / (took * setting.stepsPerMs));
    const cells = [`${away} ms`.padStart(12), `${pause} ms`.padStart(14), `${took} ms`.padStart(13)];
    desk.say(`  ${name.padEnd(14)}${cells.join(' ')}${`${speed} %`.padStart(19)}`);
  }
}

function judge(desk: Desk, pre: Move, auto: Move, post: Move): void {
  desk.check(
    'denied its time, the guest dirties less, and stands still for a short while only',
    auto.pause < pre.pause / 2,
  );
  desk.check(
    'but it had to be slowed down',
    auto.source.rounds.some(({ throttle }) => throttle > 0),
  );
  desk.check('by post-copy it runs on B almost at once', post.away < 10);
  desk.check('but it waits there for its pages', post.pause > 10);
  desk.check(
    'every time it is then in the state in which it would be, had it stayed',
    pre.asStayed && auto.asStayed && post.asStayed,
  );
  desk.say('\nWith post-copy its memory is on two hosts for a while: if one of them dies then,');
  desk.say('it is gone elsewhere. Here it is not, for each host keeps what it needs to run');
  desk.say('that part again.');
}

await giveIfMain(import.meta.url, lesson);
