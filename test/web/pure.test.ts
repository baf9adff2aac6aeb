/** Parts of the page that need no browser. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Version, withText } from '../../web/page/editor/own-texts.ts';
import { nameOf } from '../../web/page/keys.ts';
import { decode, encode, type Link } from '../../web/page/link.ts';
import { root } from '../cli/kit.ts';
import fc from '../property/fast-check.ts';

const link = fc.record(
  {
    view: fc.constantFrom(
      'acts',
      'machine',
      'memory',
      'translation',
      'classify',
      'move',
      'pool',
      'later-view',
    ),
    guest: fc.string({ maxLength: 200 }),
    text: fc.string({ unit: 'grapheme' }),
    variant: fc.oneof(fc.string(), fc.record({ name: fc.string(), unprivileged: fc.array(fc.string()) })),
    monitor: fc.string(),
    translateUser: fc.boolean(),
    step: fc.nat(),
    views: fc.dictionary(
      fc.string(),
      fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      {
        minKeys: 1,
        noNullPrototype: true,
      },
    ),
    tour: fc.string(),
    version: fc.string({ maxLength: 40 }),
  },
  { requiredKeys: ['view', 'guest', 'variant', 'monitor', 'translateUser', 'step'], noNullPrototype: true },
) as fc.Arbitrary<Link>;

/** Links that were made once: none of them may stop working, so a file is added and never changed. */
const folder = join(root, 'test/web/links');

describe('A link', () => {
  it('gives back what it was made of', async () => {
    await fc.assert(
      fc.asyncProperty(link, async (made) => {
        const fragment = await encode(made);
        expect(fragment).toMatch(/^#1\.[a-z-]+\.[\w-]+$/);
        expect(await decode(fragment)).toEqual(made);
      }),
    );
  });

  it.each(readdirSync(folder))('of an earlier version of the page means what it meant: %s', async (name) => {
    const known = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { link: string; means: Link }[];
    expect(known.length).toBeGreaterThan(0);
    for (const { link: fragment, means } of known) expect(await decode(fragment)).toEqual(means);
  });

  it('that is damaged is none, and never an error', async () => {
    const whole = await encode({
      view: 'acts',
      guest: 'guests/flags.s',
      variant: 'ring32-v',
      monitor: 'hybrid',
      translateUser: false,
      step: 7,
    });
    for (let length = 0; length < whole.length; length++)
      expect(await decode(whole.slice(0, length))).toBeUndefined();
    for (const other of ['', '#', '#1.acts', '#2.acts.AAAA', '#1.acts.AAAA', '#step-4', '#1.acts.%00'])
      expect(await decode(other)).toBeUndefined();
  });

  it('that is small and unpacks to very much is none', async () => {
    const text = 'a'.repeat(2 ** 24);
    const bomb = await encode({
      view: 'acts',
      guest: 'a.s',
      text,
      variant: 'ring32-v',
      monitor: 'hybrid',
      translateUser: false,
      step: 0,
    });
    expect(bomb.length).toBeLessThan(2 ** 16);
    expect(await decode(bomb)).toBeUndefined();
  });
});

describe('A key', () => {
  const press = (key: string, held: Partial<Parameters<typeof nameOf>[0]> = {}) =>
    nameOf({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...held });

  it('is named as the help writes it', () => {
    expect(press('ArrowRight', { shiftKey: true })).toBe('Shift+ArrowRight');
    expect(press('ArrowRight', { ctrlKey: true })).toBe('Ctrl+ArrowRight');
    expect(press('1', { altKey: true })).toBe('Alt+1');
    expect(press('d')).toBe('d');
    expect(press('D')).toBe('d');
    expect(press('?', { shiftKey: true })).toBe('?');
  });
});

describe('Versions of an own text', () => {
  const at = (versions: readonly Version[], text: string, now: number, page: string) =>
    withText(versions, text, now, page);

  it('are one while a page goes on writing, and another after a pause', () => {
    const first = at(at([], 'a', 0, 'one'), 'ab', 1000, 'one');
    expect(first).toEqual([{ page: 'one', text: 'ab', at: 0 }]);
    expect(at(first, 'abc', 1_000_000, 'one')).toHaveLength(2);
  });

  it('of two pages do not take the place of each other', () => {
    const both = at(at([], 'mine', 0, 'one'), 'other', 1, 'two');
    expect(
      at(both, 'mine, too', 2, 'one')
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['mine, too', 'other']);
  });

  it('are twenty at most, the newest', () => {
    let versions: readonly Version[] = [];
    for (let n = 0; n < 30; n++) versions = at(versions, `text ${n}`, n * 1_000_000, 'one');
    expect(versions.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => `text ${n + 10}`));
  });
});
