/** `ringlab network`: several guests on one network. */
import { describe, expect, it } from 'vitest';
import { ending, ringlab, scratch } from './kit.ts';

const file = scratch();
const pair = ['guests/web-server.s', 'guests/web-client.s'];

describe('ringlab network', () => {
  it('runs guests that talk to each other, and prints what each prints behind its name', () => {
    const { status, stdout, stderr } = ringlab(['network', ...pair]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        'web-server | serving at 02:00:00:00:00:01',
        'web-client | 10 answers, 0 requests sent again, 0 answers too many',
        'web-server | 10 requests answered',
        '',
      ].join('\n'),
    );
  });

  it('gives the same run under every monitor and on every engine', () => {
    const said = (...args: readonly string[]) => {
      const { status, stdout, stderr } = ringlab(['network', '--frames', '--stats', ...args, ...pair]);
      return { status, stdout, stderr };
    };
    const bare = said();
    expect(bare.stderr).toContain('web-client > everybody');
    expect(said('--engine', 'interpreter')).toEqual(bare);
    for (const monitor of ['trap-and-emulate', 'interpret']) expect(said('--monitor', monitor)).toEqual(bare);
  });

  it('tells every frame in a line of at most 80 columns: when, from whom, to whom, its kind, length, contents', () => {
    const { stderr } = ringlab(['network', '--frames', ...pair]);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBe(21);
    expect(lines[0]).toMatch(/^ +\d+ web-client > everybody +88b5 +92 \.{6}GET \.{4}\/\.+$/);
    expect(lines[1]).toMatch(/^ +\d+ web-server > web-client +88b5 +92 \.{6}200 \.{4}<h1>It works<\/h1>\.$/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('gives the console input to the first guest', () => {
    const input = file('number', '25\n');
    const { stdout } = ringlab(['network', '--input', input, ...pair.toReversed()]);
    expect(stdout).toContain('web-client | 25 answers, 0 requests sent again, 0 answers too many\n');
  });

  it('ends with the first status that is not 0, and tells it all as JSON', () => {
    const [fine, bad] = [file('fine.s', ending(0)), file('bad.s', ending(9))];
    const { status, stderr } = ringlab(['network', '--json', fine, bad, bad]);
    expect(status).toBe(9);
    const { format, guests } = JSON.parse(stderr) as {
      format: string;
      guests: { name: string; status: number }[];
    };
    expect(format).toBe('ringlab-network');
    expect(guests.map(({ name, status: own }) => [name, own])).toEqual([
      ['fine', 0],
      ['bad', 9],
      ['bad-2', 9],
    ]);
  });

  it('ends with 125 when all wait for frames that nobody sends, and says so', () => {
    const { status, stderr } = ringlab(['network', pair[0] as string]);
    expect(status).toBe(125);
    expect(stderr).toContain('and no frame is on its way');
  });

  it('ends with 124 at --max-steps', () => {
    const { status, stderr } = ringlab(['network', '--max-steps', '5000', ...pair]);
    expect(status).toBe(124);
    expect(stderr).toContain('stopped after 5000 steps');
  });

  it.each([['--process'], ['--disk', 'x'], ['--env', 'a=b']])('refuses %s', (...args) => {
    const { status, stderr } = ringlab(['network', ...args, ...pair]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ringlab: .+\n$/);
  });
});
