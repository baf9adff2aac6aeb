/** Canaries: a file, a port and a process of this machine. Whoever gets out of a submission's process can touch them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Canaries } from './attacks.ts';

/** What the file has in it. */
export const secret = 'the secret of the canary';

export class Aviary {
  readonly canaries: Canaries;
  readonly #server: Server;
  readonly #bird: ChildProcess;
  #visitors = 0;

  private constructor(folder: string, server: Server, bird: ChildProcess) {
    const { port } = server.address() as { port: number };
    const [file, written] = [join(folder, 'secret.txt'), join(folder, 'written')];
    writeFileSync(file, secret);
    this.canaries = { secret: file, written, port, pid: bird.pid as number };
    this.#server = server;
    this.#bird = bird;
    server.on('connection', () => (this.#visitors += 1));
  }

  /** Puts canaries into a folder. */
  static async open(folder: string): Promise<Aviary> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bird = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
    return new Aviary(folder, server, bird);
  }

  /** What was touched; empty: nothing. */
  touched(): string[] {
    const found: string[] = [];
    if (existsSync(this.canaries.written)) found.push('a file was written');
    if (this.#visitors > 0) found.push('the port was reached');
    if (this.#bird.exitCode !== null || this.#bird.signalCode !== null) found.push('the process was ended');
    return found;
  }

  close(): void {
    this.#server.close();
    this.#bird.kill();
  }
}
