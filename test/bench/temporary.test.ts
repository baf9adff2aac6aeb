/** What a benchmark makes for itself is gone when it ends, however it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from './kit.ts';

const { withFolder } = await load('temporary');

describe('The folder of a benchmark', () => {
  it('is there while it runs, and gone when it is done or fails', async () => {
    let used = '';
    const done = await withFolder(async (folder) => {
      used = folder;
      writeFileSync(join(folder, 'built'), 'x');
      return existsSync(folder);
    });
    expect([done, existsSync(used)]).toEqual([true, false]);
    const order: string[] = [];
    const failing = withFolder(async (folder, before) => {
      used = folder;
      before(() => order.push(existsSync(folder) ? 'ended before' : 'ended after'));
      throw new Error('it failed');
    });
    await expect(failing).rejects.toThrow('it failed');
    expect([order, existsSync(used)]).toEqual([['ended before'], false]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is gone after a %s, and so are the programs that ran in it',
    async (signal) => {
      const module = new URL('../../dist/bench/temporary.js', import.meta.url).href;
      const program = `
        import { spawn } from 'node:child_process';
        import { withFolder } from ${JSON.stringify(module)};
        await withFolder(async (folder, before) => {
          const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'inherit', 'inherit'] });
          before(() => child.kill('SIGKILL'));
          console.log(folder);
          await new Promise(() => {});
        });`;
      const args = ['--input-type=module', '-e', program];
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const folder = line.toString().trim();
      expect(existsSync(folder)).toBe(true);
      // Its output ends when the last of those that share it does.
      const ended = Promise.all([once(child, 'exit'), once(child.stdout.resume(), 'end')]);
      child.kill(signal);
      const [[status]] = await ended;
      expect([status, existsSync(folder)]).toEqual([
        { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal],
        false,
      ]);
    },
  );
});
