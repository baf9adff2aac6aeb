/** `ringlab snapshot …` as its users meet it. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ringlab, scratch } from './kit.ts';
import { Running } from './running.ts';

const file = scratch();
const kernel = 'guests/kernel/kernel.s';

/** Calls a verb of `snapshot` on the folder `store`. */
function snapshot(store: string, ...args: readonly string[]) {
  return ringlab(['snapshot', ...args, '--store', file(store)]);
}

beforeAll(() => {
  expect(snapshot('made', 'take', 'boot', kernel, '--at', '100000').status).toBe(0);
  expect(snapshot('made', 'take', 'later', '--at', '+50000').status).toBe(0);
});

/** A folder with the kernel at step 100000 as `boot`, and at 150000 as `later`. */
function kernelStore(store: string): void {
  cpSync(file('made'), file(store), { recursive: true });
}

describe('ringlab snapshot', () => {
  it('takes a guest apart and puts it together again: what it prints is what it prints in one run', () => {
    const whole = ringlab(['run', kernel]);
    const parts = [
      snapshot('parts', 'take', 'boot', kernel, '--at', '100000'),
      snapshot('parts', 'take', 'later', '--at', '+50000', '--monitor', 'trap-and-emulate'),
      snapshot('parts', 'restore', '--engine', 'interpreter'),
    ];
    expect(parts.map(({ stdout }) => stdout).join('')).toBe(whole.stdout);
    expect(parts.map(({ status }) => status)).toEqual([0, 0, whole.status]);
    expect(parts[1]?.stderr).toMatch(
      /^ringlab: later: taken at step 150000, changed since boot: \d+ pages, \d+ KiB\n$/,
    );
    expect(snapshot('parts', 'restore', 'boot').stdout).toBe(`${parts[1]?.stdout}${parts[2]?.stdout}`);
  });

  it('shows the tree, where you are, and what two snapshots differ in, in 80 columns', () => {
    kernelStore('tree');
    expect(snapshot('tree', 'revert', 'boot').status).toBe(0);
    snapshot('tree', 'take', 'other', '--at', '150000', '--monitor', 'hybrid');
    snapshot('tree', 'clone', 'boot', 'one', 'two');
    const shown = snapshot('tree', 'tree').stdout;
    expect(shown).toMatch(
      /^boot +step 100000, 233 pages\n├─ later .*\n├─ one .*\n├─ other .* <- you are here\n└─ two /,
    );
    expect(snapshot('tree', 'diff', 'later', 'other').stdout).toBe('later and other are the same\n');
    const { stdout } = snapshot('tree', 'diff', 'boot', 'later');
    expect(stdout).toMatch(/^step +100000 +150000$/m);
    expect(stdout).toMatch(/^memory +\d+ pages, \d+ bytes$/m);
    for (const text of [shown, stdout, snapshot('tree', 'show').stdout, snapshot('tree', 'list').stdout])
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows a snapshot whose base is missing as what it is', () => {
    kernelStore('orphan');
    rmSync(file('orphan/boot.snap'));
    expect(snapshot('orphan', 'tree').stdout).toMatch(
      /^later +step 150000, \d+ pages, its base boot is missing {2}<- you are here\n$/,
    );
  });

  it('changes nothing of a chain a part of which is missing, and says what to do', () => {
    kernelStore('broken');
    expect(snapshot('broken', 'take', 'last', '--at', '+1000').status).toBe(0);
    rmSync(file('broken/later.snap'));
    const missing = `${file('broken/last.snap')}: its parent is missing: ${file('broken/later.snap')}`;
    for (const args of [
      ['clone', 'last', 'copy'],
      ['template', 'last'],
      ['revert', 'last'],
      ['consolidate', 'last'],
    ])
      expect(snapshot('broken', ...args)).toEqual({
        status: 65,
        stdout: '',
        stderr: `ringlab: ${missing}\n`,
      });
    expect(snapshot('broken', 'delete', 'boot')).toEqual({
      status: 65,
      stdout: '',
      stderr: `ringlab: ${missing}. It may have been taken from boot. Nothing was deleted; put the missing file back, or delete last first\n`,
    });
    expect(snapshot('broken', 'delete', 'last', 'boot').status).toBe(0);
    expect(snapshot('broken', 'list')).toMatchObject({ stdout: '', status: 0 });
  });

  it.each([
    ['/proc/snapshots', 'cannot make that folder: '],
    ['package.json', 'it is a file, and snapshots are stored in a folder'],
    ['/proc', 'cannot '],
  ])('refuses %s, where no file can be, in one line and at once', (store, reason) => {
    const { status, stdout, stderr } = ringlab([
      'snapshot',
      'take',
      'a',
      kernel,
      '--at',
      '9',
      '--store',
      store,
    ]);
    expect([status, stdout]).toEqual([65, '']);
    expect(stderr).toMatch(/^ringlab: [^\n]+\n$/);
    expect(stderr).toContain(reason);
  });

  it('deletes, consolidates and verifies without a change to what is left', () => {
    kernelStore('less');
    const before = snapshot('less', 'restore', 'later').stdout;
    expect(snapshot('less', 'delete', 'boot').stderr).toContain('its contents are in later now');
    expect(snapshot('less', 'consolidate', 'later').status).toBe(0);
    expect(snapshot('less', 'restore', 'later').stdout).toBe(before);
    expect(snapshot('less', 'verify').stdout).toBe('later: good\n');
  });

  it('does not run a template, but clones of it', () => {
    kernelStore('template');
    snapshot('template', 'template', 'boot');
    for (const args of [
      ['restore', 'boot'],
      ['revert', 'boot'],
      ['take', 'x', '--from', 'boot', '--at', '+1'],
    ]) {
      const { status, stderr } = snapshot('template', ...args);
      expect([status, stderr]).toEqual([
        2,
        expect.stringContaining('boot is a template: it does not run. Make a clone'),
      ]);
    }
    snapshot('template', 'clone', 'boot', 'copy');
    expect(snapshot('template', 'restore', 'copy').status).toBe(0);
    const identity = (name: string) =>
      (
        JSON.parse(snapshot('template', 'show', name, '--json').stdout) as {
          configuration: { identity: string };
        }
      ).configuration.identity;
    expect(identity('copy')).not.toBe(identity('boot'));
    expect(identity('later')).toBe(identity('boot'));
  });

  it('runs clones in turns in one memory, each line behind its name, and says what they share', () => {
    kernelStore('together');
    snapshot('together', 'clone', 'boot', 'ada', 'grace');
    const alone = snapshot('together', 'restore', 'ada', '--engine', 'interpreter');
    const { status, stdout, stderr } = snapshot('together', 'restore', 'ada', 'grace', 'later');
    const lines = stdout.split('\n');
    for (const name of ['ada  ', 'grace']) {
      const own = lines.filter((line) => line.startsWith(`${name} | `)).map((line) => `${line.slice(8)}\n`);
      expect(own.join('')).toBe(alone.stdout);
    }
    expect(status).toBe(alone.status);
    expect(stderr).toMatch(
      /^ringlab: 3 guests in [\d.]+ MiB instead of [\d.]+ MiB: 233 pages shared, \d+ not\n/,
    );
    snapshot('together', 'take', 'other', 'guests/hello.s', '--at', '2');
    const refused = snapshot('together', 'restore', 'ada', 'other');
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining('only when they come from one first snapshot'),
    ]);
  });

  it('waits while another program changes the folder, and takes over from one that was killed', async () => {
    kernelStore('locked');
    const { pid } = spawnSync('true');
    writeFileSync(file('locked/.lock'), String(pid));
    writeFileSync(file('locked/.late.snap.tmp'), 'begun');
    expect(snapshot('locked', 'verify').stderr).toContain(
      '.late.snap.tmp: left by a program that was stopped',
    );
    expect(snapshot('locked', 'revert', 'boot').status).toBe(0);
    expect(['.lock', '.late.snap.tmp'].map((name) => existsSync(file(`locked/${name}`)))).toEqual([
      false,
      false,
    ]);
    // A program that runs until its input ends.
    const other = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    writeFileSync(file('locked/.lock'), String(other.pid));
    const waiting = new Running(['snapshot', 'delete', 'boot', '--store', file('locked')], process.env);
    await waiting.says(`waiting for process ${other.pid}, which is changing it`);
    expect(existsSync(file('locked/boot.snap'))).toBe(true);
    other.stdin.end();
    expect(await waiting.ended).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('boot: deleted'),
    });
  });

  it('keeps what a guest writes to its disk, and never writes to the file', () => {
    const disk = file('disk.img', new Uint8Array(64 * 512).fill(7));
    const first = snapshot('disk', 'take', 'half', 'guests/disk-copy.s', '--disk', disk, '--at', '1500');
    const rest = snapshot('disk', 'restore', 'half');
    const whole = ringlab(['run', 'guests/disk-copy.s', '--disk', file('other.img', readFileSync(disk))]);
    expect([first.stdout + rest.stdout, rest.status]).toEqual([whole.stdout, whole.status]);
    expect(readFileSync(disk).every((byte) => byte === 7)).toBe(true);
  });

  it('has the input of a file in it, and takes more when it is put back', () => {
    const input = file('input.txt', 'abc');
    const first = snapshot('echo', 'take', 'half', 'guests/echo.s', '--input', input, '--at', '40');
    expect([first.status, first.stdout]).toEqual([0, 'AB']);
    expect(snapshot('echo', 'restore', 'half').stdout).toBe('C');
    const { stdout, status } = snapshot('echo', 'restore', '--input', file('more.txt', 'def\n\u0004'));
    expect([stdout, status]).toEqual(['CDEF\n', 7]);
  });

  it('tells lists, snapshots and findings as JSON', () => {
    kernelStore('json');
    expect(JSON.parse(snapshot('json', 'list', '--json').stdout)).toMatchObject({
      format: 'ringlab-snapshot',
      version: 1,
      snapshots: [
        { name: 'boot', parent: null, step: 100000, current: false, template: false },
        { name: 'later', parent: 'boot', step: 150000, current: true },
      ],
    });
    expect(JSON.parse(snapshot('json', 'show', 'boot', '--json').stdout)).toMatchObject({
      name: 'boot',
      state: { step: '100000' },
    });
    expect(JSON.parse(snapshot('json', 'diff', 'boot', 'boot', '--json').stdout)).toMatchObject({
      fields: [],
      memory: [],
      disk: [],
    });
  });

  it('refuses what is damaged, foreign or not there with one line that names the file, and status 65', () => {
    kernelStore('bad');
    const path = file('bad/boot.snap');
    const good = readFileSync(path);
    const cases: readonly (readonly [bytes: Uint8Array, args: readonly string[], message: string])[] = [
      [good, ['restore', 'nowhere'], 'no snapshot "nowhere"; there are boot, later'],
      [
        good.subarray(0, 5000),
        ['restore', 'later'],
        `${path}: cut short: 5000 of ${good.length} bytes are there`,
      ],
      [Buffer.from('#!/bin/sh\n'), ['restore', 'later'], `${path}: not a snapshot of ringlab`],
      [
        Buffer.concat([good.subarray(0, -1), Buffer.of(9)]),
        ['restore', 'later'],
        `${path}: damaged: the check sum does not fit its blocks`,
      ],
      [readFileSync(file('bad/later.snap')), ['restore', 'later'], `its parent was altered: ${path}`],
    ];
    for (const [bytes, args, message] of cases) {
      writeFileSync(path, bytes);
      const { status, stdout, stderr } = snapshot('bad', ...args);
      expect([status, stdout, stderr.split('\n').length], stderr).toEqual([65, '', 2]);
      expect(stderr).toContain(message);
    }
    expect(snapshot('bad', 'verify').status).toBe(65);
    writeFileSync(path, 'x');
    const listed = snapshot('bad', 'list');
    expect([listed.status, listed.stderr]).toEqual([65, expect.stringContaining(path)]);
    expect(listed.stdout).toContain('later');
    expect(snapshot('bad', 'delete', 'later').stderr).toContain(
      `Nothing was deleted; to give up a damaged file: rm ${path}`,
    );
    writeFileSync(path, good);
    expect(snapshot('bad', 'verify').status).toBe(0);
  });

  it.each([
    [['take', 'x', '--at', '5'], 'has no current snapshot'],
    [['take', 'x', kernel], 'give --at STEP to say when, or --of GUEST'],
    [['take', 'x', kernel, '--at', 'noon'], 'expected a whole number'],
    [['take', 'a/b', 'guests/hello.s', '--at', '1'], 'a name has letters'],
    [['take', 'x', 'guests/primes.s', '--process', '--at', '1'], 'a process is not a machine'],
  ])('refuses %j with status 2 or 65 and says why', (args, message) => {
    const { status, stderr } = snapshot('none', ...args);
    expect([2, 65]).toContain(status);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('takes the folder over from a program that was killed before it could say which it is', () => {
    kernelStore('locked');
    writeFileSync(file('locked/.lock'), '');
    expect(snapshot('locked', 'clone', 'boot', 'new').status).toBe(0);
    expect(existsSync(file('locked/.lock'))).toBe(false);
  });

  it('refuses a name that is taken, a step that has passed, and hardware for a guest that has its own', () => {
    kernelStore('usage');
    for (const [args, message] of [
      [['take', 'boot', kernel, '--at', '1'], 'there is a snapshot boot already'],
      [['clone', 'boot', 'new', 'boot'], 'there is a snapshot boot already'],
      [['clone', 'boot', 'new', 'new'], 'new is named twice'],
      [['clone', 'boot', '../new'], '"../new": a name has letters'],
      [['take', 'x', '--at', '5'], 'the guest is at step 150000 already'],
      [['take', 'x', '--at', '+5', '--max-steps', '7'], '--max-steps 7: that is before step 150005'],
      [['take', 'x', '--at', '+5', '--memory', '1M'], '--memory: the snapshot has its own'],
    ] as const) {
      const { status, stderr } = snapshot('usage', ...args);
      expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});
