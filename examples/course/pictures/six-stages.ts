/** The six stages of a migration on both hosts, and the rounds of pre-copy, as they were measured. */
import { presets } from '../../../vmm/migration/policy.ts';
import { stageNumber } from '../../../vmm/migration/stages.ts';
import { type StageTold, TwoHosts } from '../../hosts.ts';
import type { Workbench } from '../../workbench.ts';
import { finish } from '../../../isa/work.ts';
import { box, drawing, labelled, text, type Tone } from './svg.ts';

/** A slow guest and a slow cable, as in lesson 9. */
const setting = { memory: 2 ** 20, stepsPerMs: 14, bytesPerMs: 2 ** 14 };
const tones: readonly Tone[] = ['plain', 'plain', 'guest', 'monitor', 'warm', 'real'];

export function sixStages(bench: Workbench): string {
  const world = new TwoHosts({ ...setting, image: bench.image('guests/memory-walker.s') });
  finish(world.wait(200));
  const source = world.migrate({ ...presets.ringlab, few: 8, downtimeMs: null });
  finish(world.wait(30));
  const began = world.told[0]?.at ?? 0;
  const end = world.now;
  const x = (at: number) => 130 + ((at - began) * 790) / (end - began);
  const lane = (side: StageTold['side'], y: number) => {
    const told = world.told.filter((one) => one.side === side);
    return told.flatMap(({ stage, at }, n) => {
      const width = x(told[n + 1]?.at ?? end) - x(at);
      const number = stageNumber(stage);
      return [
        box(x(at), y, width, 50, tones[number] ?? 'plain'),
        ...(width < 16
          ? []
          : [
              text(x(at) + width / 2, y + 31, width < 120 ? String(number) : `${number} ${stage}`, {
                anchor: 'middle',
                size: 14,
              }),
            ]),
      ];
    });
  };
  const runs = (name: string, y: number) =>
    world.ran
      .slice(began)
      .flatMap((where, n) =>
        where === name
          ? [
              `<rect x="${x(began + n).toFixed(1)}" y="${y}" width="${(790 / (end - began) + 0.3).toFixed(1)}" height="8" class="run"/>`,
            ]
          : [],
      );
  const most = Math.max(...source.rounds.map(({ sent }) => sent));
  const rounds = source.rounds.map(({ sent, dirtied }, n) => {
    const at = 130 + n * 110;
    const height = (count: number) => Math.max(2, (110 * count) / most);
    return [
      box(at, 450 - height(sent), 40, height(sent), 'guest'),
      box(at + 44, 450 - height(dirtied), 40, height(dirtied), 'warm'),
      text(at + 20, 444 - height(sent), String(sent), { anchor: 'middle', size: 13 }),
      text(at + 64, 444 - height(dirtied), String(dirtied), { anchor: 'middle', size: 13 }),
      text(at + 42, 470, `round ${n + 1}`, { anchor: 'middle', size: 13, faint: true }),
    ].join('\n');
  });
  return drawing(
    'The six stages of a migration',
    `Measured: the guest stands still for ${world.still} of ${end - began} milliseconds.`,
    [
      text(40, 112, 'host A', { bold: true }),
      ...lane('source', 80),
      ...runs('A', 136),
      text(40, 200, 'host B', { bold: true }),
      ...lane('target', 168),
      ...runs('B', 224),
      labelled([130, 250, 20, 8], 'real', []),
      text(
        158,
        259,
        `the guest runs here; it stood still for ${world.still} of ${end - began} milliseconds`,
        { size: 14, faint: true },
      ),
      text(40, 300, 'the rounds of stage 2, in pages', { bold: true }),
      ...rounds,
      labelled([560, 496, 22, 22], 'guest', []),
      text(590, 513, 'sent', { size: 14 }),
      labelled([660, 496, 22, 22], 'warm', []),
      text(690, 513, 'dirty when it ended', { size: 14 }),
      text(40, 513, '0 pre-migration  1 reservation  2 pre-copy', { size: 13, faint: true }),
      text(40, 532, '3 stop-and-copy  4 commitment  5 activation', { size: 13, faint: true }),
    ],
  );
}
