/** `ringlab switch`, `ringlab run --network`: guests of several processes on one network. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ringlab, scratch } from './kit.ts';
import { freeAddress, Running } from './running.ts';

const file = scratch();
const environment = { ...process.env, RINGLAB_STATE: file('state'), NO_COLOR: '1' };
const key = file('key', 'a key that is long enough');

const start = (...args: readonly string[]) => new Running(args, environment);

let address = '';
let middle: Running;

beforeAll(async () => {
  address = await freeAddress();
  middle = start('switch', '--listen', address, '--key', key, '--frames');
  await middle.says('a switch on');
});

afterAll(() => Running.endAll());

const plugged = () => ['--network', address, '--key', key];

describe('Guests of several processes', () => {
  it('are on one network when they are plugged into one switch, under a monitor too', async () => {
    const server = start('run', ...plugged(), 'guests/web-server.s');
    await server.says('serving at 02:00:00:00:00:01');
    const own = ['--address', '02:00:00:00:00:77', '--monitor', 'trap-and-emulate'];
    const client = start('run', ...plugged(), ...own, 'guests/web-client.s');
    const [served, asked] = await Promise.all([server.ended, client.ended]);
    expect(asked.stdout).toMatch(/^10 answers, \d+ requests sent again, \d+ answers too many\n$/);
    expect([asked.status, asked.stderr, served.status, served.stderr]).toEqual([0, '', 0, '']);
    expect(served.stdout).toMatch(/^serving at 02:00:00:00:00:01\n\d+ requests answered\n$/);
    expect(middle.stderr).toMatch(/^ringlab: 127\.0\.0\.1:\d+ is plugged in$/m);
    expect(middle.stderr).toMatch(/^ +\d+\.\d{3} 127\.0\.0\.1:\d+ > everybody +88b5 +92 \.{6}GET/m);
  });

  it('are on the network again when the switch is started again', async () => {
    const elsewhere = await freeAddress();
    const there = ['--network', elsewhere, '--key', key];
    const first = start('switch', '--listen', elsewhere, '--key', key);
    await first.says('a switch on');
    const server = start('run', ...there, 'guests/web-server.s');
    await server.says('serving at');
    await first.end('SIGKILL');
    await server.says('the switch is gone');
    const second = start('switch', '--listen', elsewhere, '--key', key);
    await server.says('the switch is back');
    const client = await start('run', ...there, 'guests/web-client.s').ended;
    expect(client.stdout).toMatch(/^10 answers/);
    expect((await server.ended).status).toBe(0);
    second.child.kill('SIGKILL');
  });

  it('are told when the switch is gone, and end when they wait for nothing else and it does not come back', async () => {
    const elsewhere = await freeAddress();
    const short = start('switch', '--listen', elsewhere, '--key', key);
    await short.says('a switch on');
    const server = start('run', '--network', elsewhere, '--key', key, 'guests/web-server.s');
    await server.says('serving at');
    short.child.kill('SIGTERM');
    expect((await short.ended).status).toBe(0);
    const { status, stderr } = await server.ended;
    expect(status).toBe(125);
    expect(stderr).toContain('ringlab: the switch is gone: ');
    expect(stderr).toContain('and no frame is on its way');
  });
});

describe('A guest of a host', () => {
  it('that is plugged in moves to another host while it is asked, and nothing is lost', async () => {
    const [a, b] = [await freeAddress(), await freeAddress()];
    const hosts = [
      start('host', '--listen', a, ...plugged(), '--name', 'server', 'guests/web-server.s'),
      start('host', '--listen', b, ...plugged()),
    ] as const;
    await Promise.all([hosts[0].says('serving at'), hosts[1].says('a host on')]);
    const input = file('requests', '1500\n');
    const before = middle.stderr.length;
    const client = start('run', ...plugged(), '--input', input, 'guests/web-client.s');
    const asked = () => middle.stderr.slice(before).split('GET').length;
    await Running.until(() => asked() > 100, [client]);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const moved = await start('migrate', 'server', '--from', from, '--to', to, '--key', key).ended;
      expect([moved.status, moved.stderr.includes('ringlab: ')]).toEqual([0, false]);
    }
    const { status, stdout, stderr } = await client.ended;
    expect([status, stderr]).toEqual([0, '']);
    // On a busy machine an answer may take longer than the client waits: then it asks again, and is answered again.
    const [, again, twice] =
      /^1500 answers, (\d+) requests sent again, (\d+) answers too many\n$/.exec(stdout) ?? [];
    await hosts[0].says('requests answered');
    const [, served] = /^(\d+) requests answered$/m.exec(hosts[0].stdout) ?? [];
    expect(Number(twice)).toBeLessThanOrEqual(Number(again));
    expect(Number(served)).toBeGreaterThanOrEqual(1500);
    expect(Number(served)).toBeLessThanOrEqual(1500 + Number(again));
    for (const { child } of hosts) child.kill('SIGKILL');
  });

  it('has an address of its own, however it was started: with others, from a list, or while the host runs', async () => {
    const [own, at] = [await freeAddress(), await freeAddress()];
    const there = ['--network', own, '--key', key];
    const middleOne = start('switch', '--listen', own, '--key', key);
    await middleOne.says('a switch on');
    const web = new URL('../../guests/web-server.s', import.meta.url).pathname;
    const list = file(
      'guests.json',
      JSON.stringify([
        { file: web, name: 'one' },
        { file: web, name: 'two', memory: '1M' },
        { file: web, name: 'three', address: '02:00:00:00:00:77' },
      ]),
    );
    const host = start('host', '--listen', at, ...there, '--guests', list);
    for (const said of ['one | serving at 02:00:00:00:00:01', 'two | serving at 02:00:00:00:00:02'])
      await host.says(said);
    await host.says('three | serving at 02:00:00:00:00:77');
    const late = await start('host', '--on', at, '--key', key, web, '--name', 'late').ended;
    expect(late.stdout).toBe(`late runs on ${at}, from step 0\n`);
    await host.says('late | serving at 02:00:00:00:00:03');
    const client = await start('run', ...there, 'guests/web-client.s').ended;
    expect(client.stdout).toMatch(/^10 answers/);
    for (const { child } of [host, middleOne]) child.kill('SIGKILL');
  });

  it('is on the network again when the switch was gone and is back', async () => {
    const [own, at] = [await freeAddress(), await freeAddress()];
    const there = ['--network', own, '--key', key];
    const first = start('switch', '--listen', own, '--key', key);
    await first.says('a switch on');
    const host = start('host', '--listen', at, ...there, '--name', 'server', 'guests/web-server.s');
    await host.says('serving at');
    first.child.kill('SIGKILL');
    await host.says('the switch is gone');
    const second = start('switch', '--listen', own, '--key', key);
    await host.says('the switch is back');
    const client = await start('run', ...there, 'guests/web-client.s').ended;
    expect(client.stdout).toMatch(/^10 answers/);
    for (const { child } of [host, second]) child.kill('SIGKILL');
  });

  it('that is plugged in is refused by a host that is not, before anything moves', async () => {
    const [a, b] = [await freeAddress(), await freeAddress()];
    const hosts = [
      start('host', '--listen', a, ...plugged(), '--name', 'server', 'guests/web-server.s'),
      start('host', '--listen', b, '--key', key),
    ] as const;
    await Promise.all([hosts[0].says('serving at'), hosts[1].says('a host on')]);
    const moved = await start('migrate', 'server', '--from', a, '--to', b, '--key', key).ended;
    expect(moved.status).not.toBe(0);
    expect(moved.stderr).toContain('it is on a network');
    for (const { child } of hosts) child.kill('SIGKILL');
  });
});

describe('ringlab run --network', () => {
  it('ends with 69 when there is no switch, or one with another key', async () => {
    const nowhere = ringlab(['run', '--network', await freeAddress(), '--key', key, 'guests/hello.s']);
    expect(nowhere.status).toBe(69);
    expect(nowhere.stderr).toMatch(/^ringlab: 127\.0\.0\.1:\d+: no switch there: nobody listens there\n$/);
    const other = file('other', 'another key that is long enough');
    const refused = await start('run', '--network', address, '--key', other, 'guests/hello.s').ended;
    expect(refused.status).toBe(69);
    expect(refused.stderr).toContain('it has another key than we');
  });

  it.each([
    [['--network', 'nowhere'], 'expected HOST:PORT'],
    [['--address', '02:00:00:00:00:01'], '--address needs --network'],
    [['--network', '127.0.0.1:1', '--address', '03:00:00:00:00:01'], 'expected the address of one station'],
    [['--process', '--network', '127.0.0.1:1'], 'a process has none'],
  ])('refuses %j', (args, said) => {
    const { status, stderr } = ringlab(['run', ...args, 'guests/hello.s']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ringlab: .+\n\(ringlab run --help shows its options and examples\)\n$/);
    expect(stderr).toContain(said);
  });
});

describe('ringlab switch', () => {
  it('ends with 69 where somebody listens already', async () => {
    const { status, stderr } = await start('switch', '--listen', address, '--key', key).ended;
    expect([status, stderr]).toEqual([
      69,
      `ringlab: ${address}: cannot listen: another program listens there already\n`,
    ]);
  });
});
