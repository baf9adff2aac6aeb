/** The Move view, without a browser: a cable that is cut at any moment, and what is drawn of a migration. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { TwoHosts } from '../../examples/hosts.ts';
import { readImage } from '../../isa/machine/image.ts';
import { type Policy, presets } from '../../vmm/migration/policy.ts';
import { barsOf, runsOf } from '../../web/page/move/bars.ts';
import { Desk } from '../../web/worker/desk.ts';
import { type MoveFrame, moveHandlers } from '../../web/worker/move.ts';
import { root } from '../cli/kit.ts';

const guest = 'guests/memory-walker.s';
const text = readFileSync(join(root, guest), 'utf8');
const readFile = (path: string, from: string) => readFileSync(join(root, dirname(from), path));
const image = readImage(assemble([{ name: guest, text }], { readFile }).elf);

/** A small guest that runs on A for a while, and a migration to B that has just begun. */
function moving(policy: Policy): TwoHosts {
  const world = new TwoHosts({ image, memory: 2 ** 17, stepsPerMs: 14, bytesPerMs: 2 ** 13 });
  for (let ms = 0; ms < 30; ms++) world.step();
  world.hosts.A.send('guest', 'B:1', policy);
  return world;
}

const isOver = ({ hosts: { A, B } }: TwoHosts) =>
  [A, B].every(({ sources, targets }) => sources.size + targets.size === 0);

/** Time passes; at every millisecond the guest has exactly one owner, or `owner` throws. */
function pass(world: TwoHosts, milliseconds: number): void {
  for (let ms = 0; ms < milliseconds; ms++) {
    world.step();
    expect(['A', 'B']).toContain(world.owner);
  }
}

/** When the cable is cut: now and then while memory goes over, and at every millisecond while it is decided. */
const moments = (length: number) =>
  Array.from({ length: length + 1 }, (_, at) => at).filter((at) => at % 5 === 0 || at > length - 8);

const policies = {
  'pre-copy': { ...presets.ringlab, few: 2, downtimeMs: null },
  'post-copy': { ...presets.ringlab, mode: 'post-copy' },
} as const satisfies Record<string, Policy>;

describe.each(Object.entries(policies))('A cable that is cut during %s', (_, policy) => {
  it('at any moment leaves the guest with one owner, in the state of one that never moved', () => {
    const whole = moving(policy);
    let length = 0;
    for (; !isOver(whole); length++) pass(whole, 1);
    expect(whole.owner).toBe('B');
    const outcomes = new Set<string>();
    for (const at of moments(length)) {
      const world = moving(policy);
      pass(world, at);
      world.cut();
      pass(world, 5);
      const { owner } = world;
      outcomes.add(owner);
      world.mend();
      for (let ms = 0; ms < 3000 && !isOver(world); ms++) world.step();
      expect([at, isOver(world), world.owner, world.isAsIfItHadStayed()]).toEqual([at, true, owner, true]);
      expect(world.ran).not.toContain('AB');
    }
    expect([...outcomes].sort()).toEqual(['A', 'B']);
  });
});

describe('A migration in the page', () => {
  const desk = new Desk();
  const includes = ['ring32', 'print', 'number'].map((name) => `guests/include/${name}.inc`);
  desk.files = Object.fromEntries(includes.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const setting = { guest, text, way: 'pre-copy', stepsPerMs: 14, bytesPerMs: 2 ** 16 } as const;
  const run = (milliseconds: number) => moveHandlers['move-run']({ milliseconds }, desk) as MoveFrame;

  it('is drawn as it happens: pages, rounds, stages, and where the guest ran', () => {
    const first = moveHandlers['move-begin'](setting, desk) as MoveFrame;
    expect(first).toMatchObject({ owner: 'A', isCut: false, pages: 256, ran: '' });
    moveHandlers['move-act']({ act: 'send' }, desk);
    let now = run(1);
    let sawOther = false;
    while (now.migration?.state === 'under way') {
      now = run(1);
      sawOther ||= now.hosts.B.pages.includes('x');
    }
    expect(sawOther).toBe(true);
    expect(now).toMatchObject({
      owner: 'B',
      migration: { state: 'moved', from: 'A' },
      check: { isSame: true },
    });
    expect(now.migration?.told.filter(({ side }) => side === 'source').map(({ stage }) => stage)).toEqual([
      'pre-migration',
      'reservation',
      'pre-copy',
      'stop-and-copy',
      'commitment',
      'activation',
    ]);
    expect(now.ran).toMatch(/^A+-+B+$/);
    expect(now.hosts.A).toMatchObject({ phase: undefined, pages: '' });
    const bars = now.migration === undefined ? [] : barsOf(now.migration);
    expect(bars.at(-1)).toMatchObject({ label: 'stop', isLast: true });
    expect(bars.slice(0, -1).map(({ dirtied }) => dirtied)).toEqual(
      now.migration?.rounds.map(({ dirtied }) => dirtied),
    );
  });

  it('goes back to where the guest came from', () => {
    moveHandlers['move-act']({ act: 'send' }, desk);
    let now = run(1);
    while (now.migration?.state === 'under way') now = run(1);
    expect(now).toMatchObject({
      owner: 'A',
      migration: { state: 'moved', from: 'B' },
      check: { isSame: true },
    });
  });

  it('is refused in words when the program has an error', () => {
    expect(() => moveHandlers['move-begin']({ ...setting, text: 'nonsense' }, desk)).toThrow();
  });

  it('has gaps drawn where the guest ran nowhere', () => {
    expect(runsOf('AAA--BB-B', 'A')).toEqual([[0, 3]]);
    expect(runsOf('AAA--BB-B', 'B')).toEqual([
      [5, 2],
      [8, 1],
    ]);
    expect(runsOf('', 'A')).toEqual([]);
  });
});
