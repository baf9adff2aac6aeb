/** A pool with real processes: machines are created, held, stopped and released, and come back when a host is killed. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { PoolFolder } from '../../cli/pool/pool-folder.ts';
import type { PoolView, VmRecord } from '../../vmm/pool/records.ts';
import { overlaps } from '../../vmm/pool/usage.ts';
import { fixture, type Result, scratch } from './kit.ts';
import { freeAddress, Running } from './running.ts';

const file = scratch();
const environment = { ...process.env, RINGLAB_STATE: file('state'), NO_COLOR: '1' };

afterEach(({ task }) => Running.endAll(task.result?.state === 'fail'));

class Pool {
  readonly path = file(`pool-${Math.random()}`);
  readonly hosts = new Map<string, Running>();
  readonly folder = new PoolFolder(this.path, true);

  async start(address?: string): Promise<string> {
    const at = address ?? (await freeAddress());
    const options = ['--capacity', '64M', '--engine', 'interpreter', '--pool', this.path];
    const host = new Running(['host', '--listen', at, ...options], environment);
    this.hosts.set(at, host);
    await host.says('a host on');
    return at;
  }

  run(...args: string[]): Promise<Result> {
    return new Running(args, { ...environment, RINGLAB_POOL: this.path }).ended;
  }

  async create(name: string, ...options: string[]): Promise<void> {
    const { status, stderr } = await this.run(
      'vm',
      'create',
      fixture('ticker.s'),
      '--name',
      name,
      '--memory',
      '1M',
      ...options,
    );
    expect([status, stderr]).toEqual([0, '']);
  }

  vm(name: string): VmRecord {
    return this.folder.view().vm.get(name)?.data as VmRecord;
  }

  /** Waits until the store says so. */
  async until(holds: (view: PoolView) => boolean): Promise<void> {
    while (!holds(this.folder.view())) await pause(100);
  }

  async becomes(name: string, state: string): Promise<void> {
    await this.until((view) => view.vm.get(name)?.data.state === state);
  }

  /** The numbers that a machine has printed so far. */
  async numbers(name: string): Promise<readonly number[]> {
    const { stdout } = await this.run('console', name, '--from', this.vm(name).host as string);
    return stdout.split('\n').slice(0, -1).map(Number);
  }

  /** Waits until it has printed so many numbers, and holds that none is missing and none is twice. */
  async counts(name: string, least: number): Promise<number> {
    for (;;) {
      const numbers = await this.numbers(name);
      expect(numbers).toEqual(numbers.map((_, n) => n + 1));
      if (numbers.length > least) return numbers.length;
    }
  }
}

describe('ringlab host --pool', () => {
  it('runs machines that come back on other hosts when their host is killed, where they were', async () => {
    const pool = new Pool();
    for (let n = 0; n < 3; n++) await pool.start();
    const names = ['one', 'two', 'three'];
    for (const name of names) await pool.create(name);
    for (const name of names) await pool.becomes(name, 'RUNNING');
    const killed = pool.vm('one').host as string;
    const before = await pool.counts('one', 10);
    pool.hosts.get(killed)?.child.kill('SIGKILL');
    await pool.until((view) => view.vm.get('one')?.data.state !== 'RUNNING');
    await pool.until((view) => names.every((name) => view.vm.get(name)?.data.state === 'RUNNING'));
    expect(pool.vm('one').host).not.toBe(killed);
    await pool.counts('one', before + 10);
    for (const name of names) await pool.counts(name, 10);
    expect(overlaps(pool.folder.view())).toEqual([]);
    const { stdout } = await pool.run('pool', 'status');
    expect(stdout).toMatch(new RegExp(`^${killed} +gone +0 `, 'm'));
    expect(stdout).toContain('3 RUNNING');
    const history = await pool.run('vm', 'history', 'one');
    const states = [...history.stdout.matchAll(/^\S+Z +([A-Z]+)/gm)].map(([, state]) => state);
    const again = ['PENDING', 'PROLOG', 'BOOT', 'RUNNING'];
    expect(states).toEqual([...again.slice(1), 'UNKNOWN', ...again]);
  });

  it('stops the machines of a host that stood still past its lease, and kills it before they run elsewhere', async () => {
    const pool = new Pool();
    for (let n = 0; n < 2; n++) await pool.start();
    await pool.create('one');
    await pool.becomes('one', 'RUNNING');
    const stopped = pool.vm('one').host as string;
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

  it('holds, stops, starts and releases machines, and says why one waits', async () => {
    const pool = new Pool();
    const address = await pool.start();
    await pool.create('one', '--tenant', 'lab');
    await pool.becomes('one', 'RUNNING');
    await pool.run('vm', 'hold', 'one');
    await pool.becomes('one', 'HELD');
    const held = (await pool.numbers('one')).length;
    await pool.run('vm', 'stop', 'one');
    await pool.becomes('one', 'STOPPED');
    expect(pool.vm('one').host).toBeNull();
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
