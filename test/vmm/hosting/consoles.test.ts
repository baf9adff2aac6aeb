import { describe, expect, it } from 'vitest';
import { type ConsoleReply, type ConsoleRequest, decodeConsoleReply } from '../../../vmm/hosting/consoles.ts';
import { Control } from '../../../vmm/hosting/control.ts';
import type { Host } from '../../../vmm/hosting/host.ts';
import { image } from '../assembled.ts';
import { policies, World } from '../migration/world.ts';
import { type Asked, askHost, replyOf } from './kit.ts';

/** Prints what is typed, and ends with status 3 at a `q`. */
const echo = image(`    .globl _start
_start:
    li   t0, 0x11
    li   t1, 1
    out  t0, t1
wait:
    hlt
    li   t0, 0x10
    in   t1, t0
    out  t0, t1
    li   t2, 'q'
    bne  t1, t2, wait
    li   t1, 3
    li   t0, 1
    out  t0, t1
`);

const everything: ConsoleRequest = { since: null, lines: null, follow: false };

/** A host with that guest, which has printed `typed`; and a reader of its console. */
function echoed(typed: string) {
  const world = new World();
  const host = world.host('a:1');
  const control = new Control(host, () => world.now);
  world.start('a:1', 'echo', echo, { memory: 2 ** 18 });
  const pass = (turns = 20) => {
    for (let n = 0; n < turns; n++) {
      world.step();
      control.turn();
    }
  };
  const type = (text: string) => {
    host.slots.get('echo')?.guest.feed(new TextEncoder().encode(text));
    pass();
  };
  // No bytes at all would be the end of its input.
  if (typed !== '') type(typed);
  const read = (request: Partial<ConsoleRequest>) =>
    askHost(control, { kind: 'console', guest: 'echo', ...everything, ...request });
  return { world, host, control, pass, type, read };
}

const replies = ({ events, last }: Asked): ConsoleReply[] =>
  [...events, ...(last ? [last] : [])].map((payload) => decodeConsoleReply(payload));

/** What was read, and how it ended. */
function readBy(asked: Asked): readonly [string, string | undefined] {
  const all = replies(asked);
  const text = all.map((one) => (one.kind === 'output' ? new TextDecoder().decode(one.bytes) : '')).join('');
  const end = all.find((one) => one.kind === 'ends');
  return [text, end?.kind === 'ends' ? `${end.why} ${end.offset}` : undefined];
}

describe('The console of a hosted guest', () => {
  it.each([
    [{}, 'one\ntwo\nthree'],
    [{ since: 4 }, 'two\nthree'],
    [{ lines: 1 }, 'three'],
    [{ lines: 2 }, 'two\nthree'],
    [{ since: 1000 }, ''],
  ])('is read: %j', (request, text) => {
    const { read, pass } = echoed('one\ntwo\nthree');
    const asked = read(request);
    pass(1);
    expect(readBy(asked)).toEqual([text, 'done 13']);
  });

  it('is followed to the end of the guest, which is said with its status', () => {
    const { read, pass, type } = echoed('one');
    const asked = read({ follow: true, since: 2 });
    pass();
    expect(readBy(asked)).toEqual(['e', undefined]);
    type(' two q');
    expect(readBy(asked)).toEqual(['e two q', 'ended 9']);
    expect(replies(asked).at(-1)).toMatchObject({ how: 'ended with status 3' });
  });

  it('can be read when the guest has ended', () => {
    const { read, pass } = echoed('bye q');
    const asked = read({});
    pass();
    expect(readBy(asked)).toEqual(['bye q', 'done 5']);
  });

  it('gives the guest what is typed there', () => {
    const { read, pass } = echoed('');
    const asked = read({ follow: true });
    asked.type('typed');
    pass();
    expect(replies(asked).at(-1)).toMatchObject({ kind: 'output' });
    expect(readBy(asked)).toEqual(['typed', undefined]);
  });

  it('says what was dropped', () => {
    const { control, read, pass, type } = echoed('old');
    expect(replyOf(control, { kind: 'clear', guest: 'echo' })).toEqual({
      kind: 'done',
      what: '3 bytes that echo has printed are dropped',
    });
    type('new');
    const asked = read({ since: 1 });
    pass();
    expect(replies(asked)[0]).toMatchObject({ kind: 'begins', offset: 3, start: 3 });
    expect(readBy(asked)).toEqual(['new', 'done 6']);
  });

  it('moves with the guest, and whoever follows it is told where to', () => {
    const { world, host, read, pass, type } = echoed('here');
    const other = world.host('b:1');
    const asked = read({ follow: true });
    pass();
    const source = host.send('echo', 'b:1', policies['pre-copy'] as never);
    pass(100);
    expect(source.state).toBe('moved');
    expect(readBy(asked)).toEqual(['here', 'left 4']);
    expect(replies(asked).at(-1)).toMatchObject({ to: 'b:1' });
    type('nobody is here to read that');
    world.feed('echo', ', there');
    const there = new Control(other as Host, () => world.now);
    pass();
    const next = askHost(there, { kind: 'console', guest: 'echo', ...everything, since: 4 });
    there.turn();
    expect(readBy(next)).toEqual([', there', 'done 11']);
  });

  it('is not there for a guest that is not', () => {
    const { control } = echoed('');
    expect(replyOf(control, { kind: 'console', guest: 'nobody', ...everything })).toEqual({
      kind: 'refused',
      reason: 'there is no guest nobody here',
    });
  });
});
