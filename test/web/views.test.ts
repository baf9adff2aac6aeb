/** What the views show, without a browser: the drawing of the sets, predictions, translation, memory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import type { InstructionSummary } from '../../isa/classify/summary.ts';
import { finish, type Work } from '../../isa/work.ts';
import { judge } from '../../web/page/classify/judge.ts';
import {
  type Box,
  layOut,
  nearest,
  type Place,
  type Region,
  type Regions,
} from '../../web/page/classify/layout.ts';
import { countKinds, flowOf, unitAt } from '../../web/page/translation/flow.ts';
import { classifyHandlers } from '../../web/worker/classify.ts';
import { Desk } from '../../web/worker/desk.ts';
import { addressOf, memoryHandlers, type MemoryView } from '../../web/worker/memory.ts';
import { sessionHandlers } from '../../web/worker/session-handlers.ts';
import { translationHandlers, type TranslationView } from '../../web/worker/translation.ts';
import { root } from '../cli/kit.ts';
import fc from '../property/fast-check.ts';

const files = Object.fromEntries(
  readdirSync(join(root, 'guests'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(s|inc)$/.test(name))
    .map((name) => [`guests/${name}`, readFileSync(join(root, 'guests', name), 'utf8')]),
);

function deskWith(guest: string, monitor: string, variant = 'ring32-v'): Desk {
  const desk = new Desk();
  desk.files = files;
  const text = files[guest] as string;
  const made = sessionHandlers.open({ guest, text, variant, monitor, translateUser: true }, desk);
  expect(made).toMatchObject({ ok: true });
  return desk;
}

/** The answer of a handler, whether it takes its time or not. */
function answer<T>(made: T | Work<unknown, T>): T {
  return typeof made === 'object' && made !== null && Symbol.iterator in made
    ? finish(made as Work<unknown, T>)
    : (made as T);
}

