/** A pool with real processes: machines are created, held, stopped and released, and come back when a host is killed. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { PoolView } from '../../vmm/pool/records.ts';
import { fenceBy } from '../../cli/pool/fencing.ts';
import { overlaps } from '../../vmm/pool/usage.ts';
import { fixture, scratch } from './kit.ts';
import { Pool } from './pool-processes.ts';
import { Running } from './running.ts';

const file = scratch();
let pools = 0;

afterEach(({ task }) => Running.endAll(task.result?.state === 'fail'));

const hostOf = (view: PoolView) => view.vm.get('one')?.data.host;

describe('ringlab host --pool', () => {
  it('runs machines that come back on other hosts when their host is killed, where they were', async () => {
    const pool = new Pool(file(`pool-${++pools}`), file('state'));
    for (let n = 0; n < 3; n++) await pool.start();
    const names = ['one', 'two', 'three'];
    for (const name of names) await pool.create(name);
    for (const name of names) await pool.becomes(name, 'RUNNING');
    const killed = (await pool.vm('one')).host as string;
    const before = await pool.counts('one', 10);
    pool.hosts.get(killed)?.child.kill('SIGKILL');
    await pool.until((view) => view.vm.get('one')?.data.state !== 'RUNNING');
    await pool.until((view) => names.every((name) => view.vm.get(name)?.data.state === 'RUNNING'));
    expect((await pool.vm('one')).host).not.toBe(killed);
    await pool.counts('one', before + 10);
    for (const name of names) await pool.counts(name, 10);
    expect(overlaps(await pool.view())).toEqual([]);
    const { stdout } = await pool.run('pool', 'status');
    expect(stdout).toMatch(new RegExp(`^${killed} +gone +0 `, 'm'));
    expect(stdout).toContain('3 RUNNING');
    const history = await pool.run('vm', 'history', 'one');
    const states = [...history.stdout.matchAll(/^\S+Z +([A-Z]+)/gm)].map(([, state]) => state);
    // The software and the settings are two stages, which both begin with BOOT.
    const stages = ['PENDING', 'PROLOG', 'BOOT', 'BOOT', 'RUNNING'];
    expect(states).toEqual([...stages, 'UNKNOWN', ...stages]);
  });

  it('stops the machines of a host that stood still past its lease, and kills it before they run elsewhere', async () => {
    const pool = new Pool(file(`pool-${++pools}`), file('state'));
    for (let n = 0; n < 2; n++) await pool.start();
    await pool.create('one');
    await pool.becomes('one', 'RUNNING');
    const stopped = (await pool.vm('one')).host as string;
    const before = await pool.counts('one', 10);
    const host = pool.hosts.get(stopped);
    host?.child.kill('SIGSTOP');
    await pool.until((view) => view.vm.get('one')?.data.epoch === 2);
    // It was killed: SIGCONT wakes nobody up.
    host?.child.kill('SIGCONT');
    await host?.ended;
    await pool.becomes('one', 'RUNNING');
    await pool.counts('one', before + 10);
  });

  it('moves machines while they run, off a host that is drained, and loses none when a source is killed on the way', async () => {
    const pool = new Pool(file(`pool-${++pools}`), file('state'));
    for (let n = 0; n < 2; n++) await pool.start();
    await pool.create('one', '--no-reserve');
    await pool.becomes('one', 'RUNNING');
    const first = (await pool.vm('one')).host as string;
    const second = [...pool.hosts.keys()].find((address) => address !== first) as string;
    const before = await pool.counts('one', 10);
    const moved = await pool.run('vm', 'migrate', 'one', '--to', second);
    expect([moved.status, moved.stdout]).toEqual([0, `one has moved from ${first} to ${second}\n`]);
    await pool.counts('one', before + 10);
    const drained = await pool.run('pool', 'drain', second);
    expect([drained.status, drained.stdout]).toEqual([0, expect.stringContaining(`${second} is empty;`)]);
    expect(await pool.vm('one')).toMatchObject({ host: first, epoch: 3 });
    const again = await pool.run('vm', 'migrate', 'one', '--to', second);
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining(`${second}: is draining`)]);
    const stuck = await pool.run('pool', 'drain', first);
    expect([stuck.status, stuck.stdout]).toEqual([1, expect.stringContaining(`one stays on ${first}:`)]);
    // The manager has it go as soon as there is a host for it.
    await pool.run('pool', 'resume', second);
    await pool.until((view) => view.vm.get('one')?.data.state !== 'RUNNING' || hostOf(view) === second);
    const printed = (await pool.numbers('one')).length;
    pool.hosts.get(first)?.child.kill('SIGKILL');
    await pool.until((view) => {
      const vm = view.vm.get('one')?.data;
      return vm?.state === 'RUNNING' && vm.host === second;
    });
    await pool.counts('one', printed + 10);
    expect(overlaps(await pool.view())).toEqual([]);
  });

  it('scales and resizes machines, has one run on demand, and forgets what is deleted', async () => {
    const pool = new Pool(file(`pool-${++pools}`), file('state'));
    await pool.start();
    await pool.create('web');
    await pool.becomes('web', 'RUNNING');
    const scaled = await pool.run('vm', 'scale', 'web', '3');
    expect([scaled.status, scaled.stdout]).toEqual([0, '3 machines like web: 2 created, 0 released\n']);
    const copies = ['web', 'web-2', 'web-3'];
    await pool.until(({ vm }) => copies.every((name) => vm.get(name)?.data.state === 'RUNNING'));
    const resize = (...how: string[]) => pool.run('vm', 'resize', 'web', '--memory', '2M', ...how);
    expect((await resize()).stderr).toContain('its memory cannot change while a host has it');
    await pool.run('vm', 'stop', 'web');
    await pool.becomes('web', 'STOPPED');
    expect((await resize()).stderr).toContain('is saved with the memory that it has; --anew');
    expect((await resize('--anew')).status).toBe(0);
    await pool.run('vm', 'start', 'web');
    await pool.becomes('web', 'RUNNING');
    await pool.counts('web', 5);
    expect((await pool.view()).want.get('web')?.data.memory).toBe(2 ** 21);
    const echo = ['--name', 'echo', '--memory', '1M', '--policy', 'on-demand', '--idle', '1s'];
    await pool.run('vm', 'create', 'guests/echo.s', ...echo);
    await pool.becomes('echo', 'STOPPED');
    await pool.run('vm', 'start', 'echo');
    const stops = ({ vm }: PoolView) =>
      vm.get('echo')?.data.history.some(({ reason }) => reason === 'it had nothing to do for 1 s') ?? false;
    await pool.until(stops);
    await pool.run('vm', 'scale', 'web', '1');
    await pool.becomes('web-3', 'DONE');
    const deleted = await pool.run('vm', 'delete', ...copies, 'echo');
    expect([deleted.status, deleted.stderr]).toEqual([0, '']);
    const { vm, want, usage } = await pool.view();
    expect([vm.size, want.size]).toEqual([0, 0]);
    expect(usage.size).toBeGreaterThan(0);
  });

  it('gives machines input and disks, and whichever host runs one has its disk locked', async () => {
    const pool = new Pool(file(`pool-${++pools}`), file('state'));
    for (let n = 0; n < 2; n++) await pool.start();
    const create = (name: string, ...more: string[]) =>
      pool.run('vm', 'create', `guests/${name}.s`, '--memory', '1M', '--no-reserve', ...more);
    const disk = file('pool.disk', Buffer.alloc(16_384, 'x'));
    // The next host locks it when it gives the machine a turn.
    const locked = (host: string) =>
      pool.until(
        () =>
          existsSync(`${disk}.lock`) &&
          JSON.parse(readFileSync(`${disk}.lock`, 'utf8')).owner === `guest dirtier of the host on ${host}`,
      );
    expect((await create('dirtier', '--disk', disk)).status).toBe(0);
    await pool.becomes('dirtier', 'RUNNING');
    const first = (await pool.vm('dirtier')).host as string;
    await locked(first);
    const second = [...pool.hosts.keys()].find((address) => address !== first) as string;
    expect((await pool.run('vm', 'migrate', 'dirtier')).status).toBe(0);
    await locked(second);
    const other = await create('dirtier', '--disk', disk, '--name', 'other');
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('is the disk of dirtier')]);
    const copies = await pool.run('vm', 'scale', 'dirtier', '2');
    expect(copies.stderr).toContain('dirtier has a disk, and copies of it would write to the same one');
    await create('echo', '--input', file('input', 'hello pool\n'));
    await pool.becomes('echo', 'OFF');
    const { host } = await pool.vm('echo');
    expect((await pool.run('console', 'echo', '--from', host as string)).stdout).toBe('HELLO POOL\n');
    await create('web-server', '--plugged');
    await pool.until(({ vm }) => vm.get('web-server')?.data.reason !== '');
    expect((await pool.vm('web-server')).reason).toContain(`${first}: is on no network (--network)`);
  });

  it('holds, stops, starts and releases machines, and says why one waits', async () => {
    const pool = new Pool(file(`pool-${++pools}`), file('state'));
    const address = await pool.start();
    await pool.create('one', '--tenant', 'lab');
    await pool.becomes('one', 'RUNNING');
    await pool.run('vm', 'hold', 'one');
    await pool.becomes('one', 'HELD');
    const held = (await pool.numbers('one')).length;
    await pool.run('vm', 'stop', 'one');
    await pool.becomes('one', 'STOPPED');
    expect((await pool.vm('one')).host).toBeNull();
    await pool.run('vm', 'start', 'one');
    await pool.becomes('one', 'RUNNING');
    await pool.counts('one', held + 10);
    const large = await pool.run('vm', 'create', fixture('ticker.s'), '--name', 'large', '--memory', '128M');
    expect(large.status).toBe(0);
    await pool.until((view) => view.vm.get('large')?.data.reason !== '');
    const { stdout } = await pool.run('vm', 'show', 'large', '--why');
    expect(stdout).toContain('large is PENDING: it waits for a host that has room for it\n');
    expect(stdout).toMatch(new RegExp(`^${address}: has \\d+ MiB of memory free, it needs 128$`, 'm'));
    const refused = await pool.run('vm', 'create', fixture('ticker.s'), '--rank', 'FREE_MEN');
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining('--rank: there is no FREE_MEN; did you mean FREE_MEM?'),
    ]);
    const migrate = await pool.run('migrate', 'one', '--to', '127.0.0.1:1', '--from', address);
    expect(migrate.stderr).toContain("the guests of this host are a pool's: ringlab vm changes them");
    const unsafe = await pool.run('pool', 'fence', address, '--confirm');
    expect([unsafe.status, unsafe.stderr]).toEqual([2, expect.stringContaining('that host is there')]);
    await pool.run('vm', 'release', 'one', 'large');
    await pool.becomes('one', 'DONE');
    await pool.becomes('large', 'DONE');
    const usage = await pool.run('pool', 'usage', '--by', 'tenant', '--json');
    const [line] = JSON.parse(usage.stdout).lines.filter(({ name }: { name: string }) => name === 'lab');
    expect(line.steps).toBeGreaterThan(100_000);
    expect(await pool.hosts.get(address)?.end('SIGTERM')).toBe(0);
  });
});

describe('ringlab host --fence', () => {
  it.each([
    ['test "$RINGLAB_HOST" = 10.0.0.1:7001', true],
    ['test "$RINGLAB_HOST" = 10.0.0.2:7001', false],
    ['kill -9 $$', false],
  ] as const)(
    'has a command end a host of another machine: with %s that is certain: %s',
    async (command, isCertain) => {
      const elsewhere = { pid: 1, start: null, boot: 'another', machine: 'another', namespace: null };
      const told = await new Promise((resolve) => fenceBy(command)('10.0.0.1:7001', elsewhere, resolve));
      expect(told).toBe(isCertain);
    },
  );
});
