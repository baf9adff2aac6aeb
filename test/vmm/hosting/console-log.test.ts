import { describe, expect, it } from 'vitest';
import { ConsoleLog, LogFull } from '../../../vmm/hosting/keep/console-log.ts';
import { MemoryShelf } from '../../../vmm/hosting/keep/shelf.ts';
import fc from '../../property/fast-check.ts';

const all = Number.POSITIVE_INFINITY;
const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (log: ConsoleLog, from = 0, most = all) => new TextDecoder().decode(log.read(from, most));

/** A shelf on which only the first `room` bytes of an append find room, and the rest is refused. */
class SmallShelf extends MemoryShelf {
  room = Number.POSITIVE_INFINITY;

  override append(name: string, part: Uint8Array): void {
    if (part.length > this.room)
      throw Object.assign(new Error('ENOSPC'), { syscall: 'write', code: 'ENOSPC', file: name });
    this.room -= part.length;
    super.append(name, part);
  }
}

describe("A guest's console log", () => {
  it('is read from any offset, also by whoever opens it later', () => {
    const shelf = new MemoryShelf();
    const log = new ConsoleLog(shelf, 'guest', { size: 40, dropOldest: false });
    for (const part of ['hello, ', 'there is ', 'more than a segment']) log.append(bytes(part));
    const again = new ConsoleLog(shelf, 'guest', { size: 40, dropOldest: false });
    for (const one of [log, again]) {
      expect([one.start, one.end]).toEqual([0, 35]);
      expect([textOf(one), textOf(one, 7, 8), textOf(one, 35)]).toEqual([
        'hello, there is more than a segment',
        'there is',
        '',
      ]);
    }
  });

  it('is not that of a guest whose name begins alike', () => {
    const shelf = new MemoryShelf();
    new ConsoleLog(shelf, 'a.1').append(bytes('one'));
    new ConsoleLog(shelf, 'a').append(bytes('other'));
    expect([textOf(new ConsoleLog(shelf, 'a')), textOf(new ConsoleLog(shelf, 'a.1'))]).toEqual([
      'other',
      'one',
    ]);
  });

  it('stores nothing more when it is full, and says how much it has stored', () => {
    const log = new ConsoleLog(new MemoryShelf(), 'guest', { size: 8, dropOldest: false });
    expect(() => log.append(bytes('0123456789'))).toThrow(LogFull);
    expect([log.end, textOf(log)]).toEqual([8, '01234567']);
    log.clear();
    log.append(bytes('89'));
    expect([log.start, log.end, textOf(log)]).toEqual([8, 10, '89']);
  });

  it('drops the oldest when that is allowed, and offsets stay what they were', () => {
    const log = new ConsoleLog(new MemoryShelf(), 'guest', { size: 8, dropOldest: true });
    for (const digit of '0123456789abcdef') log.append(bytes(digit));
    expect(log.end).toBe(16);
    expect(log.end - log.start).toBeLessThanOrEqual(8);
    expect(textOf(log)).toBe('0123456789abcdef'.slice(log.start));
  });

  it.each([
    [1, 'three\n'],
    [2, 'two\nthree\n'],
    [9, 'one\ntwo\nthree\n'],
    [0, ''],
  ])('has %i last lines', (count, lines) => {
    const log = new ConsoleLog(new MemoryShelf(), 'guest');
    log.append(bytes('one\ntwo\nthree\n'));
    expect(textOf(log, log.linesFromEnd(count))).toBe(lines);
  });

  it('counts a line that is not ended, and lines that are empty', () => {
    const log = new ConsoleLog(new MemoryShelf(), 'guest');
    expect(log.linesFromEnd(3)).toBe(0);
    log.append(bytes('\n\nend'));
    expect([1, 2, 3, 4].map((count) => textOf(log, log.linesFromEnd(count)))).toEqual([
      'end',
      '\nend',
      '\n\nend',
      '\n\nend',
    ]);
  });

  it('takes over what follows, and begins anew where the other has dropped something', () => {
    const log = new ConsoleLog(new MemoryShelf(), 'guest');
    expect(log.follow(10, bytes('abc'))).toBe(true);
    expect(log.follow(13, bytes('def'))).toBe(true);
    expect(log.follow(13, bytes('def'))).toBe(false);
    expect(log.follow(100, bytes('xyz'))).toBe(true);
    expect([log.start, log.end, textOf(log)]).toEqual([100, 103, 'xyz']);
  });

  it('has each byte once, whatever is refused on the way and whenever it is opened again', () => {
    const printing = fc.array(
      fc.record({ length: fc.nat(30), room: fc.option(fc.nat(20)), reopen: fc.boolean() }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(printing, fc.integer({ min: 4, max: 60 }), fc.boolean(), (parts, size, dropOldest) => {
        const shelf = new SmallShelf();
        let log = new ConsoleLog(shelf, 'guest', { size, dropOldest });
        let stored = '';
        for (const { length, room, reopen } of parts) {
          const part = Array.from({ length }, (_, n) =>
            String.fromCharCode(97 + ((stored.length + n) % 26)),
          ).join('');
          shelf.room = room ?? Number.POSITIVE_INFINITY;
          try {
            log.append(bytes(part));
          } catch (error) {
            expect((error as { syscall?: string }).syscall).toBeDefined();
          }
          stored += part.slice(0, log.end - stored.length);
          if (reopen) log = new ConsoleLog(shelf, 'guest', { size, dropOldest });
          expect(log.end).toBe(stored.length);
          expect(textOf(log)).toBe(stored.slice(log.start));
          expect(log.end - log.start).toBeLessThanOrEqual(size);
        }
      }),
    );
  });
});
