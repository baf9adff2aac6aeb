/** `ringlab network`: several guests on one network. */
import { spawnSync } from 'node:child_process';
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

  const nine = Array.from({ length: 9 }, () => pair[1] as string);

  it('serves nine clients of one server, whose first requests are more than it has room for', () => {
    const { status, stdout, stderr } = ringlab(['network', pair[0] as string, ...nine]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.match(/ \| 10 answers, /g)?.length).toBe(9);
    expect(stdout).toMatch(/ 1 requests sent again, [\s\S]*web-server \| 90 requests answered\n$/);
  });

  it('ends when the server was told to serve fewer: the last client gives up, says so, and has status 1', () => {
    const input = file('clients', '3\n');
    const { status, stdout, stderr } = ringlab(['network', '--input', input, pair[0] as string, ...nine]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('web-client-9 | no answer to request 1, asked 100 times\n');
    expect(stdout).toMatch(/web-client-3 \| 10 answers.+\nweb-server \| \d+ requests answered\n/);
  });

  it('ends with 125 when nobody gets anywhere, and says where each of them sleeps', () => {
    const text = (name: string, act: string) =>
      file(name, `_start:\n${act}    li t0, 1000000\n    mts TIMER, t0\nsleep:\n    hlt\n    j _start\n`);
    const guests = [text('beat.s', ''), text('heart.s', '    nop\n'), file('done.s', ending(0))];
    const { status, stdout, stderr } = ringlab(['network', ...guests]);
    expect([status, stdout]).toEqual([125, '']);
    const [first, ...rest] = stderr.trimEnd().split('\n');
    expect(first).toMatch(
      /^ringlab: stopped at step 859\d{7}: no guest makes progress\. For 859\d{7} steps /,
    );
    expect(rest).toEqual([
      expect.stringMatching(/^ringlab: beat sleeps until step 859\d{7}, at 0x[\da-f]{8} \(sleep\+0x4\)$/),
      expect.stringMatching(/^ringlab: heart sleeps until step 859\d{7}, at 0x[\da-f]{8} \(sleep\+0x4\)$/),
    ]);
  });

  it('ends with 124 at --max-steps', () => {
    const { status, stderr } = ringlab(['network', '--max-steps', '5000', ...pair]);
    expect(status).toBe(124);
    expect(stderr).toContain('stopped after 5000 steps');
  });

  it.each([['--process'], ['--disk', 'x'], ['--env', 'a=b']])('refuses %s', (...args) => {
    const { status, stderr } = ringlab(['network', ...args, ...pair]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ringlab: .+\n\(ringlab network --help shows its options and examples\)\n$/);
  });

  it('has VLANs that cannot hear each other, and writes what passes as tcpdump reads it', () => {
    const capture = file('frames.pcap');
    const plug = ['web-server=red', 'web-client=red', 'web-server-2=blue', 'web-client-2=blue'].join(',');
    const { status, stdout, stderr } = ringlab([
      'network',
      '--groups',
      'red=5,blue=6',
      '--plug',
      plug,
      '--pcap',
      capture,
      '--frames',
      ...pair,
      ...pair,
    ]);
    expect(status).toBe(0);
    for (const name of ['web-client', 'web-client-2'])
      expect(stdout).toContain(`${name} | 10 answers, 0 requests sent again, 0 answers too many`);
    expect(stderr).toContain('web-client-2 > all of VLAN 6');
    const { stdout: read, error } = spawnSync('tcpdump', ['-e', '-nn', '-tt', '-r', capture], {
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    const lines = read.split('\n').filter((line) => /^\d/.test(line));
    expect(lines).toHaveLength(stderr.trimEnd().split('\n').length);
    const vlan = (number: number) => lines.filter((line) => line.includes(` vlan ${number}, p 0,`));
    expect([vlan(5).length, vlan(6).length]).toEqual([lines.length / 2, lines.length / 2]);
    expect(vlan(5).join()).toContain('02:00:00:00:00:01 > 02:00:00:00:00:02');
    expect(vlan(5).join()).not.toContain('02:00:00:00:00:03');
    expect(lines[0]).toContain('0x88b5');
  });

  it.each([
    [
      ['--groups', 'red'],
      '--groups red: red: expected a name and the number of a VLAN from 1 to 4094, like red=5',
    ],
    [['--plug', 'web-client=red'], 'no port group red; there is none (--groups red=NUMBER)'],
    [['--groups', 'red=5', '--plug', 'nobody=red'], 'no guest nobody; there are web-server, web-client'],
  ] as const)('refuses %j', (args, reason) => {
    const { status, stderr } = ringlab(['network', ...args, ...pair]);
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
  });
});
