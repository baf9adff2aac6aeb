/**
 * Measures the cost of a migration. A guest with 256 MiB of memory, in which no two pages are equal, writes
 * to one MiB of it all the time. It is moved back and forth between two hosts on this machine, by
 * pre-copy, stop-and-copy and post-copy in turn. For comparison, the same number of bytes is copied
 * over TCP from the memory of one process to that of another.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unreachable } from './failure.ts';
import { describeHost } from './host.ts';
import { median } from './statistics.ts';
import { formatRatio, formatTable } from './table.ts';
import { withFolder } from './temporary.ts';

const mebibytes = 256;
const pages = mebibytes * 256;

const commandLine = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const receiver = fileURLToPath(new URL('./receive.js', import.meta.url));

/**
 * The guest fills memory with numbers that do not repeat (xorshift32). Then it writes to 256 pages in an endless
 * loop.
 */
const guest = `
    .globl _start
_start:
    li   a0, 0x20000
    mfs  a1, MEMSIZE
    li   a2, 1
1:  slli t0, a2, 13
    xor  a2, a2, t0
    srli t0, a2, 17
    xor  a2, a2, t0
    slli t0, a2, 5
    xor  a2, a2, t0
    sw   a2, 0(a0)
    addi a0, a0, 4
    bltu a0, a1, 1b
    li   t0, 0x10
    li   t1, '!'
    out  t0, t1
    li   a3, 4096
work:
    li   a0, 0x20000
    li   a1, 0x120000
2:  lw   t0, 0(a0)
    addi t0, t0, 1
    sw   t0, 0(a0)
    add  a0, a0, a3
    bltu a0, a1, 2b
    j    work
`;

const ways = { 'pre-copy': [], 'stop-and-copy': ['--cold'], 'post-copy': ['--post-copy'] } as const;
type Way = keyof typeof ways;

/** Medians for one way to move the guest. */
export interface WayResult {
  readonly way: Way;
  readonly downtimeMs: number;
  readonly totalMs: number;
  readonly rounds: number;
  readonly bytes: number;
  /** Bytes sent, divided by the bytes of all pages that were sent; a page that was sent twice counts twice. */
  readonly overhead: number;
  /** Bytes per second. */
  readonly rate: number;
}

export interface MigrationBench {
  readonly format: 'ringlab-bench-migration';
  readonly version: 2;
  readonly host: object;
  readonly runs: number;
  /** Bytes per second of the plain copy over TCP. */
  readonly plain: number;
  /** Bytes per second of a copy that the receiver throws away. */
  readonly thrownAway: number;
  readonly results: readonly WayResult[];
}

export interface MigrationBenchOptions {
  readonly runs?: number;
  readonly progress: (text: string) => void;
}

/** The part of a migration's report that is used here. */
interface Report {
  readonly downtimeMs: number;
  readonly totalMs: number;
  readonly bytes: number;
  readonly unitBytes: number;
  readonly rounds: readonly { readonly sent: number }[];
  readonly last: { readonly sent: number };
}

/** Makes all measurements. Throws BenchFailure. */
export async function benchMigration({ runs = 5, progress }: MigrationBenchOptions): Promise<MigrationBench> {
  return await withFolder(async (folder, before) => {
    const file = join(folder, 'guest.s');
    writeFileSync(file, guest);
    const addresses = [await freeAddress(), await freeAddress()];
    progress(`two hosts, and a guest that fills ${mebibytes} MiB`);
    const [first, second] = [
      startHost(folder, addresses[0] as string, file, '--memory', `${mebibytes}M`),
      startHost(folder, addresses[1] as string),
    ];
    before(() => {
      for (const host of [first, second]) host.kill('SIGKILL');
    });
    await said(first, '!');
    const plain: number[] = [];
    const thrownAway: number[] = [];
    const reports = new Map<Way, Report[]>();
    let at = 0;
    const move = async (way: Way) => {
      at = 1 - at;
      const report = await migrate(folder, addresses[at] as string, ways[way]);
      reports.set(way, [...(reports.get(way) ?? []), report]);
    };
    const turns: (readonly [what: string, act: () => Promise<unknown>])[] = [
      ['a plain copy', async () => plain.push(await plainCopy('keep'))],
      ['a plain copy, thrown away', async () => thrownAway.push(await plainCopy('drop'))],
      ...(Object.keys(ways) as Way[]).map((way) => [way, () => move(way)] as const),
    ];
    for (let run = 0; run < runs; run++)
      for (let n = 0; n < turns.length; n++) {
        // The order changes in every run, because each measurement affects the system's memory for the next one.
        const [what, act] = turns[(run + n) % turns.length] as (typeof turns)[number];
        progress(`run ${run + 1} of ${runs}: ${what}`);
        await act();
      }
    const results = [...reports].map(([way, all]) => summary(way, all));
    await Promise.all([end(first), end(second)]);
    const host = describeHost();
    return {
      format: 'ringlab-bench-migration',
      version: 2,
      host,
      runs,
      plain: median(plain),
      thrownAway: median(thrownAway),
      results,
    };
  });
}

