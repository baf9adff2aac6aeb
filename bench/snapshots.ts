/**
 * Measures the cost of snapshots, in comparison with the plain way: writing the whole memory to a file that is synchronized and
 * renamed, and reading it back. Also measures the memory that ten clones of a guest take.
 */
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { Machine } from '../isa/machine/machine.ts';
import { storageFor } from '../isa/engines/engine.ts';
import { PAGE } from '../isa/machine/storage.ts';
import { nodeFiles, writeWhole } from '../vmm/snapshot/node-files.ts';
import { Snapshotter } from '../vmm/snapshot/snapshotter.ts';
import { Store } from '../vmm/snapshot/store.ts';
import { type CloneResult, measureClones } from './clones.ts';
import { describeHost, type Host } from './host.ts';
import { median } from './statistics.ts';
import { formatRatio, formatTable } from './table.ts';
import { withFolder } from './temporary.ts';

const MB = 2 ** 20;
/** Bytes of the guest's memory. */
const memory = 256 * MB;
/** The fraction of its pages that change before the second snapshot. */
const changing = 0.01;

/** One measurement. Times are medians, in milliseconds. */
export interface SnapshotResult {
  readonly what: string;
  readonly ms: number;
  /** Processor time of this process, in user mode and in the system. It does not include waiting for the disk. */
  readonly cpuMs: number;
  /** Bytes of memory that were saved or restored. */
  readonly bytes: number;
  /** Bytes of the files. */
  readonly file: number;
  /** The time of the plain way. */
  readonly plainMs: number;
}

export interface SnapshotBench {
  readonly format: 'ringlab-bench-snapshots';
  readonly version: 1;
  readonly host: Host;
  readonly runs: number;
  readonly results: readonly SnapshotResult[];
  readonly clones: CloneResult;
}

export interface SnapshotBenchOptions {
  readonly runs?: number;
  readonly progress: (text: string) => void;
}

/** Makes all measurements in a temporary folder, which is removed afterwards. */
export async function benchSnapshots({ runs = 5, progress }: SnapshotBenchOptions): Promise<SnapshotBench> {
  return await withFolder(async (folder) => {
    const all = [
      ...(await measureGuest(folder, 1, runs, progress)),
      ...(await measureGuest(folder, 0.25, runs, progress)),
    ];
    progress('ten clones');
    const clones = measureClones(join(folder, 'clones'), 64 * MB, 10);
    return {
      format: 'ringlab-bench-snapshots',
      version: 1,
      host: describeHost(),
      runs,
      results: all,
      clones,
    };
  });
}

const works = ['full', 'changes', 'restore', 'packed'] as const;
type Times = {
  readonly [Work in (typeof works)[number]]: { readonly ours: Time[]; readonly plain: Time[] };
};

/** Measures a guest in which the fraction `part` of the pages is not zero; these pages are all different. */
async function measureGuest(
  folder: string,
  part: number,
  runs: number,
  progress: (text: string) => void,
): Promise<SnapshotResult[]> {
  const machine = newMachine();
  fill(machine, memory * part, part < 1 ? 0xff : -1);
  const times = Object.fromEntries(works.map((work) => [work, { ours: [], plain: [] }])) as unknown as Times;
  const [plain, sizes] = [join(folder, 'plain'), { full: 0, changes: 0, packed: 0, dirty: 0 }];
  for (let n = 0; n < runs; n++) {
    progress(`256 MiB, ${part * 100} % of it used: run ${n + 1} of ${runs}`);
    // Node handles signals here.
    await nextTick();
    const store = new Store(join(folder, 'store'));
    const session = new Snapshotter(store, { machine, state: machine });
    const take = (name: string, packing?: 'deflate') => () =>
      session.takeAll({ name, program: 'bench', symbols: [] }, packing ? { packing } : {}).size;
    const write = () => writeWhole(nodeFiles, plain, [machine.memory.bytes]);
    times.full.plain.push(time(write));
    times.full.ours.push(
      time(() => {
        sizes.full = take('full')();
      }),
    );
    sizes.dirty = touch(machine, n);
    times.changes.plain.push(time(write));
    times.changes.ours.push(
      time(() => {
        sizes.changes = session.takeChanges('changes').size;
      }),
    );
    times.restore.plain.push(time(() => readBack(plain)));
    times.restore.ours.push(time(() => restoreFrom(store, 'changes')));
    if (part < 1) {
      times.packed.ours.push(
        time(() => {
          sizes.packed = take('packed', 'deflate')();
        }),
      );
    }
    rmSync(store.folder, { recursive: true });
  }
  const row = (work: keyof Times, what: string, bytes: number, file: number): SnapshotResult => ({
    what: `${part * 100} % used, ${what}`,
    ms: median(times[work].ours.map(({ ms }) => ms)),
    cpuMs: median(times[work].ours.map((one) => one.cpuMs)),
    bytes,
    file,
    plainMs: median(times[work === 'packed' ? 'full' : work].plain.map(({ ms }) => ms)),
  });
  return [
    row('full', 'everything', memory * part, sizes.full),
    ...(part < 1 ? [row('packed', '--compress', memory * part, sizes.packed)] : []),
    row('changes', 'changes', sizes.dirty, sizes.changes),
    row('restore', 'restored', memory * part, sizes.full + sizes.changes),
  ];
}

