/** A real etcd for tests: members that are started, killed and stopped, and a line that loses answers. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EtcdStore } from '../../../vmm/pool/etcd-store.ts';

/** Whether etcd is installed. In CI it has to be: a test that is skipped there would never run. */
export function hasEtcd(): boolean {
  try {
    execFileSync('etcd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI !== undefined) throw new Error('etcd is not installed: apt-get install etcd-server');
    console.log(
      'etcd is not installed: the tests of pools in etcd are skipped (apt-get install etcd-server)',
    );
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Member {
  readonly name: string;
  /** HOST:PORT for its users. */
  readonly address: string;
  readonly peer: string;
  process: ChildProcess | undefined;
}

export class EtcdCluster {
  readonly members: Member[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'ringlab-etcd-'));

  static async start(count: number): Promise<EtcdCluster> {
    const cluster = new EtcdCluster();
    for (let n = 0; n < count; n++)
      cluster.members.push({
        name: `m${n}`,
        address: `127.0.0.1:${await freePort()}`,
        peer: `http://127.0.0.1:${await freePort()}`,
        process: undefined,
      });
    for (let n = 0; n < count; n++) cluster.run(n);
    await cluster.isReady();
    return cluster;
  }

  /** Starts a member, for the first time or again. */
  run(n: number): void {
    const { name, address, peer } = this.members[n] as Member;
    const url = `http://${address}`;
    const options = {
      name,
      'data-dir': join(this.#folder, name),
      'listen-client-urls': url,
      'advertise-client-urls': url,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': this.members.map((one) => `${one.name}=${one.peer}`).join(','),
      logger: 'zap',
      'log-level': 'fatal',
    };
    const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
    (this.members[n] as Member).process = spawn('etcd', args, { stdio: 'ignore' });
  }

  async kill(n: number): Promise<void> {
    const { process: child } = this.members[n] as Member;
    (this.members[n] as Member).process = undefined;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  signal(n: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.members[n]?.process?.kill(signal);
  }

  /** Waits until a majority answers. */
  async isReady(): Promise<void> {
    const store = this.store('ready/');
    while ((await new Promise((told) => store.read(told))) === undefined) await pause(100);
  }

  /** Asks one member; undefined = it gave no answer. */
  async ask(n: number, path: string, body: object): Promise<Record<string, unknown> | undefined> {
    try {
      const response = await fetch(`http://${this.members[n]?.address}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(3000),
      });
      return (await response.json()) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }

  /** The number of the member that leads. */
  async leader(): Promise<number> {
    for (;;) {
      for (const [n, { process: child }] of this.members.entries()) {
        const status = child && (await this.ask(n, '/v3/maintenance/status', {}));
        const { member_id } = (status?.header ?? {}) as { member_id?: string };
        if (member_id !== undefined && status?.leader === member_id) return n;
      }
      await pause(100);
    }
  }

  /** Removes all that was ever written but what is there now. */
  async compact(): Promise<void> {
    const n = await this.leader();
    const status = await this.ask(n, '/v3/maintenance/status', {});
    const { revision } = (status?.header ?? {}) as { revision?: string };
    const answer = await this.ask(n, '/v3/kv/compaction', { revision, physical: true });
    if (answer?.header === undefined) throw new Error(`not compacted: ${JSON.stringify(answer)}`);
  }

  get addresses(): readonly string[] {
    return this.members.map(({ address }) => address);
  }

  store(prefix: string, members: readonly string[] = this.addresses): EtcdStore {
    return new EtcdStore({ pause, members: members.map((one) => `http://${one}`), prefix });
  }

  async end(): Promise<void> {
    for (const n of this.members.keys()) await this.kill(n);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A line to a member. deaf: what is asked arrives, and no answer comes back. */
export class Line {
  mode: 'ok' | 'deaf' = 'ok';
  address = '';
  /** Answers that were lost. */
  lost = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(to: string) {
    const [host = '', port = ''] = to.split(':');
    this.#server = createServer((near) => {
      const far = connect(Number(port), host);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.on('data', (bytes) => {
        if (this.mode === 'ok') near.write(bytes);
        else this.lost += 1;
      });
    });
  }

  static async to(address: string): Promise<Line> {
    const line = new Line(address);
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    line.address = `127.0.0.1:${(line.#server.address() as AddressInfo).port}`;
    return line;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
