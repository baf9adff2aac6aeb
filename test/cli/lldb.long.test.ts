/** A real LLDB, beside the GDB of debug.test.ts: it debugs a guest over the same protocol. */
import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ringlab, root, scratch } from './kit.ts';

const hasLldb = spawnSync('lldb', ['--version']).status === 0;
const because = hasLldb ? '' : ' (skipped: no lldb here)';

const file = scratch();

/** Has LLDB do `commands` with a guest that `ringlab debug` serves; returns what LLDB printed. */
async function converse(
  guest: string,
  setup: readonly string[],
  commands: readonly string[],
): Promise<string> {
  const elf = file('guest.elf', '');
  expect(ringlab(['asm', guest, '-o', elf]).status).toBe(0);
  const args = ['cli/bin.js', 'debug', elf, '--gdb', '127.0.0.1:0'];
  const server = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const port = await new Promise<string>((resolve) => {
    server.stderr.on('data', (bytes: Buffer) => {
      const found = /target remote 127\.0\.0\.1:(\d+)/.exec(bytes.toString());
      if (found) resolve(found[1] as string);
    });
  });
  const all = [...setup, `target create ${elf}`, `gdb-remote 127.0.0.1:${port}`, ...commands, 'process kill'];
  const lldb = spawn('lldb', ['-x', '-b', ...all.flatMap((command) => ['-o', command])], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  lldb.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  await new Promise((resolve) => lldb.once('close', resolve));
  await ended;
  return said;
}

const plainly = ['settings set target.skip-prologue false'];

describe.skipIf(!hasLldb)(`LLDB${because}`, () => {
  it('stops at a trap handler by its name, and shows line and registers', async () => {
    const said = await converse('guests/user-kernel.s', plainly, [
      'breakpoint set -n trap',
      'continue',
      'register read pc epc ecause status',
    ]);
    expect(said).toContain('stop reason = breakpoint 1.1');
    expect(said).toMatch(/frame #0: 0x000100\w\w guest.elf`trap at user-kernel\.s:\d+/);
    expect(said).toMatch(/ pc = 0x000100\w\w +guest.elf`trap\n/);
    expect(said).toMatch(/epc = 0x40000008\n +ecause = 0x00000008\n +status = 0x00000000/);
  });

  it('stops at each trap, steps one instruction, and reads and writes registers and memory', async () => {
    const said = await converse('guests/user-kernel.s', plainly, [
      'breakpoint set -n trap',
      'continue',
      'continue',
      'continue',
      'register read ecause eval',
      'thread step-inst',
      'register read pc',
      'register write a0 0x1234',
      'register read a0',
      'memory write -s 4 &root_table 0x11223344',
      'memory read -s 4 -f x -c 1 &root_table',
    ]);
    expect(said).toMatch(/ecause = 0x00000018\n +eval = 0x0400000b/);
    expect(said).toMatch(/ pc = 0x000100\w\w +guest.elf`trap \+ 4/);
    expect(said).toContain('a0 = 0x00001234');
    expect(said).toContain('0x11223344');
  });

  it('skips the first line of a handler unless it is told not to', async () => {
    const said = await converse(
      'guests/user-kernel.s',
      [],
      ['breakpoint set -n trap', 'continue', 'register read pc'],
    );
    expect(said).toMatch(/ pc = 0x000100\w\w +guest.elf`trap \+ 4/);
  });
});