describe('The diagram of the sets', () => {
  const sizes = { cellWidth: 68, cellHeight: 32, line: 24 };
  const counts = fc.record({
    privileged: fc.nat(4),
    sensitive: fc.nat(12),
    user: fc.nat(20),
    critical: fc.nat(12),
    criticalUser: fc.nat(12),
  });
  const regions: fc.Arbitrary<Regions> = counts.map(
    (record) =>
      Object.fromEntries(
        Object.entries(record).map(([region, count]) => [
          region,
          Array.from({ length: count }, (_, n) => `${region}${n}`),
        ]),
      ) as unknown as Regions,
  );
  const drawings = fc
    .tuple(regions, fc.integer({ min: 280, max: 1600 }))
    .map(([all, width]) => ({ all, width, layout: layOut(all, width, sizes) }));

  const isIn = ({ x, y }: Place, box: Box) =>
    x >= box.x &&
    y >= box.y &&
    x + sizes.cellWidth - 6 <= box.x + box.width &&
    y + sizes.cellHeight - 5 <= box.y + box.height;
  const isOut = ({ x, y }: Place, box: Box) =>
    x >= box.x + box.width ||
    x + sizes.cellWidth - 6 <= box.x ||
    y >= box.y + box.height ||
    y + sizes.cellHeight - 5 <= box.y;

  /** The sets that a region is in; it is outside the others. */
  const sets: Readonly<Record<Region, readonly ('privileged' | 'sensitive' | 'user')[]>> = {
    privileged: ['privileged'],
    sensitive: ['privileged', 'sensitive'],
    user: ['privileged', 'sensitive', 'user'],
    critical: ['sensitive'],
    criticalUser: ['sensitive', 'user'],
  };

  it('has every instruction inside its sets and outside the others, on every screen', () => {
    fc.assert(
      fc.property(drawings, ({ all, width, layout }) => {
        const { boxes, places } = layout;
        expect(layout.width).toBeLessThanOrEqual(width);
        expect(places).toHaveLength(Object.values(all).flat().length);
        for (const place of places)
          for (const set of ['privileged', 'sensitive', 'user'] as const)
            expect([
              place,
              set,
              (sets[place.region].includes(set) ? isIn : isOut)(place, boxes[set]),
            ]).toEqual([place, set, true]);
        const corners = new Set(places.map(({ x, y }) => `${x} ${y}`));
        expect(corners.size).toBe(places.length);
      }),
    );
  });

  it('can be gone through by arrow keys alone, from any instruction to any other', () => {
    fc.assert(
      fc.property(drawings, ({ layout: { places } }) => {
        const [first] = places;
        if (first === undefined) return;
        const seen = new Set([first]);
        for (const from of seen)
          for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp'])
            seen.add(nearest(from, places, key) as Place);
        expect(seen.size).toBe(places.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe('A prediction', () => {
  const one = (name: string, critical: boolean): InstructionSummary => ({
    name,
    critical,
    privileged: !critical,
    sensitive: ['mode'],
    userSensitive: false,
    supervisorSensitive: true,
    witnesses: [],
    evidence: [],
  });

  it('is judged by what was ticked, what was missed, and what is none', () => {
    const all = [one('sring', true), one('getf', true), one('cli', false), one('sti', false)];
    expect(judge(all, { of: 'critical', ticked: ['sring', 'cli'], isRevealed: true })).toEqual({
      outcomes: [
        ['sring', 'right'],
        ['getf', 'missed'],
        ['cli', 'wrong'],
      ],
      right: 1,
      total: 2,
    });
  });
});

describe('A witness', () => {
  it('opens as a program that assembles, with the input that it needs in its head', () => {
    const shown = answer(
      classifyHandlers.witness({ variant: 'ring32-x', name: 'in', of: 'state' }, new Desk()),
    );
    expect(shown.ok).toBe(true);
    if (!shown.ok) return;
    expect(() => assemble([{ name: 'witness.s', text: shown.text }])).not.toThrow();
  });

  it('that no program can show is refused with the reason', () => {
    const asked = { variant: { name: 'mine', unprivileged: [] }, name: 'sring', of: 'mode' } as const;
    expect(answer(classifyHandlers.witness(asked, new Desk()))).toEqual({
      ok: false,
      why: 'sring traps in ring 3 of mine',
    });
  });
});

describe('The translation of a guest', () => {
  const desk = deskWith('guests/flags.s', 'binary-translation', 'ring32-x');
  const at = (step: number) => answer(translationHandlers.translation({ step }, desk)) as TranslationView;

  it('is shown at a step the same, wherever one comes from', () => {
    const before = at(324);
    at(900);
    expect(at(324)).toEqual(before);
  });

  it('has the critical instruction that comes next as words that are not the instruction itself', () => {
    const { units, pc, ring } = at(324);
    const unit = units[unitAt(units, pc, ring) ?? -1];
    const next = unit?.instructions.find((one) => one.pc === pc);
    expect(next?.assembly).toBe('sring a0');
    expect(next?.words.map(({ kind }) => kind)).not.toContain('identical');
  });

  it('flows from unit to unit: where one leads, the other says from where', () => {
    const { units } = at(1100);
    let ways = 0;
    for (const [n] of units.entries()) {
      const { from, to } = flowOf(units, n);
      for (const { unit, target } of to) {
        if (unit === undefined) continue;
        ways += 1;
        expect(flowOf(units, unit).from).toContainEqual(expect.objectContaining({ unit: n, target }));
      }
      for (const { unit } of from) expect(flowOf(units, unit ?? -1).to.map((way) => way.unit)).toContain(n);
    }
    expect(ways).toBeGreaterThan(10);
    const words = units.flatMap(({ instructions, exits }) =>
      [...instructions, ...exits].flatMap((row) => row.words),
    );
    expect(Object.values(countKinds(units)).reduce((sum, count) => sum + count, 0)).toBe(words.length);
  });

  it('is null where the monitor translates nothing', () => {
    const other = deskWith('guests/flags.s', 'trap-and-emulate');
    expect(answer(translationHandlers.translation({ step: 10 }, other))).toBeNull();
  });
});

describe('The memory of a guest', () => {
  const desk = deskWith('guests/kernel/mini.s', 'trap-and-emulate');
  const at = (step: number, address = 'pc') =>
    answer(memoryHandlers.memory({ step, address }, desk)) as MemoryView;

  it('is shown at a step the same, wherever one comes from', () => {
    const before = at(9000);
    at(12000);
    at(3000);
    expect(at(9000)).toEqual(before);
    expect(before.tables.tables.length).toBeGreaterThan(1);
    expect(before.followed?.host?.shadow?.physical).toBe(before.followed?.host?.physical);
  });

  it('follows what is typed: numbers, symbols, registers, with an offset', () => {
    const names = new Map([
      ['buffer', 0x2000],
      ['sp', 0x8000],
    ]);
    expect(
      ['0x1f00', ' 7936 ', 'buffer', 'buffer+8', 'sp - 0x10'].map((text) => addressOf(text, names)),
    ).toEqual([0x1f00, 7936, 0x2000, 0x2008, 0x7ff0]);
    for (const text of [
      '',
      'nobody',
      '0x100000000',
      '4294967296',
      'sp-',
      '1+nobody',
      'sp - 0x9000',
      '__proto__',
    ])
      expect(addressOf(text, names)).toBeUndefined();
    expect(at(3000, 'nowhere at all').followed).toBeUndefined();
    expect(at(3000, 'trap').followed?.va).toBeGreaterThan(0);
  });
});
