/** Runs other programs, and measures their time and collects their output. */
import { spawn } from 'node:child_process';

export interface Ended {
  /** From the start to the end, in seconds. */
  readonly seconds: number;
  /** The exit status; undefined if a signal ended it. */
  readonly status: number | undefined;
  readonly output: string;
  readonly errors: string;
}

/** The longest time of a benchmark, in milliseconds. */
const timeout = 600_000;

/** Runs a program to its end. Returns undefined if there is no such program. */
export function runProgram(command: string, args: readonly string[]): Promise<Ended | undefined> {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    // The timeout of `spawn` is not used: if there is no such program, it goes on and keeps this process from ending.
    const kill = () => child.kill();
    const timer = setTimeout(kill, timeout);
    // If a signal ends this process, the other program must end too.
    process.once('exit', kill);
    const over = () => {
      clearTimeout(timer);
      process.off('exit', kill);
    };
    const read = { output: '', errors: '' };
    let seconds = 0;
    child.stdout.on('data', (bytes: Buffer) => {
      read.output += bytes.toString();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      read.errors += bytes.toString();
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      over();
      if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.on('exit', () => {
      seconds = Number(process.hrtime.bigint() - started) / 1e9;
    });
    child.on('close', (status) => {
      over();
      resolve({ seconds, status: status ?? undefined, ...read });
    });
  });
}
