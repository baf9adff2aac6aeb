/**
 * `npm run kills [-- COUNT [SEED]]`: two hosts, a guest that counts aloud, and COUNT kills (300) of either host or both, at
 * random moments, with and without a migration, on a file system that fills up now and then. In the end the guest has one
 * owner, and its console has every line once. As root on Linux it makes the file system itself; otherwise nothing fills up.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../../cli/hosting/ask.ts';
import { askerOf } from '../../cli/hosting/find.ts';
import { presets } from '../../vmm/migration/policy.ts';
import { Random } from '../property/random.ts';
import { freeAddress } from './running.ts';

/** Prints 0, 1, 2, … in eight hexadecimal digits, a line each, with a pause between them. */
const counter = `    .globl _start
_start:
    li   s0, 0
    li   s1, 0x10
line:
    li   t1, 28
1:  srl  t2, s0, t1
    andi t2, t2, 15
    addi t2, t2, '0'
    li   t3, ':'
    blt  t2, t3, 2f
    addi t2, t2, 39
2:  out  s1, t2
    addi t1, t1, -4
    bgez t1, 1b
    li   t2, 10
    out  s1, t2
    addi s0, s0, 1
    li   t4, 300000
3:  addi t4, t4, -1
    bnez t4, 3b
    j    line
`;

const name = 'counter';
const [count = 300, seed = 1] = process.argv.slice(2).map(Number);
const random = new Random(seed);
const folder = mkdtempSync(join(tmpdir(), 'ringlab-kills-'));
const state = join(folder, 'state');
const filler = join(state, 'filler');
process.env.RINGLAB_STATE = state;

mkdirSync(state);
/** What was done, for when it goes wrong. */
const history: string[] = [];
const canFill = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', state]).status === 0;
if (!canFill) console.warn('no file system of our own here: nothing fills up');

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class HostProcess {
  readonly address: string;
  #child: ChildProcess | undefined;
  said = '';

  constructor(address: string) {
    this.address = address;
  }

  async start(...args: string[]): Promise<void> {
    const options = ['--save-every', '1', '--patience', '3000', '--console-size', '32M'];
    const command = ['cli/bin.js', 'host', '--listen', this.address, ...options, ...args];
    this.said = '';
    const child = spawn(process.execPath, command, {
      cwd: process.cwd(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    child.stderr?.on('data', (text) => {
      this.said += text;
    });
    while (!this.said.includes('a host on')) {
      if (child.exitCode !== null) throw new Error(`${this.address} ended: ${this.said}`);
      await sleep(10);
    }
  }

  /** Whatever it does: it runs no more. */
  end(): void {
    this.#child?.kill('SIGKILL');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) throw new Error(`it ended by itself: ${this.said}`);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

/** What the hosts say of the guest; a host that is busy dying says nothing. */
async function tellAll(hosts: readonly HostProcess[]) {
  const asker = askerOf('127.0.0.1:0', {});
  const all = await Promise.all(
    hosts.map(async ({ address }) => {
      const reply = await ask(asker, address, { kind: 'status' }).catch(() => undefined);
      const guest = reply?.kind === 'status' ? reply.guests.find((one) => one.name === name) : undefined;
      return guest && { address, ...guest };
    }),
  );
  return all.filter((one) => one !== undefined);
}

/** Waits until the guest has one owner, which runs it. */
async function settle(hosts: readonly HostProcess[]) {
  for (let n = 0; n < 600; n++) {
    const told = await tellAll(hosts);
    const owners = told.filter((one) => one.state !== 'coming' && one.state !== 'leaving');
    if (owners.length > 1) throw new Error(`owned by ${owners.map((one) => one.address).join(' and ')}`);
    const [owner] = owners;
    if (owner && told.length === 1 && (owner.state === 'runs' || owner.state === 'going')) return owner;
    await sleep(50);
  }
  const said = hosts.map((host) => host.said).join('\n');
  throw new Error(`it never comes to rest: ${JSON.stringify(await tellAll(hosts))}\n${said}`);
}

function fill(): void {
  try {
    for (let size = 2 ** 22; ; ) {
      try {
        writeFileSync(filler, new Uint8Array(size), { flag: 'a' });
      } catch (error) {
        if (size === 1) throw error;
        size /= 2 ** 11;
      }
    }
  } catch {
    // It is full.
  }
}

const hosts = [new HostProcess(await freeAddress()), new HostProcess(await freeAddress())] as const;

async function main(): Promise<void> {
  const program = join(folder, `${name}.s`);
  writeFileSync(program, counter);
  await hosts[0].start(program, '--memory', '256K');
  await hosts[1].start();
  const asker = askerOf('127.0.0.1:0', {});
  for (let n = 1; n <= count; n++) {
    const owner = await settle(hosts);
    const isFilled = canFill && random.below(4) === 0;
    if (isFilled) fill();
    const to = hosts.find(({ address }) => address !== owner.address)?.address ?? '';
    const mode = random.pick(['pre-copy', 'post-copy', 'cold'] as const);
    const moves = random.below(2) === 0;
    const policy = { ...presets.ringlab, mode };
    if (moves) ask(asker, owner.address, { kind: 'migrate', guest: name, to, policy }).catch(() => {});
    const ms = random.below(moves ? 120 : 300);
    await sleep(ms);
    const victims = random.pick([[hosts[0]], [hosts[1]], hosts]);
    const what = `${owner.address} has it, ${moves ? `moves by ${mode}` : 'stays'}${isFilled ? ', full' : ''}`;
    history.push(`${n}: ${what}; after ${ms} ms: ${victims.map((host) => host.address).join(' and ')}`);
    await Promise.all(victims.map((host) => host.kill()));
    if (isFilled) rmSync(filler, { force: true });
    await Promise.all(victims.map((host) => host.start()));
    if (n % 10 === 0) console.warn(`${n} kills, ${(await settle(hosts)).printed} bytes`);
  }
  const { address, printed } = await settle(hosts);
  const { stdout } = spawnSync(process.execPath, ['cli/bin.js', 'console', name, '--from', address], {
    cwd: process.cwd(),
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  const lines = stdout.split('\n').slice(0, -1);
  const wrong = lines.findIndex((line, at) => line !== at.toString(16).padStart(8, '0'));
  if (wrong >= 0) throw new Error(`line ${wrong} is ${lines[wrong]}`);
  if (stdout.length < printed) throw new Error(`${stdout.length} bytes of ${printed}`);
  console.log(`${count} kills (seed ${seed}): one owner, ${lines.length} lines, each of them once`);
}

try {
  await main();
} catch (error) {
  const evidence = `${folder}-failed`;
  rmSync(filler, { force: true });
  cpSync(state, evidence, { recursive: true });
  console.error(`${history.slice(-10).join('\n')}\nwhat the hosts had stored is in ${evidence}`);
  throw error;
} finally {
  for (const host of hosts) host.end();
  if (canFill) spawnSync('umount', ['-l', state]);
  rmSync(folder, { recursive: true, force: true });
}
