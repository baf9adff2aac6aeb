/** Hosts as processes, guests moved between them: statuses, reports, and what survives `kill -9`. */
import { appendFileSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fixture, type Result, scratch } from './kit.ts';
import { freeAddress, Running } from './running.ts';

const file = scratch();
const state = file('state');
const environment = { ...process.env, RINGLAB_STATE: state, NO_COLOR: '1' };

/** A host, which may end and be started again; what it has printed in all. */
class HostProcess {
  readonly address: string;
  readonly #lives: Running[] = [];

  constructor(address: string) {
    this.address = address;
  }

  get now(): Running {
    return this.#lives.at(-1) as Running;
  }

  get stdout(): string {
    return this.#lives.map(({ stdout }) => stdout).join('');
  }

  /** Starts it, and waits until it listens. */
  async start(...args: string[]): Promise<this> {
    this.#lives.push(new Running(['host', '--listen', this.address, ...args], environment));
    await this.now.says('a host on');
    return this;
  }
}

afterEach(({ task }) => Running.endAll(task.result?.state === 'fail'));

/** A host on a free port. */
async function newHost(): Promise<HostProcess> {
  return new HostProcess(await freeAddress());
}

function migrate(...args: string[]): Promise<Result> {
  return new Running(['migrate', ...args], environment).ended;
}

/** Waits until one of them has printed that. */
async function printed(text: string, ...hosts: HostProcess[]): Promise<void> {
  const all = () => hosts.map(({ stdout }) => stdout).join('');
  await Running.until(
    () => all().includes(text),
    hosts.map(({ now }) => now),
  );
}

const walker = (rounds: number, memory = '1M') => [
  'guests/memory-walker.s',
  '--memory',
  memory,
  '--engine',
  'interpreter',
  '--input',
  file(`rounds-${rounds}`, `${rounds}\n`),
];

/** What the memory walker prints on the way and at the end. */
const walked = (rounds: number, pages: number) =>
  `${'.'.repeat(Math.floor(rounds / 256))}\n${rounds} rounds over ${pages} pages, all whole\n`;

