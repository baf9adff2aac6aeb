/**
 * A pool at scale, with real processes: machines are created, one host is drained, one killed, the rest is balanced and
 * consolidated, and all are released; none is lost, none runs twice, and what they used adds up. It takes minutes, so it is
 * run by command: `MACHINES=200 HOSTS=10 npx vitest run --config test/long.config.ts test/cli/pool-scale`.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { PoolView } from '../../vmm/pool/records.ts';
import { overlaps, sumUsage } from '../../vmm/pool/usage.ts';
import { scratch } from './kit.ts';
import { Pool } from './pool-processes.ts';
import { Running } from './running.ts';

const file = scratch();
const machines = Number(process.env.MACHINES ?? 0);
const hosts = Number(process.env.HOSTS ?? 10);
const patienceMs = 3_600_000;

afterEach(({ task }) => Running.endAll(task.result?.state === 'fail'));

const names = Array.from({ length: machines }, (_, n) => `g${n}`);
const all = (state: string) => (view: PoolView) =>
  names.every((name) => view.vm.get(name)?.data.state === state);
const on = (view: PoolView, host: string) => [...view.vm.values()].filter(({ data }) => data.host === host);

describe.runIf(machines > 0)('ringlab host --pool', () => {
  it(
    `runs ${machines} machines on ${hosts} hosts, and loses none`,
    async () => {
      const began = Date.now();
      const told = (what: string) => console.log(`${((Date.now() - began) / 1000).toFixed(0)} s: ${what}`);
      const pool = new Pool(file('pool'), file('state'));
      for (let n = 0; n < hosts; n++) await pool.start();
      told(`${hosts} hosts are there`);
      for (const name of names) await pool.create(name, '--cpu', '1');
      await pool.until(all('RUNNING'));
      told(`${machines} machines run`);
      const [drained = '', killed = ''] = [...pool.hosts.keys()];
      await pool.run('pool', 'drain', drained);
      await pool.until((view) => on(view, drained).length === 0);
      await pool.run('pool', 'resume', drained);
      told(`${drained} is empty`);
      pool.hosts.get(killed)?.child.kill('SIGKILL');
      await pool.until((view) => on(view, killed).length === 0 && all('RUNNING')(view));
      told(`${killed} was killed, and its machines run elsewhere`);
      await pool.run('pool', 'balance');
      await pool.run('pool', 'consolidate', '--apply');
      await pool.until((view) => view.move.size === 0 && all('RUNNING')(view));
      told('they are balanced and consolidated');
      // Each counts on, with no number missing and none twice.
      for (const name of names.filter((_, n) => n % 10 === 0)) await pool.counts(name, 10);
      await pool.run('vm', 'release', ...names);
      await pool.until(all('DONE'));
      told('all are released');
      const view = await pool.view();
      expect(overlaps(view)).toEqual([]);
      const sum = (by: 'vm' | 'host') => sumUsage(view, by).reduce((total, { ms }) => total + ms, 0);
      expect(sum('vm')).toBe(sum('host'));
      const check = await pool.run('pool', 'check');
      expect(check.status, check.stdout).toBe(0);
    },
    patienceMs,
  );
});
