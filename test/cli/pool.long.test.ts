/** A pool with real processes: machines are created, held, stopped and released, and come back when a host is killed. */
import { afterEach, describe, expect, it } from 'vitest';
import type { PoolView } from '../../vmm/pool/records.ts';
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
    const again = ['PENDING', 'PROLOG', 'BOOT', 'RUNNING'];
    expect(states).toEqual([...again.slice(1), 'UNKNOWN', ...again]);
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
