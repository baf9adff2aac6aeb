/** Ten clones of a machine that has booted: made in a folder of their own, and run in turns on one machine. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../isa/engines/engine.ts';
import { sameBytes, utf8 } from '../isa/machine/bytes.ts';
import { CollectingConsole, Console } from '../isa/machine/devices/console.ts';
import { loadImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import type { MachineState } from '../isa/machine/state.ts';
import { PAGE } from '../isa/machine/storage.ts';
import type { Chain } from '../vmm/snapshot/chain.ts';
import { type Clone, CloneGroup, loadClones } from '../vmm/snapshot/clones.ts';
import { SharedMemory } from '../vmm/snapshot/shared-memory.ts';
import { Snapshotter } from '../vmm/snapshot/snapshotter.ts';
import { Store } from '../vmm/snapshot/store.ts';
import { cloneSnapshot, setTemplate } from '../vmm/snapshot/tree.ts';
import { textOf } from './machine.ts';
import { memory, type Workbench } from './workbench.ts';

const guest = 'guests/kernel/kernel.s';
const bootSteps = 100_000;
/** Steps of a clone's turn. */
const turn = 20_000;
const names = ['Ada', 'Alan', 'Barbara', 'Donald', 'Edsger', 'Frances', 'Grace', 'Gerald', 'John', 'Robert'];

/** What came of the clones. */
export interface TenClones {
  /** Pages of the template that are not zeros. */
  readonly booted: number;
  /** Bytes of the template's file, and of one clone's. */
  readonly template: number;
  readonly cloneFile: number;
  /** How many different identities they have. */
  readonly identities: number;
  /** Pages that each has written, and the line that it printed about its name. */
  readonly clones: readonly { readonly name: string; readonly pages: number; readonly said: string }[];
  /** Pages that they share. */
  readonly sharedPages: number;
  /** Whether the template's file is what it was. */
  readonly templateIntact: boolean;
  /** Whether a machine that boots by itself ends like the first clone. */
  readonly sameAlone: boolean;
}

/** Boots the guest, clones it ten times, and runs the clones to their end. */
export function tenClones(bench: Workbench): TenClones {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-lesson-'));
  try {
    return tenClonesIn(folder, bench);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tenClonesIn(folder: string, bench: Workbench): TenClones {
  const store = new Store(folder);
  const booted = boot(store, bench);
  const template = readFileSync(store.pathOf('template'));
  const chains = names.map((name) => {
    cloneSnapshot(store, store.open('template'), name);
    return store.chain(name);
  });
  const { shared, clones } = loadClones(store.files, chains);
  const { printed, sharedPages } = runInTurns(store, clones, shared);
  const said = (n: number) => printed[n]?.split('\n').find((line) => line.startsWith('console:')) ?? '';
  return {
    booted,
    template: template.length,
    cloneFile: store.open('Ada').size,
    identities: new Set(chains.map((chain) => chain.at(-1)?.description.configuration.identity.join())).size,
    clones: clones.map(({ name, pages }, n) => ({ name, pages: pages.size, said: said(n) })),
    sharedPages,
    templateIntact: readFileSync(store.pathOf('template')).equals(template),
    sameAlone: isSameAlone(bench, clones[0] as Clone, printed[0] ?? ''),
  };
}

/** A machine with the guest at its first step. */
function machineWith(bench: Workbench, console?: Console): Machine {
  const machine = new Machine({ memory, console });
  const image = bench.image(guest);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  return machine;
}

/** Boots the guest and makes it a template; returns how many of its pages are not zeros. */
function boot(store: Store, bench: Workbench): number {
  const machine = machineWith(bench);
  createEngine('interpreter', machine).run(bootSteps);
  const session = new Snapshotter(store, { machine, state: machine });
  const { symbols } = bench.image(guest);
  const taken = session.takeAll({ name: 'template', program: 'kernel/kernel.s', symbols });
  setTemplate(store, taken, true);
  return taken.memory.length / 2;
}

/** Runs all to their end on one machine, a turn each; returns what each printed, and how many pages they began with. */
function runInTurns(
  store: Store,
  clones: readonly Clone[],
  chain: Chain,
): { readonly printed: readonly string[]; readonly sharedPages: number } {
  const printed = new Map(clones.map((clone) => [clone, [] as number[]]));
  const console = new Console((byte) => group.present && printed.get(group.present)?.push(byte));
  const machine = new Machine({ memory, console });
  const engine = createEngine('interpreter', machine);
  const shared = new SharedMemory(store.files, chain, machine.memory);
  const group = new CloneGroup(machine, machine, undefined, shared);
  for (const clone of clones) clone.state = withInput(clone.state, `${clone.name}\n`);
  let running = [...clones];
  while (running.length > 0) {
    running = running.filter((clone) => {
      group.switchTo(clone);
      return engine.run(machine.steps + turn).kind === 'limit';
    });
  }
  group.release();
  shared.close();
  return { printed: clones.map((clone) => textOf(printed.get(clone) ?? [])), sharedPages: shared.count };
}

/** The state with console input that waits, and nothing after it. */
function withInput(state: MachineState, text: string): MachineState {
  const console = { ...state.devices.console, open: false, input: utf8(text) };
  return { ...state, devices: { ...state.devices, console } };
}

/** Boots a machine by itself, tells it the clone's name, and compares its end with the clone's. */
function isSameAlone(bench: Workbench, clone: Clone, printed: string): boolean {
  const console = new CollectingConsole();
  const machine = machineWith(bench, console);
  const engine = createEngine('interpreter', machine);
  engine.run(bootSteps);
  machine.restore(withInput(machine.save(), `${clone.name}\n`));
  const before = console.printed.length;
  engine.run(Number.POSITIVE_INFINITY);
  const same = [...clone.pages].every(([page, bytes]) =>
    sameBytes(bytes, machine.memory.bytes.subarray(page * PAGE, (page + 1) * PAGE)),
  );
  return same && clone.state.steps === machine.steps && textOf(console.printed.slice(before)) === printed;
}