function newMachine(): Machine {
  return new Machine({ memory, storage: storageFor('fast', memory) });
}

/** Fills the first `bytes` with words in which the bits `bits` are random, so that no two pages are equal. */
function fill({ memory: { words } }: Machine, bytes: number, bits: number): void {
  let x = 1;
  for (let n = 0; n < bytes / 4; n++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[n] = x & bits;
  }
}

/** Writes a word to every hundredth page, as an instruction would; returns the total size of those pages in bytes. */
function touch({ memory: written }: Machine, value: number): number {
  let pages = 0;
  for (let page = 0; page < memory / PAGE; page += 1 / changing, pages++)
    written.write(page * PAGE, 4, value + 1);
  return pages * PAGE;
}

function restoreFrom(store: Store, name: string): void {
  const machine = newMachine();
  new Snapshotter(store, { machine, state: machine }).restore(store.chain(name));
}

/** Restores in the plain way: reads the file into a new machine. */
function readBack(path: string): void {
  const { bytes } = newMachine().memory;
  const file = openSync(path, 'r');
  for (let at = 0; at < bytes.length; ) at += readSync(file, bytes, at, bytes.length - at, at);
  closeSync(file);
}

interface Time {
  readonly ms: number;
  readonly cpuMs: number;
}

function time(act: () => void): Time {
  const [started, used] = [process.hrtime.bigint(), process.cpuUsage()];
  act();
  const { user, system } = process.cpuUsage(used);
  return { ms: Number(process.hrtime.bigint() - started) / 1e6, cpuMs: (user + system) / 1e3 };
}

/** The results as text of at most 80 columns. */
export function formatSnapshots({ host, runs, results, clones }: SnapshotBench): string {
  const head = ['256 MiB of memory', 'ms', 'cpu ms', 'MB/s', 'plain ms', 'ratio', 'file MB', 'of them'];
  const rows = results.map(({ what, ms, cpuMs, bytes, file, plainMs }) => [
    what,
    ms.toFixed(0),
    cpuMs.toFixed(0),
    (bytes / 1e3 / ms).toFixed(0),
    plainMs.toFixed(0),
    formatRatio(ms / plainMs),
    (file / 1e6).toFixed(1),
    formatRatio(file / bytes),
  ]);
  const { count, memory: each, own, one, all } = clones;
  const mb = (bytes: number) => (bytes / MB).toFixed(0);
  return [
    `${host.cpu}, ${host.cores} cores; Node ${host.node}; ${host.system}\n`,
    `Medians of ${runs} runs. Plain: all of the memory written to a file, synchronized and\n`,
    'renamed, or read back into a new machine. Ratios of times: below 1 is faster.\n\n',
    formatTable([head, ...rows]),
    `\n${count} clones of a guest of ${mb(each)} MiB, all of it used, each of which wrote ${mb(own)} MiB:\n`,
    `${mb(all)} MiB at most, ${mb(all - one)} MiB more than one guest alone (${mb(one)} MiB).\n`,
  ].join('');
}
