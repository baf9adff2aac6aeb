/** `ringlab snapshot restore A B …`: runs snapshots of one tree in turns in one memory; each line begins with a name. */
import { printableWord } from '../../isa/machine/printable.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { last } from '../../vmm/snapshot/chain.ts';
import { type Clone, CloneGroup, CurrentDisk, loadClones } from '../../vmm/snapshot/clones.ts';
import { variantOf } from '../../vmm/snapshot/guest.ts';
import { SharedMemory } from '../../vmm/snapshot/shared-memory.ts';
import type { Store } from '../../vmm/snapshot/store.ts';
import { EXIT, usage } from '../failure.ts';
import { readInput } from '../files.ts';
import { prepareBlank } from '../guest.ts';
import { tellOutcome } from '../outcome.ts';
import { note, Output } from '../output.ts';
import { formatBytes } from './format.ts';
import { withInput } from './input.ts';
import { mustRun } from './store.ts';
import type { RestoreOptions } from './take.ts';

/** Steps of a turn. */
const turn = 2 ** 18;
const newline = 10;

/** Runs all to their end. The exit status is the first that is not 0. */
export function restoreTogether(store: Store, names: readonly string[], options: RestoreOptions): number {
  const chains = names.map((name) => store.chain(name));
  for (const chain of chains) mustRun(last(chain), store.folder);
  const root = chains[0]?.[0];
  if (root === undefined || chains.some(([first]) => first.path !== root.path))
    throw usage(`${names.join(', ')}: they can run together only when they come from one first snapshot`);
  if (options.context !== undefined)
    throw usage('--context gives one machine its settings; clones that run together have their own');
  const { shared, clones } = loadClones(store.files, chains);
  const { configuration, symbols, state } = root.description;
  const disk = configuration.sectors === 0 ? undefined : new CurrentDisk(configuration.sectors);
  const printed: number[] = [];
  const guest = prepareBlank(
    names.join(', '),
    symbols,
    variantOf(configuration),
    {
      monitor: options.monitor,
      engine: options.engine,
      isa: configuration.variant.name,
      memory: configuration.memory,
      paravirtual: state.paravirtual !== undefined,
      env: [],
    },
    { collect: printed, ...(disk ? { store: disk } : {}) },
  );
  if (guest.state === undefined) throw new Error('a process has no snapshots');
  const memory = new SharedMemory(store.files, shared, guest.machine.memory);
  const group = new CloneGroup(guest.machine, guest.state, disk, memory);
  if (options.input !== undefined) {
    const input = readInput(options.input);
    for (const clone of clones) clone.state = withInput(clone.state, input);
  }
  const lines = new Lines(clones);
  const stops = new Map<Clone, number>();
  while (stops.size < clones.length) {
    for (const clone of clones) {
      if (stops.has(clone)) continue;
      group.switchTo(clone);
      const limit = options.maxSteps ?? Number.POSITIVE_INFINITY;
      const until = Math.min(limit, guest.machine.steps + turn);
      const stop = guest.run(until) as Stop;
      lines.add(clone, printed.splice(0));
      if (stop.kind === 'limit' && until < limit) continue;
      lines.end(clone);
      stops.set(clone, tellOutcome({ ...guest, file: clone.name }, stop));
    }
  }
  group.release();
  memory.close();
  note(formatShared(memory.count, clones));
  return clones.map((clone) => stops.get(clone)).find((status) => status !== 0) ?? EXIT.DONE;
}

function formatShared(shared: number, clones: readonly Clone[]): string {
  const own = clones.reduce((sum, { pages }) => sum + pages.size, 0);
  const apart = shared * clones.length;
  return (
    `ringlab: ${clones.length} guests in ${formatBytes((shared + own) * PAGE)} instead of ` +
    `${formatBytes(apart * PAGE)}: ${shared} pages shared, ${own} not\n`
  );
}

/** What the guests print, in whole lines, each after the guest's name. */
class Lines {
  readonly #output = new Output(1);
  readonly #begun: Map<Clone, number[]>;
  readonly #width: number;

  constructor(clones: readonly Clone[]) {
    this.#begun = new Map(clones.map((clone) => [clone, []]));
    this.#width = Math.max(...clones.map(({ name }) => printableWord(name).length));
  }

  add(clone: Clone, bytes: readonly number[]): void {
    const line = this.#begun.get(clone) ?? [];
    for (const byte of bytes) {
      line.push(byte);
      if (byte === newline) this.#put(clone, line);
    }
    this.#output.flush();
  }

  /** Prints the line that it has begun. */
  end(clone: Clone): void {
    if ((this.#begun.get(clone)?.length ?? 0) > 0) this.add(clone, [newline]);
  }

  #put(clone: Clone, line: number[]): void {
    for (const byte of [...Buffer.from(`${printableWord(clone.name).padEnd(this.#width)} | `), ...line])
      this.#output.put(byte);
    line.length = 0;
  }
}
