/** Hosts that could get in each other's way: one disk, a copied folder, a host that is stopped, strangers. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lock, Locked, unlock } from '../../cli/hosting/lock-file.ts';
import { isRunning, ownIdentity } from '../../cli/hosting/process-identity.ts';
import { type Result, ringlab, scratch } from './kit.ts';
import { freeAddress, Running } from './running.ts';

const file = scratch();
const state = file('state');
const environment = { ...process.env, RINGLAB_STATE: state, NO_COLOR: '1' };

afterEach(({ task }) => Running.endAll(task.result?.state === 'fail'));

function start(address: string, ...args: string[]): Running {
  return new Running(['host', '--listen', address, ...args], environment);
}

async function running(address: string, ...args: string[]): Promise<Running> {
  const host = start(address, ...args);
  await host.says('a host on');
  return host;
}

function migrate(...args: string[]): Promise<Result> {
  return new Running(['migrate', ...args], environment).ended;
}

describe('A lock', () => {
  it('is had by one, and taken over when its owner runs no more', () => {
    const path = file('a.lock');
    lock(path, 'me');
    expect(() => lock(path, 'somebody else')).toThrow(Locked);
    expect(() => lock(path, 'somebody else')).toThrow(`${path} belongs to me (process ${process.pid})`);
    // The number is another process's now: it was started at another time.
    writeFileSync(path, JSON.stringify({ ...ownIdentity(), start: '1', owner: 'a dead one' }));
    lock(path, 'somebody else');
    unlock(path);
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['of this process', {}, true],
    ['of a number that no process has', { pid: 2 ** 22 + 1 }, false],
    ['of a process with our number that was started at another time', { start: '1' }, false],
    ['from before the machine was started', { boot: 'another' }, false],
    ['of another machine, which cannot be asked', { machine: 'another', boot: 'another' }, true],
    ['of another container, which cannot be asked', { namespace: 'another' }, true],
  ])('%s is held: %#', (_, change, isHeld) => {
    expect(isRunning({ ...ownIdentity(), ...change })).toBe(isHeld);
  });
});

describe('Two hosts', () => {
  it('do not write to one disk; it is free again when its host is killed', async () => {
    const [one, other] = [await freeAddress(), await freeAddress()];
    const disk = file('shared.disk', Buffer.alloc(4096));
    const guest = ['guests/dirtier.s', '--memory', '1M', '--disk', disk];
    const first = await running(one, ...guest, '--name', 'first');
    await first.says('runs here');
    const second = await start(other, ...guest, '--name', 'second').ended;
    expect(second.stderr).toContain(
      `its disk ${disk} is not free: ${disk}.lock belongs to guest first of the host on ${one}`,
    );
    expect(second.status).toBe(2);
    await first.end('SIGKILL');
    const third = await running(other, ...guest, '--name', 'third');
    await third.says('third: runs here');
    expect(readFileSync(`${disk}.lock`, 'utf8')).toContain(`guest third of the host on ${other}`);
    // The guest of the first is not run as long as its disk is another's.
    const again = await running(one);
    await again.says(`first cannot go on here: its disk ${disk} is not free`);
  });

  it('do not run one guest: a copied folder is refused, until it is said that it may be used', async () => {
    const [one, other] = [await freeAddress(), await freeAddress()];
    const first = await running(one, 'guests/dirtier.s', '--memory', '1M', '--name', 'only');
    await first.says('runs here');
    const folder = (address: string) => join(state, 'hosts', address.replace(':', '_'));
    cpSync(folder(one), folder(other), { recursive: true });
    const copy = await start(other).ended;
    expect(copy.stderr).toContain(
      "it is a copy of a host's folder, and its guests may run where it was copied from",
    );
    expect(copy.status).toBe(65);
    await first.end('SIGKILL');
    const adopted = await running(other, '--adopt');
    await adopted.says('only: ');
  });

  it('that lost each other because one was stopped have one owner when it goes on', async () => {
    const [one, other] = [await freeAddress(), await freeAddress()];
    const patience = ['--patience', '700'];
    const source = await running(one, 'guests/dirtier.s', '--memory', '4M', '--name', 'patient', ...patience);
    const target = await running(other, ...patience);
    const moving = migrate('patient', '--to', other, '--rate', '1', '--few', '0');
    await target.says('stage 2');
    target.child.kill('SIGSTOP');
    const { status, stderr } = await moving;
    expect(stderr).toContain(`nothing was heard of the target ${other} for 700 ms`);
    expect(status).toBe(1);
    target.child.kill('SIGCONT');
    await target.says('does not come');
    const list = (await migrate('--list')).stdout;
    expect(list.match(/^patient .*$/gm)).toEqual([expect.stringContaining(one)]);
    expect(await migrate('patient', '--to', other)).toMatchObject({ status: 0 });
    await source.says('has left');
  });
});

describe('What is piped into a host', () => {
  it('reaches its guest, whose end is said', async () => {
    const args = ['host', '--listen', await freeAddress(), 'guests/counter.s'];
    const host = new Running(args, environment, '+++-+q');
    await host.says('counter: ended with status 3, at step ');
    expect(host.stdout).toBe('1\n2\n3\n2\n3\n');
  });
});

describe('ringlab migrate --list', () => {
  it('is answered while strangers hold hundreds of connections, and open and drop a thousand more', async () => {
    const address = await freeAddress();
    await running(address, 'guests/counter.s');
    const { host, port } = { host: '127.0.0.1', port: Number(address.split(':')[1]) };
    const sockets: Socket[] = [];
    for (let n = 0; n < 300; n++) sockets.push(connect({ host, port }).on('error', () => {}));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    let dropped = 0;
    const dropping = setInterval(() => {
      for (let n = 0; n < 10; n++) {
        const socket = connect({ host, port }, () => {
          dropped += 1;
          socket.destroy();
        }).on('error', () => {});
      }
    }, 10);
    do
      expect(await migrate('--list', '--from', address)).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('counter'),
      });
    while (dropped < 1000);
    clearInterval(dropping);
    for (const socket of sockets) socket.destroy();
  });

  it('ends with status 69 when nobody answers', async () => {
    const env = { ...environment, RINGLAB_STATE: file('empty') };
    const none = await new Running(['migrate', '--list'], env).ended;
    expect(none).toMatchObject({
      status: 69,
      stderr: 'ringlab: no host runs here, or none that answers; ringlab host starts one\n',
    });
    expect((await migrate('--list', '--from', await freeAddress())).status).toBe(69);
  });
});

describe('A guest on a host', () => {
  it('is saved as a snapshot while it runs, and started from that on another host, beside others', async () => {
    const [one, other] = [await freeAddress(), await freeAddress()];
    const disk = file('saved.disk', Buffer.alloc(4096, 'x'));
    const host = await running(one, 'guests/dirtier.s', '--memory', '1M', '--disk', disk, '--name', 'lively');
    await host.says('runs here');
    const store = file('snapshots');
    const taken = await new Running(
      ['snapshot', 'take', 'boot', '--of', 'lively', '--store', store],
      environment,
    ).ended;
    expect(taken).toMatchObject({ status: 0, stderr: expect.stringContaining('boot: taken at step ') });
    expect((await migrate('--list')).stdout).toMatch(/^lively .* runs$/m);
    const [, step] = /at step (\d+)/.exec(taken.stderr) ?? [];
    const second = await running(other, join(store, 'boot.snap'), 'guests/counter.s');
    await second.says(`boot: runs here, from step ${step}`);
    await second.says('counter: runs here, from step 0');
    // The snapshot's disk is copied; the guest's own is left alone.
    expect(await migrate('boot', '--remove')).toMatchObject({ stdout: 'boot is gone for good\n' });
    expect(readFileSync(disk, 'utf8')).toBe('x'.repeat(4096));
    const wrong = await new Running(
      ['snapshot', 'take', 'more', '--of', 'nobody', '--store', store],
      environment,
    ).ended;
    expect(wrong).toMatchObject({ status: 69, stderr: expect.stringContaining('nobody') });
  });
});

describe('ringlab host --on', () => {
  it('starts guests on a host that runs, from files, snapshots and a list, or says why not', async () => {
    const address = await freeAddress();
    const host = await running(address, '--capacity', '32M');
    const on = (...args: string[]) => new Running(['host', '--on', address, ...args], environment).ended;
    const disk = file('late.disk', Buffer.alloc(4096));
    const guest = ['guests/dirtier.s', '--memory', '1M', '--disk', disk];
    expect(await on(...guest, '--name', 'late')).toEqual({
      status: 0,
      stdout: `late runs on ${address}, from step 0\n`,
      stderr: '',
    });
    await host.says('late: runs here');
    const refusals: readonly (readonly [args: readonly string[], status: number, said: string])[] = [
      [[...guest, '--name', 'late'], 1, `there is a guest late on ${address} already`],
      [[...guest, '--name', 'other'], 1, `belongs to guest late of the host on ${address}`],
      [['guests/hello.s', '--address', '02:00:00:00:00:01'], 1, 'is not plugged into a switch'],
      [['guests/nothing.s'], 65, 'cannot read it'],
      [['guests/hello.s', '--memory', '4K'], 65, 'past the end of memory'],
      [['guests/hello.s', '--save-every', '3'], 2, '--save-every: the host on'],
    ];
    for (const [args, status, said] of refusals) {
      const refused = await on(...args);
      expect([args, refused.status]).toEqual([args, status]);
      expect(refused.stderr).toContain(said);
      // A wrong command line names the help in a second line.
      expect(refused.stderr.trimEnd().split('\n')).toHaveLength(status === 2 ? 2 : 1);
    }
    const store = file('late-snapshots');
    const take = ['snapshot', 'take', 'saved', '--of', 'late', '--store', store];
    expect((await new Running(take, environment).ended).status).toBe(0);
    const counter = new URL('../../guests/counter.s', import.meta.url).pathname;
    const list = file(
      'late.json',
      JSON.stringify([{ file: join(store, 'saved.snap') }, { file: counter, name: 'third', memory: '1M' }]),
    );
    expect((await on('--guests', list)).stdout).toMatch(
      /^saved runs on .*, from step [1-9]\d*\nthird runs on .*, from step 0\n$/,
    );
    const nobody = await freeAddress();
    expect((await new Running(['host', '--on', nobody, 'guests/hello.s'], environment).ended).status).toBe(
      69,
    );
  });

  it.each([
    ['[{ "file": "a.s", "memory": "12" }]', 'guest 1: "memory" is "12": expected whole pages'],
    ['[{ "file": "a.s" }, { "name": "b" }]', 'guest 2: it has no "file"'],
    ['[{ "fil": "a.s" }]', 'guest 1: unknown field "fil"; a guest has file, name'],
    ['[{ "file": 3 }]', 'guest 1: "file" must be a text'],
    ['[{ "file": "a.s", "address": "x" }]', 'guest 1: "address" x: expected the address of one station'],
    ['{}', 'expected a list of 1 to 4096 guests'],
    ['[', 'not JSON'],
  ])('refuses the list %s', (text, said) => {
    const { status, stderr } = ringlab(['host', '--on', '127.0.0.1:1', '--guests', file('bad.json', text)]);
    expect(stderr).toContain(`bad.json: ${said}`);
    expect(status).toBe(65);
  });
});
