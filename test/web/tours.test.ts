/** What the page's worker answers about tours: data that can be sent, and the claims of the terminal's lessons. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finish, type Work } from '../../isa/work.ts';
import { Desk } from '../../web/worker/desk.ts';
import { tourHandlers } from '../../web/worker/tour-handlers.ts';

const root = new URL('../../', import.meta.url).pathname;
const desk = new Desk();
desk.files = new Proxy({}, { get: (_, path) => readFileSync(join(root, String(path)), 'utf8') });

/** The answer, as it comes to the page. */
function answer<T>(made: T | Work<unknown, T>): T {
  const isWork = typeof made === 'object' && made !== null && 'next' in made;
  return structuredClone(isWork ? finish(made as Work<unknown, T>) : (made as T));
}

const texts = answer(tourHandlers.tours(null, desk));

describe('The worker', () => {
  it('sends the texts of every tour', () => {
    expect(texts).toHaveLength(20);
    expect(texts.filter(({ atTerminal }) => atTerminal).map(({ number }) => number)).toEqual([8, 18, 20]);
    const kinds = texts.flatMap(({ stops }) =>
      stops.flatMap(({ ask }) => (ask === undefined ? [] : [ask.kind])),
    );
    expect(new Set(kinds)).toEqual(new Set(['one', 'many', 'number', 'name']));
  });

  it.each([4, 7, 9, 11, 13, 16, 19])('finds that every claim of lesson %i holds', (number) => {
    const { stops } = texts[number - 1] as (typeof texts)[number];
    for (const [stop, { claims, ask }] of stops.entries()) {
      const revealed = answer(tourHandlers.reveal({ tour: number, stop, answer: '' }, desk));
      expect(revealed.isRight === undefined).toBe(ask === undefined);
      for (const claim of claims.keys())
        expect([
          number,
          stop,
          claim,
          answer(tourHandlers.claim({ tour: number, stop, claim }, desk)),
        ]).toEqual([number, stop, claim, true]);
    }
  });

  it('leaves the work of a claim off when it is told to, and does it again when it is asked again', () => {
    const ask = { tour: 14, stop: 3, claim: 0 };
    const work = tourHandlers.claim(ask, new Desk()) as Work<unknown, boolean>;
    expect(() => work.next()).toThrow('there is no guests/self-modifying.s in the laboratory');
    const begun = tourHandlers.claim(ask, desk) as Work<unknown, boolean>;
    expect(begun.next().done).toBe(false);
    begun.return(false);
    expect(answer(tourHandlers.claim(ask, desk))).toBe(true);
  });

  it('says what a prediction is worth', () => {
    const reveal = (text: string) => answer(tourHandlers.reveal({ tour: 4, stop: 0, answer: text }, desk));
    expect(reveal('1')).toMatchObject({ isRight: true, remark: 'As you said: 1.' });
    expect(reveal('0')).toMatchObject({ isRight: false, remark: 'The real ring shows through: 1.' });
    expect(reveal('').lines).toContain('  | the kernel is in ring 1');
  });
});
