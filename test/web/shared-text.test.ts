/** A text edited in the page and as a file: whatever happens, nobody's words are lost. */
import { describe, expect, it } from 'vitest';
import { SharedText } from '../../web/page/lab/shared-text.ts';
import fc from '../property/fast-check.ts';

const versionOf = (text: string) => (text === '' ? '' : `v-${text}`);

describe('A shared text', () => {
  it('follows the file while nothing was changed here', () => {
    const shared = new SharedText({ text: 'a', version: '1' });
    expect(shared.arrived({ text: 'b', version: '2' }, 'a')).toBe('take');
    expect(shared.base).toEqual({ text: 'b', version: '2' });
    expect(shared.isToBeSaved('b')).toBe(false);
  });

  it('has nothing to do when it hears of what it saved itself, or when both wrote the same', () => {
    const shared = new SharedText({ text: 'a', version: '1' });
    shared.saved('b', '2');
    expect(shared.arrived({ text: 'b', version: '2' }, 'b and more')).toBe('nothing');
    expect(shared.isToBeSaved('b and more')).toBe(true);
    expect(shared.arrived({ text: 'c', version: '3' }, 'c')).toBe('nothing');
    expect(shared.isToBeSaved('c')).toBe(false);
  });

  it('lets the reader choose when both have changed, and saves nothing until then', () => {
    const shared = new SharedText({ text: 'a', version: '1' });
    expect(shared.arrived({ text: 'theirs', version: '2' }, 'mine')).toBe('choose');
    expect(shared.isToBeSaved('mine')).toBe(false);
    expect(shared.other?.text).toBe('theirs');
    shared.keepMine();
    expect(shared.base.version).toBe('2');
    expect(shared.isToBeSaved('mine')).toBe(true);
    expect(shared.arrived({ text: 'theirs again', version: '3' }, 'mine')).toBe('choose');
    expect(shared.takeTheirs()).toBe('theirs again');
    expect(shared.isToBeSaved('theirs again')).toBe(false);
  });

  it('loses no edit in any order of edits, saves and events', () => {
    const text = fc.constantFrom('a', 'b', 'c', 'd');
    const act = fc.oneof(
      fc.record({ kind: fc.constant('here' as const), text }),
      fc.record({ kind: fc.constant('elsewhere' as const), text }),
      fc.record({ kind: fc.constantFrom('save' as const, 'event' as const) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        let file = 'start';
        let mine = file;
        const shared = new SharedText({ text: file, version: versionOf(file) });
        const event = () => {
          if (shared.arrived({ text: file, version: versionOf(file) }, mine) === 'take') mine = file;
        };
        for (const one of acts) {
          if (one.kind === 'here') mine = one.text;
          else if (one.kind === 'elsewhere') file = one.text;
          else if (one.kind === 'event') event();
          else if (shared.isToBeSaved(mine)) {
            // The server writes only over the version that the page knows.
            if (versionOf(file) === shared.base.version) {
              file = mine;
              shared.saved(mine, versionOf(mine));
            } else event();
          }
          // What is here is in the file, or is still to be saved, or the reader is asked.
          const isSafe = mine === shared.base.text || shared.isToBeSaved(mine) || shared.other !== undefined;
          expect(isSafe).toBe(true);
        }
        event();
        if (shared.other === undefined && !shared.isToBeSaved(mine)) expect(mine).toBe(file);
      }),
    );
  });
});
