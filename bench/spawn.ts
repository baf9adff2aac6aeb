/** Other programs: started, timed, and their output kept. */
import { spawn } from 'node:child_process';

export interface Ended {
  /** From the start to the end, in seconds. */
  readonly seconds: number;
  /** The exit status; undefined if a signal ended it. */
  readonly status: number | undefined;
  readonly output: string;
  readonly errors: string;
}

/** No benchmark runs longer, in milliseconds. */
const timeout = 600_000;

/** Runs a program to its end. Returns undefined when there is no such program. */
export function runProgram(command: string, args: readonly string[]): Promise<Ended | undefined> {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    // Not spawn's own timeout: that one goes on, and keeps us, when there is no such program.
    const kill = () => child.kill();
    const timer = setTimeout(kill, timeout);
    // Whoever ends us by a signal means this program too.
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
