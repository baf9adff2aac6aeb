/** Programs that run while a test goes on: what they say is waited for, never a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Result, root } from './kit.ts';

const bin = join(root, 'cli', 'bin.js');

/** A `ringlab` that runs meanwhile. */
export class Running {
  static readonly #all = new Set<Running>();
  /** Looks again whether what is waited for has come. */
  static readonly #waiting = new Set<() => void>();
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  /** Its end, with all that it printed. */
  readonly ended: Promise<Result>;
  #isOver = false;

  /** `input` is all that it can read. */
  constructor(args: readonly string[], env: NodeJS.ProcessEnv, input = '') {
    this.child = spawn(process.execPath, [bin, ...args], { cwd: root, env, stdio: 'pipe' });
    Running.#all.add(this);
    this.child.stdout?.on('data', (text) => {
      this.stdout += text;
      Running.#lookAgain();
    });
    this.child.stderr?.on('data', (text) => {
      this.stderr += text;
      Running.#lookAgain();
    });
    this.child.stdin?.end(input);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (status) => {
        this.#isOver = true;
        Running.#lookAgain();
        resolve({ status, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  static #lookAgain(): void {
    for (const look of Running.#waiting) look();
  }

  /** Ends whatever runs still; what it had said is printed when the test has failed. */
  static async endAll(hasFailed = false): Promise<void> {
    const all = [...Running.#all];
    Running.#all.clear();
    for (const { child } of all) child.kill('SIGKILL');
    await Promise.all(all.map(({ ended }) => ended));
    if (hasFailed)
      for (const { child, stderr } of all) console.error(child.spawnargs.join(' '), '\n', stderr);
  }

  /** Waits until `holds`, which depends on what these programs say; rejects when all of them have ended before. */
  static async until(holds: () => boolean, programs: readonly Running[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = (act: () => void) => {
        Running.#waiting.delete(look);
        act();
      };
      const look = () => {
        if (holds()) done(resolve);
        else if (programs.every((program) => program.#isOver))
          done(() =>
            reject(new Error(programs.map(({ stderr }) => `it ended, and said ${stderr}`).join('\n'))),
          );
      };
      Running.#waiting.add(look);
      look();
    });
  }

  /** Waits until it has said that, on either stream. */
  async says(text: string): Promise<void> {
    await Running.until(() => `${this.stdout}${this.stderr}`.includes(text), [this]);
  }

  /** Has it end by a signal; resolves to its status. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return (await this.ended).status;
  }
}

/** An address that nobody listens at. */
export async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}
