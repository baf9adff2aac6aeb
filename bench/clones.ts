/**
 * Measures the memory that clones take: the peak of a process that runs one guest, and of a process that runs ten
 * clones of it.
 */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { createEngine, storageFor } from '../isa/engines/engine.ts';
import { Machine } from '../isa/machine/machine.ts';
import { PAGE } from '../isa/machine/storage.ts';
import { type Clone, CloneGroup, loadClones } from '../vmm/snapshot/clones.ts';
import { Snapshotter } from '../vmm/snapshot/snapshotter.ts';
import { SharedMemory } from '../vmm/snapshot/shared-memory.ts';
import { Store } from '../vmm/snapshot/store.ts';
import { cloneSnapshot } from '../vmm/snapshot/tree.ts';
import { wrongResult } from './failure.ts';

export interface CloneResult {
  readonly count: number;
  /** Bytes of one guest's memory. */
  readonly memory: number;
  /** Bytes of the pages that each clone wrote. */
  readonly own: number;
  /** The peak memory of the process with one guest, in bytes. */
  readonly one: number;
  /** The peak memory of the process with all clones, in bytes. */
  readonly all: number;
}

/** The number of pages that the guest writes in a loop. */
const writtenPages = 256;
const firstWritten = 16;

/** The guest: `1: sw t0, 0(t1); add t1, t1, t2; addi t0, t0, 1; bltu t1, t3, 1b; mv t1, t4; j 1b`. */
const code = [0x00532023, 0x00730333, 0x00128293, 0xffc36ae3, 0x000e8313, 0xfedff06f];
const registers = { t1: 6, t2: 7, t3: 28, t4: 29 } as const;
const turns = 3;
const stepsPerTurn = 20_000;

/** Measures one guest and all clones, each in a process of its own. */
export function measureClones(folder: string, memory: number, count: number): CloneResult {
  makeTemplate(folder, memory, count);
  const [one, all] = [runApart(folder, 1), runApart(folder, count)];
  return { count, memory, own: all.own, one: one.peak, all: all.peak };
}

function makeTemplate(folder: string, memory: number, count: number): void {
  const machine = new Machine({ memory });
  const { words } = machine.memory;
  for (let n = 0; n < words.length; n++) words[n] = Math.imul(n, 0x9e3779b1);
  words.set(code);
  machine.x[registers.t1] = firstWritten * PAGE;
  machine.x[registers.t2] = PAGE;
  machine.x[registers.t3] = (firstWritten + writtenPages) * PAGE;
  machine.x[registers.t4] = firstWritten * PAGE;
  const store = new Store(folder);
  const template = new Snapshotter(store, { machine, state: machine }).takeAll({
    name: 'template',
    program: 'bench',
    symbols: [],
  });
  for (let n = 0; n < count; n++) cloneSnapshot(store, template, `clone${n}`);
}

interface Peak {
  readonly peak: number;
  readonly own: number;
}

function runApart(folder: string, count: number): Peak {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [new URL(import.meta.url).pathname, folder, String(count)],
    {
      encoding: 'utf8',
    },
  );
  try {
    return JSON.parse(stdout) as Peak;
  } catch {
    throw wrongResult(`the clones did not run: ${stderr}`);
  }
}

/** Runs one guest, or clones in turns. */
function runHere(folder: string, count: number): Peak {
  const store = new Store(folder);
  const chains = Array.from({ length: count }, (_, n) => store.chain(`clone${n}`));
  const { memory } = (chains[0]?.[0] ?? store.open('template')).description.configuration;
  const machine = new Machine({ memory, storage: storageFor('fast', memory) });
  const engine = createEngine('fast', machine);
  let own = 0;
  if (count === 1) {
    new Snapshotter(store, { machine, state: machine }).restore(store.chain('clone0'));
    engine.run(turns * stepsPerTurn);
  } else {
    const { shared, clones } = loadClones(store.files, chains);
    const group = new CloneGroup(
      machine,
      machine,
      undefined,
      new SharedMemory(store.files, shared, machine.memory),
    );
    for (let turn = 1; turn <= turns; turn++) {
      for (const clone of clones) {
        group.switchTo(clone);
        engine.run(turn * stepsPerTurn);
      }
    }
    own = (clones[0] as Clone).pages.size * PAGE;
  }
  return { peak: process.resourceUsage().maxRSS * 1024, own };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , folder = '', count = ''] = process.argv;
  process.stdout.write(JSON.stringify(runHere(folder, Number(count))));
}
