/** How errors are told, from where they are caught: main.ts hands everything to `tell`. */
import { beforeEach, expect, it, vi } from 'vitest';
import { badInput, tell, usage } from '../../cli/failure.ts';
import { ReaderGone } from '../../cli/output.ts';

const written = vi.hoisted(() => ({ text: '', isGone: false }));

vi.mock('../../cli/output.ts', async (original) => {
  const { ReaderGone } = await original<typeof import('../../cli/output.ts')>();
  const note = (text: string) => {
    if (written.isGone) throw new ReaderGone();
    written.text += text;
  };
  return { ReaderGone, note };
});

beforeEach(() => Object.assign(written, { text: '', isGone: false }));

it('A failure that the user can mend is one line, with its own status', () => {
  expect([tell(badInput('x.s: no')), tell(usage('--y: no'))]).toEqual([65, 2]);
  expect(written.text).toBe('ringlab: x.s: no\nringlab: --y: no\n');
});

it('What the system refuses is one line', () => {
  expect(tell(Object.assign(new Error('EROFS: …'), { code: 'EROFS', syscall: 'write' }))).toBe(65);
  expect(written.text).toBe('ringlab: write: the file system is read-only\n');
});

it('Any other error is a bug in ringlab: status 70, how to report it, and where it was', () => {
  expect(tell(new TypeError('undefined is not a machine'))).toBe(70);
  expect(written.text).toMatch(/^ringlab: this is a bug in ringlab\. Please report it, with your command/);
  expect(written.text).toMatch(/TypeError: undefined is not a machine\n +at /);
  expect(tell('thrown text')).toBe(70);
});

it('When nobody reads, nothing is said, not even of another error', () => {
  expect(tell(new ReaderGone())).toBe(141);
  expect(tell(Object.assign(new Error('EPIPE'), { code: 'EPIPE', syscall: 'write' }))).toBe(141);
  expect(written.text).toBe('');
  written.isGone = true;
  expect(tell(badInput('x.s: no'))).toBe(141);
});
