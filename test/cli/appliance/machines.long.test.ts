/** Machines of a pool that are made from appliances. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { PoolFolder } from '../../../cli/pool/pool-folder.ts';
import { fixture, root, scratch } from '../kit.ts';
import { freeAddress, Running } from '../running.ts';

const file = scratch();
const pool = file('pool');
const environment = { ...process.env, RINGLAB_STATE: file('state'), RINGLAB_POOL: pool, NO_COLOR: '1' };

afterEach(({ task }) => Running.endAll(task.result?.state === 'fail'));

async function run(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await new Running(args, environment).ended;
  expect([args.join(' '), status, stderr]).toEqual([args.join(' '), 0, '']);
  return stdout;
}

async function refused(...args: string[]): Promise<string> {
  const { status, stderr } = await new Running(args, environment).ended;
  expect(status).not.toBe(0);
  return `${status} ${stderr.split('\n')[0]}`;
}

it('Machines are made from an appliance and its patched version, provisioned in five stages, and found outdated', async () => {
  const source = readFileSync(join(root, 'guests/whoami.s'), 'utf8');
  writeFileSync(
    file('patched.s'),
    source.replace('"I am "', '"I\'m "').replaceAll('"include/', `"${root}guests/include/`),
  );
  const settings = ['--property', 'NAME', '--property', 'PORT:uint32=80'];
  await run('appliance', 'add', join(root, 'guests/whoami.s'), '--memory', '512K', ...settings);
  expect(await refused('vm', 'create', '--from', 'whoami')).toMatch(/^2 .*NAME must be given/);
  expect(await refused('vm', 'create', '--from', 'whoami@3')).toMatch(/^2 .*no such version; there is 1/);
  expect(await refused('vm', 'create', '--from', 'whoami', '--set', 'NAME=x', '--set', 'PORT=http')).toMatch(
    /^2 .*PORT: expected a whole number/,
  );
  expect(await refused('vm', 'create', '--from', 'whoami', '--set', 'NAME=x', '--set', 'OTHER=1')).toMatch(
    /^2 .*OTHER: the appliance has no such setting; it has NAME, PORT/,
  );

  const address = await freeAddress();
  const host = new Running(['host', '--listen', address, '--capacity', '64M', '--pool', pool], environment);
  await host.says('a host on');
  await run('vm', 'create', '--from', 'whoami', '--set', "NAME=it's w1", '--name', 'w1');
  await run('appliance', 'add', '--parent', 'whoami', '--patch', file('patched.s'));
  await run('vm', 'create', '--from', 'whoami', '--set', 'NAME=w2', '--name', 'w2');
  const folder = new PoolFolder(pool);
  const isOff = async (name: string) => (await folder.view()).vm.get(name)?.data.state === 'OFF';
  while (!(await isOff('w1')) || !(await isOff('w2'))) await pause(100);
  expect(await run('console', 'w1', '--from', address)).toBe("I am it's w1, age 1.\n");
  expect(await run('console', 'w2', '--from', address)).toBe("I'm w2, age 1.\n");

  const stages = (await run('vm', 'history', 'w2')).match(/\d\/5 .*/g) ?? [];
  expect(stages.map((line) => line.replaceAll(/ {2,}/g, ' '))).toEqual([
    '1/5 - asked for: whoami@2, 512K of memory, for nobody',
    `2/5 ${address} ${address} is selected`,
    expect.stringMatching(/^3\/5 \S+ loaded: image [\da-f]{12}, 1 patch$/),
    expect.stringMatching(/^4\/5 \S+ configured: NAME, PORT$/),
    expect.stringMatching(/^5\/5 \S+ ready$/),
  ]);

  expect(await run('appliance', 'outdated')).toMatch(/^w1 +whoami@1 +whoami@2$/m);
  expect(await run('appliance', 'verify')).toMatch(/^2 appliances checked: all is there/);
  expect(await refused('appliance', 'remove', 'whoami@2')).toMatch(/^65 .*the machine w2 was made from it/);
  await run('vm', 'release', 'w1', 'w2');
  const isDone = async (name: string) => (await folder.view()).vm.get(name)?.data.state === 'DONE';
  while (!(await isDone('w1')) || !(await isDone('w2'))) await pause(100);
  expect(await refused('appliance', 'remove', 'whoami@1')).toMatch(/^65 .*whoami@2 was made from it/);
  await run('appliance', 'remove', 'whoami@2');
  await run('appliance', 'remove', 'whoami@1');

  const { image } = [...(await folder.view()).want.values()][0]?.data ?? { image: '' };
  await run('appliance', 'add', join(root, 'guests/whoami.s'), '--memory', '512K', ...settings);
  writeFileSync(join(pool, 'images', image), 'damaged');
  const damaged = await new Running(['appliance', 'verify'], environment).ended;
  expect([damaged.status, damaged.stderr]).toEqual([1, expect.stringMatching(/its image is damaged/)]);
});

it('A machine that is stopped can be saved as an appliance; machines that are made from it go on where it was', async () => {
  const address = await freeAddress();
  const host = new Running(['host', '--listen', address, '--capacity', '64M', '--pool', pool], environment);
  await host.says('a host on');
  const folder = new PoolFolder(pool);
  const becomes = async (name: string, state: string) => {
    while ((await folder.view()).vm.get(name)?.data.state !== state) await pause(100);
  };
  const numbers = async (name: string) =>
    (await run('console', name, '--from', address)).split('\n').slice(0, -1).map(Number);
  const counted = async (name: string) => {
    for (;;) {
      const found = await numbers(name);
      if (found.length > 2) return found;
      await pause(100);
    }
  };
  await run(
    'vm',
    'create',
    fixture('ticker.s'),
    '--memory',
    '512K',
    '--name',
    'old',
    '--context',
    'NAME=old',
  );
  await becomes('old', 'RUNNING');
  const before = await counted('old');
  expect(await refused('vm', 'save-as', 'old', 'warm')).toMatch(/^2 .*old is RUNNING; stop it first/);
  await run('vm', 'stop', 'old');
  await becomes('old', 'STOPPED');
  expect(await run('vm', 'save-as', 'old', 'warm')).toBe('warm@1 is stored\n');
  await run('vm', 'create', '--from', 'warm', '--set', 'NAME=new', '--name', 'new');
  await becomes('new', 'RUNNING');
  const [first = 0, second] = await counted('new');
  expect(first).toBeGreaterThan(before.at(-1) as number);
  expect(second).toBe(first + 1);
  expect(await refused('appliance', 'export', 'warm', file('warm.ova'))).toMatch(/^65 .*saved machine/);
});
