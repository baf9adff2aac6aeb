/** Lesson 8: one template, ten clones. What does a machine cost that is almost the same as another? */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { loadImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import type { MachineState } from '../isa/machine/state.ts';
import { PAGE } from '../isa/machine/storage.ts';
import { type Clone, CloneGroup, loadClones } from '../vmm/snapshot/clones.ts';
import type { Chain } from '../vmm/snapshot/chain.ts';
import { SharedMemory } from '../vmm/snapshot/shared-memory.ts';
import { Snapshotter } from '../vmm/snapshot/snapshotter.ts';
import { Store } from '../vmm/snapshot/store.ts';
import { cloneSnapshot, setTemplate } from '../vmm/snapshot/tree.ts';
import { type Desk, giveIfMain, type Lesson } from './lesson.ts';
import { imageOf } from './monitor.ts';

const guest = 'kernel/kernel.s';
const memory = 2 ** 20;
const bootSteps = 100_000;
/** Steps of a clone's turn. */
const turn = 20_000;
const names = ['Ada', 'Alan', 'Barbara', 'Donald', 'Edsger', 'Frances', 'Grace', 'Gerald', 'John', 'Robert'];

export const lesson: Lesson = {
  title: 'Lesson 8: one template, ten clones',
  shows: 'Ten machines cloned from one that has booted share every page that none of them writes.',
  give,
};

async function give(desk: Desk): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-lesson-'));
  try {
    await giveIn(folder, desk);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function giveIn(folder: string, desk: Desk): Promise<void> {
  const store = new Store(folder);
  const booted = boot(store);
  const path = store.pathOf('template');
  const template = readFileSync(path);
  desk.say(`A small operating system, ${guest}, has booted on a machine of ${pages(memory)} pages. At step`);
  desk.say(`${bootSteps} it becomes a template: a snapshot that does not run, but is cloned.`);
  desk.say(`Its file has ${template.length} bytes: ${booted} pages are not zeros.\n`);
  const chains = names.map((name) => {
    cloneSnapshot(store, store.open('template'), name);
    return store.chain(name);
  });
  const size = store.open('Ada').size;
  desk.say(`Ten clones, each of which will be told another name: ${size} bytes of file each.\n`);
  const said = await desk.ask(
    `They run to their end, in turns. How many pages do the ten write meanwhile? (at most ${10 * pages(memory)})`,
  );
  const { shared, clones } = loadClones(store.files, chains);
  const { printed, sharedPages } = runInTurns(store, clones, shared);
  for (const [n, { name, pages: own }] of clones.entries()) {
    const line = printed[n]?.split('\n').find((text) => text.startsWith('console:'));
    desk.say(`  ${name.padEnd(8)} ${String(own.size).padStart(4)} pages of its own   ${line}`);
  }
  const own = clones.reduce((sum, clone) => sum + clone.pages.size, 0);
  const rest = sharedPages + own;
  desk.say(
    `\n${own} pages: you said ${said === '' ? 'nothing' : said}. With the ${sharedPages} that they share,`,
  );
  desk.say(`${rest} pages instead of the ${10 * booted} that ten machines would have begun with.\n`);
  checkAll(desk, clones, printed);
  desk.check('together they take less than half of what ten machines take', rest < 5 * booted);
  desk.check('the template is what it was, byte for byte', readFileSync(path).equals(template));
  const identities = new Set(chains.map((chain) => chain.at(-1)?.description.configuration.identity.join()));
  desk.check('each clone has an identity of its own', identities.size === names.length);
}

function pages(bytes: number): number {
  return bytes / PAGE;
}

/** Boots the guest and makes it a template; returns how many of its pages are not zeros. */
function boot(store: Store): number {
  const machine = new Machine({ memory });
  const image = imageOf(guest);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  createEngine('interpreter', machine).run(bootSteps);
  const session = new Snapshotter(store, { machine, state: machine });
  const taken = session.takeAll({ name: 'template', program: guest, symbols: image.symbols });
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
  return {
    printed: clones.map((clone) => Buffer.from(printed.get(clone) ?? []).toString()),
    sharedPages: shared.count,
  };
}

/** The state with console input that waits, and nothing after it. */
function withInput(state: MachineState, text: string): MachineState {
  const console = { ...state.devices.console, open: false, input: new Uint8Array(Buffer.from(text)) };
  return { ...state, devices: { ...state.devices, console } };
}

/** Runs each clone's like alone, from the beginning, and compares. */
function checkAll(desk: Desk, clones: readonly Clone[], printed: readonly string[]): void {
  const greeted = clones.every(({ name }, n) => printed[n]?.includes(`console: hello, ${name}\n`));
  desk.check('each clone was told its own name', greeted);
  const [one] = clones;
  const alone: number[] = [];
  const machine = new Machine({ memory, console: new Console((byte) => alone.push(byte)) });
  const image = imageOf(guest);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const engine = createEngine('interpreter', machine);
  engine.run(bootSteps);
  machine.restore(withInput(machine.save(), `${one?.name}\n`));
  alone.length = 0;
  engine.run(Number.POSITIVE_INFINITY);
  const same = [...(one?.pages ?? [])].every(
    ([page, bytes]) =>
      Buffer.compare(bytes, machine.memory.bytes.subarray(page * PAGE, (page + 1) * PAGE)) === 0,
  );
  desk.check(
    'a machine that has booted by itself does and holds the same as its clone',
    same && one?.state.steps === machine.steps && Buffer.from(alone).toString() === printed[0],
  );
}

await giveIfMain(import.meta.url, lesson);