function summary(way: Way, reports: readonly Report[]): WayResult {
  const of = (value: (report: Report) => number) => median(reports.map(value));
  const sent = ({ rounds, last, unitBytes }: Report) =>
    (rounds.reduce((sum, round) => sum + round.sent, 0) + last.sent) * unitBytes;
  return {
    way,
    downtimeMs: of(({ downtimeMs }) => downtimeMs),
    totalMs: of(({ totalMs }) => totalMs),
    rounds: of(({ rounds }) => rounds.length),
    bytes: of(({ bytes }) => bytes),
    overhead: of((report) => report.bytes / sent(report)),
    rate: of(({ bytes, totalMs }) => (1000 * bytes) / totalMs),
  };
}

// ---- Hosts ----

function startHost(folder: string, address: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [commandLine, 'host', '--listen', address, ...args], {
    env: { ...process.env, RINGLAB_STATE: join(folder, 'state') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Waits until a host's guest has printed `text`. */
function said(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      output += bytes.toString();
      if (output.includes(text)) resolve();
    });
    child.once('exit', () => reject(unreachable('a host ended before its guest was ready')));
  });
}

function end(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  return ended;
}

function migrate(folder: string, to: string, how: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [commandLine, 'migrate', 'guest', '--to', to, '--json', ...how], {
    env: { ...process.env, RINGLAB_STATE: join(folder, 'state') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('close', (status) => {
      if (status === 0) resolve(JSON.parse(output) as Report);
      else reject(unreachable(`a migration failed: ${output}`));
    });
  });
}

// ---- A plain copy ----

/** Sends as many bytes as the guest has to another process, in pieces of 256 KiB; returns bytes per second. */
async function plainCopy(what: 'keep' | 'drop'): Promise<number> {
  const memory = Buffer.alloc(pages * 4096, 7);
  const server = createServer();
  const { port } = await listening(server);
  const child = spawn(process.execPath, [receiver, String(port), what], { stdio: 'ignore' });
  const rate = await new Promise<number>((resolve) => {
    server.once('connection', (socket) => {
      const started = process.hrtime.bigint();
      let at = 0;
      const send = () => {
        for (let isWritable = true; isWritable && at < memory.length; at += 2 ** 18)
          isWritable = socket.write(memory.subarray(at, at + 2 ** 18));
      };
      socket.on('drain', send);
      // The receiver sends a byte when it has everything.
      socket.once('data', () => {
        resolve((memory.length * 1e9) / Number(process.hrtime.bigint() - started));
        socket.destroy();
      });
      send();
    });
  });
  server.close();
  await end(child);
  return rate;
}

async function freeAddress(): Promise<string> {
  const server = createServer();
  const { port } = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

function listening(server: ReturnType<typeof createServer>): Promise<AddressInfo> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.address() as AddressInfo));
  });
}

/** The results as a table of at most 80 columns. */
export function formatMigration({ results, plain, thrownAway }: MigrationBench): string {
  const mebi = 2 ** 20;
  const head = ['', 'down ms', 'total s', 'rounds', 'MiB', 'a page sent', 'MiB/s', 'of TCP'];
  const rows = results.map(({ way, downtimeMs, totalMs, rounds, bytes, overhead, rate }) => [
    way,
    downtimeMs.toFixed(1),
    (totalMs / 1000).toFixed(3),
    String(rounds),
    (bytes / mebi).toFixed(1),
    formatRatio(overhead),
    (rate / mebi).toFixed(0),
    formatRatio(rate / plain),
  ]);
  const copy = (name: string, rate: number) => [
    name,
    '–',
    (mebibytes / (rate / mebi)).toFixed(3),
    '–',
    `${mebibytes}.0`,
    '–',
    (rate / mebi).toFixed(0),
    formatRatio(rate / plain),
  ];
  const copies = [copy('plain copy over TCP', plain), copy('  and thrown away', thrownAway)];
  return formatTable([head, ...rows, ...copies]);
}