describe('ringlab migrate', () => {
  it('moves a guest there and back, and says how; its report has the promised fields', async () => {
    const [one, other] = [await newHost(), await newHost()];
    await one.start(...walker(6000));
    await other.start();
    const report = file('report.json');
    const svg = file('rounds.svg');
    const there = await migrate(
      'memory-walker',
      '--to',
      other.address,
      '--json',
      '--report',
      report,
      '--svg',
      svg,
    );
    expect(there.status).toBe(0);
    const told = JSON.parse(there.stdout);
    expect(told).toMatchObject({
      format: 'ringlab-migrate',
      version: 1,
      state: 'moved',
      guest: 'memory-walker',
    });
    expect(told.stages.map(({ stage }: { stage: string }) => stage)).toEqual([
      'pre-migration',
      'reservation',
      'pre-copy',
      'stop-and-copy',
      'commitment',
      'activation',
    ]);
    for (const field of ['sent', 'dirtied', 'seconds']) expect(told.rounds[0][field]).toBeTypeOf('number');
    for (const field of ['downtimeMs', 'totalMs', 'bytes']) expect(told[field]).toBeGreaterThan(0);
    expect(readFileSync(report, 'utf8')).toBe(there.stdout);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
    const list = await migrate('--list');
    expect(list.stdout).toMatch(new RegExp(`^memory-walker +${other.address} `, 'm'));
    const back = await migrate('memory-walker', '--to', one.address, '--post-copy');
    expect([back.status, back.stderr]).toEqual([0, '']);
    expect(back.stdout).toContain(`memory-walker is on ${one.address}: `);
    await printed('whole', one, other);
    expect((one.stdout + other.stdout).replaceAll(/[^.]/g, '')).toBe('.'.repeat(23));
    expect(one.stdout + other.stdout).toContain('6000 rounds over 239 pages, all whole\n');
    expect([await one.now.end('SIGTERM'), await other.now.end('SIGTERM')]).toEqual([0, 0]);
  });

  it('loses nothing when either host is killed on the way and started again', async () => {
    const [one, other] = [await newHost(), await newHost()];
    // At 1 MiB a second the first round alone takes longer than it takes to kill somebody.
    const slowly = ['--rate', '1', '--few', '0'];
    await one.start(...walker(600, '8M'), '--name', 'mortal');
    await other.start();
    const slow = migrate('mortal', '--to', other.address, ...slowly);
    await one.now.says('stage 2');
    await one.now.end('SIGKILL');
    const broken = await slow;
    expect(broken.status).toBe(69);
    expect(broken.stderr).toContain(`${one.address}: the host is gone`);
    await one.start();
    const mark = other.now.stderr.length;
    const second = migrate('mortal', '--to', other.address, ...slowly);
    await Running.until(() => other.now.stderr.slice(mark).includes('stage 2'), [one.now, other.now]);
    await other.now.end('SIGKILL');
    expect((await second).stderr).toContain('mortal was not moved, and still runs where it was');
    await other.start();
    expect(await migrate('mortal', '--to', other.address)).toMatchObject({ status: 0 });
    await other.now.end('SIGKILL');
    await other.start();
    // Standard output is a view of what comes now; the console's log has all of it.
    const told = await new Running(['console', 'mortal', '--follow'], environment).ended;
    expect(told).toMatchObject({ status: 0, stdout: walked(600, 2031) });
    expect(told.stderr).toContain('mortal ended with status 0');
    expect((await migrate('--list')).stdout).toMatch(/^mortal .* ended with status 0$/m);
    const late = await new Running(['console', 'mortal', '-n', '1'], environment).ended;
    expect(late.stdout).toBe('600 rounds over 2031 pages, all whole\n');
  });

  it('waits while a guest repeats what it did before its host was killed; says so, and can be called off', async () => {
    const [one, other] = [await newHost(), await newHost()];
    await one.start('guests/dirtier.s', '--memory', '1M', '--name', 'old');
    await other.start();
    await one.now.end('SIGKILL');
    // As if it had printed something after a run of hours: it has to come to that first.
    const folder = join(state, 'hosts', one.address.replace(':', '_'));
    appendFileSync(join(folder, 'log-old.0'), 'x');
    await one.start();
    await one.now.says('old: repeats here what it did before');
    const waiting = new Running(['migrate', 'old', '--to', other.address], environment);
    await waiting.says("ringlab: old is repeating what it did before its host's process ended");
    expect((await migrate('--list')).stdout).toMatch(/^old .* repeating 0 %$/m);
    const [listed] = JSON.parse((await migrate('--list', '--json')).stdout).guests;
    expect(listed).toMatchObject({ state: 'repeating', repeated: 0 });
    expect(await migrate('old', '--cancel')).toMatchObject({ status: 0 });
    expect(await waiting.ended).toMatchObject({ status: 1, stderr: expect.stringContaining('called off') });
    const left = new Running(['migrate', 'old', '--to', other.address], environment);
    await left.says('is repeating');
    await left.end('SIGINT');
    await one.now.says('old: stays here: whoever asked for it has gone');
    expect((await migrate('--list')).stdout).toMatch(/^old .* repeating 0 %$/m);
  });

  it('refuses, with the reason, a host whose machine is another one', async () => {
    const [one, other] = [await newHost(), await newHost()];
    await one.start('guests/counter.s');
    await other.start('--isa', 'ring32-x');
    const refused = await migrate('counter', '--to', other.address);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("it was started on ring32-v, this host's machine is ring32-x");
    expect((await migrate('counter', '--to', other.address, '--cancel')).stderr).toContain(
      'counter is not being migrated',
    );
  });

  it('is called off by --cancel, and the guest runs on where it was', async () => {
    const [one, other] = [await newHost(), await newHost()];
    await one.start('guests/dirtier.s', '--memory', '64M', '--name', 'stayer');
    await other.start();
    const slow = migrate(
      'stayer',
      '--to',
      other.address,
      '--auto-converge',
      '--rate',
      '1',
      '--few',
      '0',
      '--json',
    );
    await other.now.says('stage 2');
    expect(await migrate('stayer', '--cancel')).toMatchObject({
      status: 0,
      stdout: 'the migration of stayer is called off\n',
    });
    const { status, stdout } = await slow;
    expect([status, JSON.parse(stdout)]).toMatchObject([1, { state: 'failed', reason: 'it was called off' }]);
    expect((await migrate('--list')).stdout).toMatch(new RegExp(`^stayer +${one.address} `, 'm'));
  });

  it('moves a guest that was stopped, with its disk, and it stays stopped there until it is released', async () => {
    const [one, other] = [await newHost(), await newHost()];
    const disk = file('cold.disk', Buffer.alloc(4096, 'x'));
    await one.start('guests/dirtier.s', '--memory', '1M', '--disk', disk, '--name', 'sleeper');
    await other.start();
    expect((await migrate('sleeper', '--hold')).stdout).toMatch(
      /^sleeper stands still at step \d+, until --release\n$/,
    );
    expect(await migrate('sleeper', '--to', other.address, '--cold')).toMatchObject({ status: 0 });
    const held = (await migrate('--list')).stdout;
    expect(held).toMatch(/^sleeper .* held$/m);
    expect((await migrate('--list')).stdout).toBe(held);
    expect((await migrate('sleeper', '--release')).stdout).toMatch(/^sleeper goes on from step \d+\n$/);
    expect((await migrate('--list')).stdout).toMatch(/^sleeper .* runs$/m);
    expect((await migrate('sleeper', '--remove')).stdout).toBe('sleeper is gone for good\n');
    expect((await migrate('--list')).stderr).toContain('no guests');
    expect(readFileSync(disk, 'utf8')).toBe('x'.repeat(4096));
  });

  it('is hidden by TLS where hosts share a certificate, and by nothing else', async () => {
    const secret = ['--tls-cert', fixture('tls-cert.pem'), '--tls-key', fixture('tls-key.pem')];
    const [one, other] = [await newHost(), await newHost()];
    await one.start('guests/counter.s', ...secret);
    await other.start(...secret);
    expect((await migrate('counter', '--from', one.address, '--to', other.address)).status).toBe(69);
    const hidden = await migrate('counter', '--from', one.address, '--to', other.address, ...secret);
    expect([hidden.status, hidden.stderr]).toEqual([0, '']);
    expect((await migrate('--list', '--from', other.address, ...secret)).stdout).toContain('waits');
    const store = ['--store', file('hidden-snapshots')];
    const take = (...args: string[]) =>
      new Running(['snapshot', 'take', 'seen', '--of', 'counter', ...store, ...args], environment).ended;
    expect((await take('--on', other.address)).status).toBe(69);
    expect(await take('--on', other.address, ...secret)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('seen: taken at step '),
    });
  });

  it('does not talk to who has another key', async () => {
    const one = await newHost();
    await one.start('guests/counter.s');
    const stranger = await migrate(
      'counter',
      '--from',
      one.address,
      '--to',
      one.address,
      '--key',
      file('key', 'k'.repeat(32)),
    );
    expect(stranger.status).toBe(69);
    expect(stranger.stderr).toContain('it has another key than we');
  });

  it('gives up who takes a call and never says a word', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const address = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const ran = await migrate('--list', '--from', address);
    mute.close();
    expect(ran.stderr).toMatch(/^ringlab: 127\.0\.0\.1:\d+: the host is gone: .+\n$/);
    expect(ran.status).toBe(69);
  });

  it.each([
    [69, ['nobody', '--to', '127.0.0.1:1'], 'no host that runs here has a guest nobody'],
    [69, ['nobody', '--from', '127.0.0.1:1', '--to', '127.0.0.1:2'], 'nobody listens there'],
    [2, ['nobody', '--to', 'nowhere'], '--to "nowhere": expected HOST:PORT'],
    [2, ['nobody'], 'name the host to move it to: --to HOST:PORT'],
    [2, ['nobody', '--cold', '--post-copy', '--from', '127.0.0.1:1', '--to', '127.0.0.1:2'], 'choose one'],
    [2, ['nobody', '--from', '192.0.2.1:7001', '--to', '127.0.0.1:2'], '--key FILE'],
  ])('ends with status %i for %j', async (status, args, says) => {
    const ran = await migrate(...args);
    expect(ran.stderr).toContain(says);
    expect(ran.status).toBe(status);
  });
});
